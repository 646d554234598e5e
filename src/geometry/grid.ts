import { InputError } from "../error/input-error.ts";
import { applyToPoint, determinant, type LpsFromVoxel } from "./transform.ts";
import type { Vector3 } from "./vector.ts";

/** Where the samples of a volume lie: shape (ni, nj, nk), i fastest in memory, and the full affine. */
export interface Grid {
  readonly shape: readonly [number, number, number];
  readonly lpsFromVoxel: LpsFromVoxel;
}

/** Checks a shape at the door: three whole positive numbers whose product a typed array can hold. */
export function grid(shape: Vector3, lpsFromVoxel: LpsFromVoxel): Grid {
  if (shape.some((n) => !Number.isInteger(n) || n < 1))
    throw new InputError(
      "grid-shape",
      `a volume needs three positive whole dimensions, found ${shape.join(" × ")}`,
    );
  if (shape[0] * shape[1] * shape[2] > 2 ** 31)
    throw new InputError(
      "grid-too-large",
      `a volume of ${shape.join(" × ")} voxels is over the limit of 2^31 voxels`,
      {
        remedy: "crop or resample it first",
      },
    );
  return { shape: [shape[0], shape[1], shape[2]], lpsFromVoxel };
}

export const voxelCount = (g: Grid): number => g.shape[0] * g.shape[1] * g.shape[2];

/** Distance in mm between neighbouring voxel centres along each array axis. */
export function spacingMm(g: Grid): Vector3 {
  const m = g.lpsFromVoxel.matrix;
  return [Math.hypot(m[0], m[4], m[8]), Math.hypot(m[1], m[5], m[9]), Math.hypot(m[2], m[6], m[10])];
}

export const voxelVolumeMm3 = (g: Grid): number => Math.abs(determinant(g.lpsFromVoxel));

/** The middle of the volume in LPS mm. */
export function centreLps(g: Grid): Vector3 {
  return applyToPoint(g.lpsFromVoxel, [(g.shape[0] - 1) / 2, (g.shape[1] - 1) / 2, (g.shape[2] - 1) / 2]);
}

/** The eight outer corners (voxel faces, not centres) in LPS mm. */
export function cornersLps(g: Grid): Vector3[] {
  const corners: Vector3[] = [];
  for (const k of [-0.5, g.shape[2] - 0.5])
    for (const j of [-0.5, g.shape[1] - 0.5])
      for (const i of [-0.5, g.shape[0] - 0.5]) corners.push(applyToPoint(g.lpsFromVoxel, [i, j, k]));
  return corners;
}

/** Two grids agree when shapes are equal and no corner is further apart than `toleranceMm`. */
export function sameGrid(a: Grid, b: Grid, toleranceMm = 0.01): boolean {
  if (a.shape.some((n, axis) => n !== b.shape[axis])) return false;
  const cornersOfB = cornersLps(b);
  return cornersLps(a).every(
    (corner, index) => Math.hypot(...corner.map((x, axis) => x - cornersOfB[index][axis])) <= toleranceMm,
  );
}
