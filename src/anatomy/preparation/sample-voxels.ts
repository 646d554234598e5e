import { spacingMm, type Grid } from "../../geometry/grid.ts";
import type { VoxelArray } from "../../volume/volume.ts";

/**
 * Trilinear value at voxel coordinates (i, j, k); outside the volume the nearest voxel of its border counts. Exact at voxel centres.
 */
export function trilinear(
  values: ArrayLike<number>,
  shape: readonly [number, number, number],
  i: number,
  j: number,
  k: number,
): number {
  const [ni, nj, nk] = shape;
  const x = i < 0 ? 0 : i > ni - 1 ? ni - 1 : i;
  const y = j < 0 ? 0 : j > nj - 1 ? nj - 1 : j;
  const z = k < 0 ? 0 : k > nk - 1 ? nk - 1 : k;
  const i0 = Math.floor(x);
  const j0 = Math.floor(y);
  const k0 = Math.floor(z);
  const [u, v, w] = [x - i0, y - j0, z - k0];
  const di = i0 + 1 < ni ? 1 : 0;
  const dj = j0 + 1 < nj ? ni : 0;
  const dk = k0 + 1 < nk ? ni * nj : 0;
  const n = (k0 * nj + j0) * ni + i0;
  const low =
    (1 - v) * ((1 - u) * values[n] + u * values[n + di]) +
    v * ((1 - u) * values[n + dj] + u * values[n + dj + di]);
  if (w === 0) return low;
  const m = n + dk;
  const high =
    (1 - v) * ((1 - u) * values[m] + u * values[m + di]) +
    v * ((1 - u) * values[m + dj] + u * values[m + dj + di]);
  return (1 - w) * low + w * high;
}

/** Index of the voxel nearest to voxel coordinates, moved to the border when it lies outside. */
export function nearestIndex(
  shape: readonly [number, number, number],
  i: number,
  j: number,
  k: number,
): number {
  const clamp = (x: number, n: number): number => Math.min(n - 1, Math.max(0, Math.round(x)));
  return (clamp(k, shape[2]) * shape[1] + clamp(j, shape[1])) * shape[0] + clamp(i, shape[0]);
}

/** Room of the same number type for other voxels; HU in float or 16 bits, never fewer. */
export function emptyLike(values: VoxelArray, length: number): VoxelArray {
  return new (values.constructor as new (length: number) => VoxelArray)(length);
}

/** HU as the array can store them: whole and within its range, unless it holds floats. */
export function storable(values: VoxelArray): (hu: number) => number {
  if (values instanceof Float32Array || values instanceof Float64Array) return (hu) => hu;
  const limits: readonly [number, number] =
    values instanceof Int32Array
      ? [-(2 ** 31), 2 ** 31 - 1]
      : values instanceof Int16Array
        ? [-32768, 32767]
        : values instanceof Int8Array
          ? [-128, 127]
          : [0, 2 ** (8 * values.BYTES_PER_ELEMENT) - 1];
  return (hu) => Math.min(limits[1], Math.max(limits[0], Math.round(hu)));
}

/** 0 below `from`, 1 above `to`, 3t² − 2t³ between. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

export const meanSpacingMm = (grid: Grid): number => spacingMm(grid).reduce((sum, mm) => sum + mm, 0) / 3;
