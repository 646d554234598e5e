import type { Grid } from "../geometry/grid.ts";

/**
 * What a projector eats: up to four non-negative quantities sampled on one grid, or one, stored as small integers
 * and surrounded by zeros so that kernels need no bounds tests.
 *
 * Padding is one voxel below and two above on every axis: voxel (i, j, k) lies at index
 *   ((k + 1) · (nj + 3) + (j + 1)) · (ni + 3) + (i + 1),
 * times four for interleaved channels. value = count · scale[channel]. Zero means empty space, exactly.
 */
export type Field = FourChannelField | ScalarField;

/** Four interleaved bytes a voxel; unused channels are zero, and named "" or, at the end, not at all. */
export interface FourChannelField {
  readonly kind: "u8x4";
  readonly grid: Grid;
  readonly channels: readonly string[];
  readonly voxels: Uint8Array;
  readonly scale: Float64Array;
}

/** One 16-bit count a voxel. */
export interface ScalarField {
  readonly kind: "u16";
  readonly grid: Grid;
  readonly channels: readonly [string];
  readonly voxels: Uint16Array;
  readonly scale: Float64Array;
}

/** Where the bytes of a field come from; a projector hands out memory that its kernels can read without a copy. */
export type Allocate = (byteLength: number) => Uint8Array;

export const paddedShape = (grid: Grid): [number, number, number] => [
  grid.shape[0] + 3,
  grid.shape[1] + 3,
  grid.shape[2] + 3,
];

export function paddedVoxelCount(grid: Grid): number {
  const [ni, nj, nk] = paddedShape(grid);
  return ni * nj * nk;
}

/** Index of voxel (i, j, k) in the padded array, before multiplying by the number of channels. */
export function paddedIndex(grid: Grid, i: number, j: number, k: number): number {
  return ((k + 1) * (grid.shape[1] + 3) + (j + 1)) * (grid.shape[0] + 3) + (i + 1);
}
