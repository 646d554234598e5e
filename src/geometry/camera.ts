import { InputError } from "../error/input-error.ts";
import { cross, dot, norm, scale, type Vector3 } from "./vector.ts";

/**
 * A cone-beam camera: a point source and a flat panel.
 *
 * `pixelFromLps` is the 3×4 matrix P with  w · (u, v, 1) = P · (x, y, z, 1):  u counts columns, v rows, pixel
 * centres on whole numbers, (0, 0) the first pixel of the image as displayed. P is scaled so that w is the
 * depth in mm from the source along the panel's normal, positive in front of the source. A picture that is
 * viewed from behind the panel needs nothing special: its P is simply the mirror image.
 */
export interface Camera {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 3×4, row-major. */
  readonly pixelFromLps: Float64Array;
  readonly sourceLps: Vector3;
  readonly sourceToDetectorMm: number;
  /** Distance of neighbouring pixel centres on the panel along a row and along a column. */
  readonly pixelPitchMm: readonly [number, number];
}

/** A rectangle of pixels: the first column and row, and the size. */
export interface PixelRegion {
  readonly column: number;
  readonly row: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export const wholeImage = (camera: Camera): PixelRegion => ({
  column: 0,
  row: 0,
  widthPx: camera.widthPx,
  heightPx: camera.heightPx,
});

const MAX_SIDE_PX = 8192;

function checkSize(widthPx: number, heightPx: number): void {
  for (const side of [widthPx, heightPx])
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE_PX)
      throw new InputError(
        "camera-size",
        `an image side must be a whole number from 1 to ${MAX_SIDE_PX} pixels, got ${side}`,
      );
}

/**
 * A camera from its place in the patient.
 *
 * @param columnAxis unit direction (LPS) in which u grows; `rowAxis` in which v grows; both in the panel
 * @param towardsDetector unit direction (LPS) from the source to the panel along its normal
 * @param principalPixel where the normal through the source meets the panel, default the image centre
 */
export function placedCamera(options: {
  widthPx: number;
  heightPx: number;
  pixelPitchMm: readonly [number, number];
  sourceToDetectorMm: number;
  sourceLps: Vector3;
  columnAxis: Vector3;
  rowAxis: Vector3;
  towardsDetector: Vector3;
  principalPixel?: readonly [number, number];
}): Camera {
  const { widthPx, heightPx, pixelPitchMm, sourceToDetectorMm, sourceLps } = options;
  checkSize(widthPx, heightPx);
  if (!(sourceToDetectorMm > 0) || !(pixelPitchMm[0] > 0) || !(pixelPitchMm[1] > 0))
    throw new InputError(
      "camera-distance",
      `source-to-detector distance and pixel pitch must be positive, got ${sourceToDetectorMm} mm and ${pixelPitchMm.join(" × ")} mm`,
    );
  const [u0, v0] = options.principalPixel ?? [(widthPx - 1) / 2, (heightPx - 1) / 2];
  // Focal lengths in pixels, then P = K · [R | −R·source].
  const fu = sourceToDetectorMm / pixelPitchMm[0];
  const fv = sourceToDetectorMm / pixelPitchMm[1];
  const depth = options.towardsDetector;
  const pixelFromLps = new Float64Array(12);
  for (let axis = 0; axis < 3; axis++) {
    pixelFromLps[axis] = fu * options.columnAxis[axis] + u0 * depth[axis];
    pixelFromLps[4 + axis] = fv * options.rowAxis[axis] + v0 * depth[axis];
    pixelFromLps[8 + axis] = depth[axis];
  }
  for (let row = 0; row < 3; row++) {
    const left: Vector3 = [pixelFromLps[4 * row], pixelFromLps[4 * row + 1], pixelFromLps[4 * row + 2]];
    pixelFromLps[4 * row + 3] = -dot(left, sourceLps);
  }
  return { widthPx, heightPx, pixelFromLps, sourceLps, sourceToDetectorMm, pixelPitchMm };
}

/**
 * A camera from an explicit 3×4 matrix of any scale, with positive depth in front of the source.
 * The matrix alone cannot tell how large the panel is in mm, so the distance to it is asked for.
 */
