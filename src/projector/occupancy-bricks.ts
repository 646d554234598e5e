import type { Camera } from "../geometry/camera.ts";
import type { Grid } from "../geometry/grid.ts";
import { type RayFrame, rayAt } from "./ray-frame.ts";

/** Empty space is skipped in bricks of 8 × 8 × 8 voxels, tested once per brick layer and packet of four rays. */
export const BRICK_VOXELS = 8;
const PACKET_RAYS = 4;

/** More dilation than this leaves too little to skip. */
const LARGEST_DILATION = 6;

export const brickShape = (grid: Grid): [number, number, number] => [
  Math.ceil(grid.shape[0] / BRICK_VOXELS),
  Math.ceil(grid.shape[1] / BRICK_VOXELS),
  Math.ceil(grid.shape[2] / BRICK_VOXELS),
];

/**
 * By how many bricks an occupied brick must be grown so that the one brick at the middle of a packet tells about every voxel that
 * its rays touch in that layer: half the packet's width, the drift over half a layer, and one voxel for interpolation.
 * Undefined where skipping does not pay or the axis changes within the view.
 */
export function dilationBricks(camera: Camera, grid: Grid, frame: RayFrame): number | undefined {
  const axis = frame.viewAxis;
  if (axis === undefined) return undefined;
  const { sourceVoxel } = frame;
  const across = [0, 1, 2].filter((candidate) => candidate !== axis);
  let reach = 0;
  for (const u of [0, camera.widthPx - 1])
    for (const v of [0, camera.heightPx - 1]) {
      const here = rayAt(frame.voxelRayFromPixel, u, v);
      const there = rayAt(frame.voxelRayFromPixel, u + PACKET_RAYS - 1, v);
      for (const b of across) {
        const slope = here[b] / here[axis];
        const spread = there[b] / there[axis] - slope;
        const planesFromSource = Math.max(
          Math.abs(sourceVoxel[axis]),
          Math.abs(grid.shape[axis] - 1 - sourceVoxel[axis]),
        );
        const drift = (BRICK_VOXELS / 2) * Math.max(Math.abs(slope), Math.abs(slope + spread));
        reach = Math.max(reach, (Math.abs(spread) * planesFromSource) / 2 + drift + 1);
      }
    }
  const bricks = Math.ceil((1.01 * reach) / BRICK_VOXELS);
  return bricks <= LARGEST_DILATION ? bricks : undefined;
}

/** Grows the occupied bricks of a table by `bricks` in every direction, in place. */
export function dilate(table: Uint8Array, shape: readonly [number, number, number], bricks: number): void {
  const strides = [1, shape[0], shape[0] * shape[1]];
  for (let axis = 0; axis < 3; axis++) {
    const n = shape[axis];
    const stride = strides[axis];
    const line = new Uint8Array(n);
    for (let start = 0; start < table.length; start++) {
      if (Math.floor(start / stride) % n !== 0) continue;
      line.fill(0);
      for (let index = 0; index < n; index++)
        if (table[start + index * stride]) line.fill(1, Math.max(0, index - bricks), index + bricks + 1);
      for (let index = 0; index < n; index++) table[start + index * stride] = line[index];
    }
  }
}
