import { type Camera, lpsRayFromPixel } from "../geometry/camera.ts";
import type { Grid } from "../geometry/grid.ts";
import { applyToPoint, invert } from "../geometry/transform.ts";
import type { Vector3 } from "../geometry/vector.ts";

export type Axis = 0 | 1 | 2;

/** Side of the tiles that choose their axis anew when one axis does not do for the whole view. */
export const TILE_PX = 16;

/** Above this slope (voxels sideways per plane) at a corner, one axis does not do for the whole view. */
const LARGEST_SLOPE = 2;

/** The rays of a camera in the voxel frame of a grid, as docs/projector.md defines them. */
export interface RayFrame {
  readonly sourceVoxel: Vector3;
  /** 3×3 row-major: voxel direction at depth 1 mm = matrix · (u, v, 1). */
  readonly voxelRayFromPixel: Float64Array;
  /** 3×3 row-major: the same in LPS mm. */
  readonly lpsRayFromPixel: Float64Array;
  /** The axis of the whole view, or undefined where every tile chooses its own. */
  readonly viewAxis: Axis | undefined;
}

export function rayFrame(camera: Camera, grid: Grid): RayFrame {
  const voxelFromLps = invert(grid.lpsFromVoxel);
  const lps = lpsRayFromPixel(camera);
  const m = voxelFromLps.matrix;
  const voxel = new Float64Array(9);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++)
      voxel[3 * row + column] =
        m[4 * row] * lps[column] + m[4 * row + 1] * lps[3 + column] + m[4 * row + 2] * lps[6 + column];
  return {
    sourceVoxel: applyToPoint(voxelFromLps, camera.sourceLps),
    voxelRayFromPixel: voxel,
    lpsRayFromPixel: lps,
    viewAxis: axisOfView(camera, voxel),
  };
}

export function rayAt(matrix: Float64Array, u: number, v: number): [number, number, number] {
  return [
    matrix[0] * u + matrix[1] * v + matrix[2],
    matrix[3] * u + matrix[4] * v + matrix[5],
    matrix[6] * u + matrix[7] * v + matrix[8],
  ];
}

/** The axis along which the ray of (u, v) advances fastest, in voxels. */
export function dominantAxis(voxelRayFromPixel: Float64Array, u: number, v: number): Axis {
  const [x, y, z] = rayAt(voxelRayFromPixel, u, v).map(Math.abs);
  return x >= y && x >= z ? 0 : y >= z ? 1 : 2;
}

/** The axis of the tile that holds pixel (column, row) of the whole image. */
export function tileAxis(frame: RayFrame, column: number, row: number): Axis {
  const middle = (pixel: number) => Math.floor(pixel / TILE_PX) * TILE_PX + (TILE_PX - 1) / 2;
  return frame.viewAxis ?? dominantAxis(frame.voxelRayFromPixel, middle(column), middle(row));
}

function axisOfView(camera: Camera, matrix: Float64Array): Axis | undefined {
  const [middleU, middleV] = [(camera.widthPx - 1) / 2, (camera.heightPx - 1) / 2];
  const axis = dominantAxis(matrix, middleU, middleV);
  const sign = Math.sign(rayAt(matrix, middleU, middleV)[axis]);
  // Components are affine in u and v: what holds at the four corners holds in between.
  for (const u of [0, camera.widthPx - 1])
    for (const v of [0, camera.heightPx - 1]) {
      const ray = rayAt(matrix, u, v);
      const forward = sign * ray[axis];
      if (!(forward > 0) || ray.some((component) => Math.abs(component) > LARGEST_SLOPE * forward))
        return undefined;
    }
  return axis;
}