export function cameraFromMatrix(options: {
  pixelFromLps: ArrayLike<number>;
  widthPx: number;
  heightPx: number;
  sourceToDetectorMm: number;
}): Camera {
  const { widthPx, heightPx, sourceToDetectorMm } = options;
  checkSize(widthPx, heightPx);
  const given = Float64Array.from(options.pixelFromLps);
  if (given.length !== 12 || given.some((value) => !Number.isFinite(value)))
    throw new InputError(
      "camera-matrix",
      `pixelFromLps needs 12 finite numbers (3 rows of 4), got ${given.length}`,
    );
  if (!(sourceToDetectorMm > 0))
    throw new InputError(
      "camera-distance",
      `source-to-detector distance must be positive, got ${sourceToDetectorMm} mm`,
    );
  const row = (index: number): Vector3 => [given[4 * index], given[4 * index + 1], given[4 * index + 2]];
  const depthScale = norm(row(2));
  const determinant = dot(row(0), cross(row(1), row(2)));
  if (!(Math.abs(determinant) > 1e-12 * norm(row(0)) * norm(row(1)) * depthScale))
    throw new InputError(
      "camera-matrix",
      "the left 3×3 part of pixelFromLps is singular: it describes no point source",
      {
        remedy: "give K·[R|t] with three independent rows",
      },
    );
  // A matrix that is already in mm keeps its bits, so that a recorded camera comes back exactly.
  const unit = Math.abs(depthScale - 1) < 1e-12 ? 1 : depthScale;
  const pixelFromLps = given.map((value) => value / unit);
  const p = (index: number): Vector3 => scale(row(index), 1 / unit);
  const depth = p(2);
  // Source: the null point of P, from Cramer's rule on M · source = −p4.
  const det = determinant / unit ** 3;
  const rhs: Vector3 = [-pixelFromLps[3], -pixelFromLps[7], -pixelFromLps[11]];
  const [c0, c1, c2] = [cross(p(1), p(2)), cross(p(2), p(0)), cross(p(0), p(1))];
  const sourceLps = [0, 1, 2].map(
    (axis) => (c0[axis] * rhs[0] + c1[axis] * rhs[1] + c2[axis] * rhs[2]) / det,
  ) as [number, number, number];
  const focal = (index: number): number => {
    const along = dot(p(index), depth);
    return Math.sqrt(Math.max(dot(p(index), p(index)) - along * along, 0));
  };
  return {
    widthPx,
    heightPx,
    pixelFromLps,
    sourceLps,
    sourceToDetectorMm,
    pixelPitchMm: [sourceToDetectorMm / focal(0), sourceToDetectorMm / focal(1)],
  };
}

/** `pixelFromLps` after the pixels became `factor` times as large: (u + ½, v + ½) shrinks by it, whole numbers are centres. */
export function pixelFromLpsOfLargerPixels(pixelFromLps: ArrayLike<number>, factor: number): Float64Array {
  return Float64Array.from({ length: 12 }, (_, n) => {
    const depth = pixelFromLps[8 + (n % 4)];
    return n < 8 ? (pixelFromLps[n] + 0.5 * depth) / factor - 0.5 * depth : depth;
  });
}

/** Where a point of the patient falls: column u, row v (not clipped to the image) and its depth in mm. */
export function project(camera: Camera, point: Vector3): { u: number; v: number; depthMm: number } {
  const p = camera.pixelFromLps;
  const [x, y, z] = point;
  const depthMm = p[8] * x + p[9] * y + p[10] * z + p[11];
  return {
    u: (p[0] * x + p[1] * y + p[2] * z + p[3]) / depthMm,
    v: (p[4] * x + p[5] * y + p[6] * z + p[7]) / depthMm,
    depthMm,
  };
}

/**
 * 3×3 row-major D with  direction(u, v) = D · (u, v, 1): the LPS vector from the source to depth 1 mm on the ray
 * of that pixel; multiplied by `sourceToDetectorMm` it ends on the pixel. Affine in u and v, so kernels may
 * step along a row by adding the first column.
 */
export function lpsRayFromPixel(camera: Camera): Float64Array {
  const p = camera.pixelFromLps;
  const rows: Vector3[] = [0, 1, 2].map((index) => [p[4 * index], p[4 * index + 1], p[4 * index + 2]]);
  const det = dot(rows[0], cross(rows[1], rows[2]));
  const columns = [cross(rows[1], rows[2]), cross(rows[2], rows[0]), cross(rows[0], rows[1])];
  const inverse = new Float64Array(9);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) inverse[3 * row + column] = columns[column][row] / det;
  return inverse;
}

/** The ray of one pixel, see `lpsRayFromPixel`. */
export function rayDirection(camera: Camera, u: number, v: number): Vector3 {
  const d = lpsRayFromPixel(camera);
  return [d[0] * u + d[1] * v + d[2], d[3] * u + d[4] * v + d[5], d[6] * u + d[7] * v + d[8]];
}
