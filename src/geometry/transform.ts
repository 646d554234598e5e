import { InputError } from "../error/input-error.ts";
import type { Vector3 } from "./vector.ts";

/**
 * The frames of the system; docs/conventions.md draws them.
 * - `lps`: patient space, mm, +x to the patient's Left, +y Posterior, +z Superior
 * - `voxel`: array index (i, j, k) of a volume; voxel centres lie on whole numbers
 * - `camera`: mm, origin in the X-ray source, +x along columns, +y along rows, +z towards the detector
 */
export type Frame = "lps" | "voxel" | "camera";

/** An affine map between two frames, read as `lpsFromVoxel`: matrix · (voxel, 1) = (lps, 1). */
export interface Transform<To extends Frame, From extends Frame> {
  readonly to: To;
  readonly from: From;
  /** 4×4, row-major, last row 0 0 0 1. */
  readonly matrix: Float64Array;
}

export type LpsFromVoxel = Transform<"lps", "voxel">;

/** Wraps sixteen row-major numbers; refuses what is not affine or cannot be inverted. */
export function transform<To extends Frame, From extends Frame>(
  to: To,
  from: From,
  rowMajor: ArrayLike<number>,
): Transform<To, From> {
  const matrix = Float64Array.from(rowMajor);
  if (matrix.length !== 16 || matrix.some((value) => !Number.isFinite(value)))
    throw new InputError(
      "transform-not-finite",
      `the matrix from ${from} to ${to} needs 16 finite numbers, got [${[...matrix].join(", ")}]`,
    );
  if (matrix[12] !== 0 || matrix[13] !== 0 || matrix[14] !== 0 || matrix[15] !== 1)
    throw new InputError(
      "transform-not-affine",
      `the last row of an affine matrix is 0 0 0 1, found ${matrix.slice(12).join(" ")}`,
    );
  const result: Transform<To, From> = { to, from, matrix };
  const columnLengths = [0, 1, 2].map((column) =>
    Math.hypot(matrix[column], matrix[4 + column], matrix[8 + column]),
  );
  const volume = columnLengths[0] * columnLengths[1] * columnLengths[2];
  if (!(Math.abs(determinant(result)) > 1e-9 * volume))
    throw new InputError(
      "transform-singular",
      `an axis of this affine has no length or lies in the plane of the others: [${[...matrix].join(", ")}]`,
    );
  return result;
}

/** aFromC = aFromB · bFromC; neighbouring names must match, and the compiler checks that they do. */
export function compose<A extends Frame, B extends Frame, C extends Frame>(
  aFromB: Transform<A, B>,
  bFromC: Transform<NoInfer<B>, C>,
): Transform<A, C> {
  const product = new Float64Array(16);
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 4; column++)
      for (let k = 0; k < 4; k++)
        product[4 * row + column] += aFromB.matrix[4 * row + k] * bFromC.matrix[4 * k + column];
  return { to: aFromB.to, from: bFromC.from, matrix: product };
}

export function invert<To extends Frame, From extends Frame>(
  aFromB: Transform<To, From>,
): Transform<From, To> {
  const m = aFromB.matrix;
  const det = determinant(aFromB);
  const inverse = new Float64Array(16);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) {
      const [r1, r2] = [(column + 1) % 3, (column + 2) % 3];
      const [c1, c2] = [(row + 1) % 3, (row + 2) % 3];
      inverse[4 * row + column] = (m[4 * r1 + c1] * m[4 * r2 + c2] - m[4 * r1 + c2] * m[4 * r2 + c1]) / det;
    }
  for (let row = 0; row < 3; row++)
    inverse[4 * row + 3] = -(
      inverse[4 * row] * m[3] +
      inverse[4 * row + 1] * m[7] +
      inverse[4 * row + 2] * m[11]
    );
  inverse[15] = 1;
  return { to: aFromB.from, from: aFromB.to, matrix: inverse };
}

export function applyToPoint(aFromB: Transform<Frame, Frame>, point: Vector3): Vector3 {
  const m = aFromB.matrix;
  const [x, y, z] = point;
  return [
    m[0] * x + m[1] * y + m[2] * z + m[3],
    m[4] * x + m[5] * y + m[6] * z + m[7],
    m[8] * x + m[9] * y + m[10] * z + m[11],
  ];
}

export function applyToDirection(aFromB: Transform<Frame, Frame>, direction: Vector3): Vector3 {
  const m = aFromB.matrix;
  const [x, y, z] = direction;
  return [m[0] * x + m[1] * y + m[2] * z, m[4] * x + m[5] * y + m[6] * z, m[8] * x + m[9] * y + m[10] * z];
}

/** Determinant of the 3×3 part: signed volume ratio, mm³ per voxel for `lpsFromVoxel`. */
export function determinant(aFromB: Transform<Frame, Frame>): number {
  const m = aFromB.matrix;
  return (
    m[0] * (m[5] * m[10] - m[6] * m[9]) -
    m[1] * (m[4] * m[10] - m[6] * m[8]) +
    m[2] * (m[4] * m[9] - m[5] * m[8])
  );
}
