import { type Grid, grid, spacingMm } from "../../geometry/grid.ts";
import { transform } from "../../geometry/transform.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import { orientationCode } from "../../volume/orientation.ts";

/**
 * A volume seen as a stack of axial slices, whatever the order and direction of its array axes: pixel (p, q) of a slice lies `stride[0]` and
 * `stride[1]` apart in memory, slices lie one `vertical` axis apart.
 */
export interface AxialStack {
  readonly grid: Grid;
  /** Array axes of p, q and of the slices. */
  readonly axes: readonly [number, number, number];
  /** Pixels of a slice along p and q. */
  readonly width: number;
  readonly height: number;
  readonly pixelMm: readonly [number, number];
  readonly sliceMm: number;
  /** Array index of the slice at the feet's and the head's end. */
  readonly bottom: number;
  readonly top: number;
}

export type End = "inferior" | "superior";

export function axialStack(of: Grid): AxialStack {
  const letters = Array.from(orientationCode(of));
  const vertical = letters.findIndex((letter) => letter === "S" || letter === "I");
  const [a, b] = [0, 1, 2].filter((axis) => axis !== vertical);
  const spacing = spacingMm(of);
  const last = of.shape[vertical] - 1;
  const growsUp = letters[vertical] === "S";
  return {
    grid: of,
    axes: [a, b, vertical],
    width: of.shape[a],
    height: of.shape[b],
    pixelMm: [spacing[a], spacing[b]],
    sliceMm: spacing[vertical],
    bottom: growsUp ? 0 : last,
    top: growsUp ? last : 0,
  };
}

const stridesOf = (shape: readonly [number, number, number]): Vector3 => [1, shape[0], shape[0] * shape[1]];

/** The values of one slice, p fastest. */
export function readSlice(stack: AxialStack, values: ArrayLike<number>, slice: number): Float32Array {
  const result = new Float32Array(stack.width * stack.height);
  eachPixel(stack, stack.grid, slice, (pixel, voxel) => {
    result[pixel] = values[voxel];
  });
  return result;
}

/** Calls with pixel number and voxel number for every pixel of a slice of a grid with the same axes. */
export function eachPixel(
  stack: AxialStack,
  of: Grid,
  slice: number,
  call: (pixel: number, voxel: number) => void,
): void {
  const strides = stridesOf(of.shape);
  const [a, b, v] = stack.axes;
  let pixel = 0;
  for (let q = 0; q < stack.height; q++)
    for (let p = 0; p < stack.width; p++) call(pixel++, p * strides[a] + q * strides[b] + slice * strides[v]);
}

/** LPS mm of pixel (p, q) at the slice's array index, which may lie outside the volume. */
export function pixelLps(stack: AxialStack, p: number, q: number, slice: number): Vector3 {
  const m = stack.grid.lpsFromVoxel.matrix;
  const [a, b, v] = stack.axes;
  const at = (row: number): number => m[row + a] * p + m[row + b] * q + m[row + v] * slice + m[row + 3];
  return [at(0), at(4), at(8)];
}

/**
 * The grid with more slices at one end. The old voxels keep their places in space; `shift` is what their slice index grows by.
 */
export function extendedGrid(stack: AxialStack, end: End, slices: number): { grid: Grid; shift: number } {
  const vertical = stack.axes[2];
  const growsUp = stack.bottom <= stack.top && orientationCode(stack.grid)[vertical] === "S";
  const atStart = growsUp === (end === "inferior");
  const shape: [number, number, number] = [...stack.grid.shape];
  shape[vertical] += slices;
  const matrix = Float64Array.from(stack.grid.lpsFromVoxel.matrix);
  if (atStart) for (const row of [0, 4, 8]) matrix[row + 3] -= slices * matrix[row + vertical];
  return { grid: grid(shape, transform("lps", "voxel", matrix)), shift: atStart ? slices : 0 };
}
