// The parameter block of one run: float64 numbers that the host writes, see ../parameter-block.ts.

export const VOXELS = 0, OUTPUT = 1, COUNTERS = 2, SCRATCH = 3, SHAPE = 4, KIND = 7, MODE = 8, CHANNELS = 9;
export const REGION = 10, IMAGE = 14, VIEW_AXIS = 16, SOURCE = 17, VOXEL_RAY = 20, LPS_RAY = 29;
export const SCALE = 38, THRESHOLD = 42, TABLES = 46;

/** What a run is for, as in ../parameter-block.ts. */
export const INTEGRATE = 0, TRACE = 1, FIRST_HITS = 2;

export let block: usize = 0;

export function useBlock(address: usize): void {
  block = address;
}

// @ts-ignore: decorator
@inline
export function parameter(index: i32): f64 {
  return load<f64>(block + (<usize>index << 3));
}

/** One component of the ray of a pixel: row `axis` of a 3×3 matrix times (u, v, 1). */
// @ts-ignore: decorator
@inline
export function ray(matrix: i32, axis: i32, u: f64, v: f64): f64 {
  const first = matrix + 3 * axis;
  return parameter(first) * u + parameter(first + 1) * v + parameter(first + 2);
}
