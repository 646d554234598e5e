import { InputError } from "../../error/input-error.ts";
import { type Camera, cameraFromMatrix } from "../../geometry/camera.ts";
import { cross, dot, norm, scale, subtract, type Vector3 } from "../../geometry/vector.ts";

/**
 * A camera as xReg and the published hip benchmark keep it: z points from the panel back to the source, so that points in front
 * have negative z, and  (u, v, 1) = K · x / z  with  x = cameraFromPatient · (LPS, 1).
 *
 * The pose is always a proper rotation: where a picture is mirrored against that frame, the first focal length is positive.
 */
export interface ProjectionParameters {
  readonly widthPx: number;
  readonly heightPx: number;
  /** K, 3×3 row-major, pixels. */
  readonly intrinsic: Float64Array;
  /** Distance of neighbouring pixels along a row, and along a column. */
  readonly pixelPitchMm: readonly [number, number];
}

/** K and the 4×4 row-major pose that takes points of the camera frame to patient LPS in mm (`gt-poses`). */
export function projectionParameters(camera: Camera): {
  parameters: ProjectionParameters;
  lpsFromCamera: Float64Array;
} {
  const { widthPx, heightPx, pixelFromLps, pixelPitchMm, sourceLps } = camera;
  const row = (index: number): Vector3 => [
    pixelFromLps[4 * index],
    pixelFromLps[4 * index + 1],
    pixelFromLps[4 * index + 2],
  ];
  // RQ decomposition of the left 3×3 part, rows from the last to the first.
  const depth = row(2);
  const v0 = dot(row(1), depth);
  const alongRows = subtract(row(1), scale(depth, v0));
  const fv = norm(alongRows);
  const rowAxis = scale(alongRows, 1 / fv);
  const [u0, skew] = [dot(row(0), depth), dot(row(0), rowAxis)];
  const alongColumns = subtract(subtract(row(0), scale(depth, u0)), scale(rowAxis, skew));
  const fu = norm(alongColumns);
  const columnAxis = scale(alongColumns, 1 / fu);
  // With z turned round the frame is right-handed exactly where columns × rows points at the source.
  const side = dot(cross(columnAxis, rowAxis), depth) < 0 ? 1 : -1;
  const axes = [scale(columnAxis, side), rowAxis, scale(depth, -1)];
  const lpsFromCamera = new Float64Array(16);
  for (let axis = 0; axis < 3; axis++) {
    for (let column = 0; column < 3; column++) lpsFromCamera[4 * axis + column] = axes[column][axis];
    lpsFromCamera[4 * axis + 3] = sourceLps[axis];
  }
  lpsFromCamera[15] = 1;
  const intrinsic = Float64Array.of(-side * fu, -skew, u0, 0, -fv, v0, 0, 0, 1);
  return { parameters: { widthPx, heightPx, intrinsic, pixelPitchMm }, lpsFromCamera };
}

/**
 * The camera of such parameters.
 *
 * @param cameraFromWorld the file's `extrinsic`: from the frame of the poses to the camera
 * @throws InputError `projection-parameters` where they describe none
 */
export function cameraOfParameters(
  { widthPx, heightPx, intrinsic, pixelPitchMm }: ProjectionParameters,
  lpsFromWorld: ArrayLike<number>,
  cameraFromWorld: ArrayLike<number>,
): Camera {
  const rotation = [0, 1, 2].map(
    (r): Vector3 => [lpsFromWorld[4 * r], lpsFromWorld[4 * r + 1], lpsFromWorld[4 * r + 2]],
  );
  const offset: Vector3 = [lpsFromWorld[3], lpsFromWorld[7], lpsFromWorld[11]];
  const determinant = dot(rotation[0], cross(rotation[1], rotation[2]));
  if (!(Math.abs(Math.abs(determinant) - 1) < 1e-3))
    throw new InputError(
      "projection-parameters",
      `a pose has the determinant ${determinant}: it is not a rotation`,
    );
  // worldFromLps is the transpose, with −Rᵀ · offset.
  const columns = [0, 1, 2].map((c): Vector3 => [rotation[0][c], rotation[1][c], rotation[2][c]]);
  const worldFromLps = columns.flatMap((column) => [...column, -dot(column, offset)]);
  const product = (left: (r: number, k: number) => number, right: (k: number, c: number) => number) =>
    Array.from({ length: 12 }, (_, n) => {
      const [r, c] = [n >> 2, n & 3];
      return left(r, 0) * right(0, c) + left(r, 1) * right(1, c) + left(r, 2) * right(2, c);
    });
  const inWorld = (k: number, c: number): number => worldFromLps[4 * k + c];
  const inCamera = product((r, k) => cameraFromWorld[4 * r + k], inWorld).map(
    (value, n) => value + ((n & 3) === 3 ? cameraFromWorld[4 * (n >> 2) + 3] : 0),
  );
  // Points in front have negative z there and positive depth here.
  const pixelFromLps = product(
    (r, k) => -intrinsic[3 * r + k],
    (k, c) => inCamera[4 * k + c],
  );
  const sourceToDetectorMm = Math.abs(intrinsic[0]) * pixelPitchMm[0];
  return cameraFromMatrix({ pixelFromLps, widthPx, heightPx, sourceToDetectorMm });
}
