import { type Grid, grid } from "../geometry/grid.ts";
import { transform } from "../geometry/transform.ts";
import type { Vector3 } from "../geometry/vector.ts";
import { type Allocate, type FourChannelField, paddedIndex, paddedVoxelCount } from "../volume/field.ts";

/** A cube of voxels of one size, centred on the origin, its axes along LPS or turned by a rotation (3×3, row-major). */
export function centredGrid(
  shape: Vector3,
  voxelMm: number,
  rotation: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1],
  centreLps: Vector3 = [0, 0, 0],
): Grid {
  const rows = [0, 1, 2].map((row) => {
    const axes = [0, 1, 2].map((axis) => rotation[3 * row + axis] * voxelMm);
    const shift = axes.reduce((sum, value, axis) => sum + (value * (shape[axis] - 1)) / 2, 0);
    return [...axes, centreLps[row] - shift];
  });
  return grid(shape, transform("lps", "voxel", [...rows.flat(), 0, 0, 0, 1]));
}

/** A field of one channel from a function of the voxel index with values from 0 to 1, in steps of 1/255. */
export function fieldFromFunction(options: {
  grid: Grid;
  value: (i: number, j: number, k: number) => number;
  allocate: Allocate;
}): FourChannelField {
  const { shape } = options.grid;
  const voxels = options.allocate(4 * paddedVoxelCount(options.grid));
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++)
      for (let i = 0; i < shape[0]; i++)
        voxels[4 * paddedIndex(options.grid, i, j, k)] = Math.round(255 * options.value(i, j, k));
  return { kind: "u8x4", grid: options.grid, channels: ["value"], voxels, scale: Float64Array.of(1 / 255) };
}

/** Share of a voxel inside a ball, from 6 × 6 × 6 points (an even number: a face through the centre halves the voxel); distances in voxels. */
export function ballOccupancy(centre: Vector3, radius: number): (i: number, j: number, k: number) => number {
  const offsets = [-5, -3, -1, 1, 3, 5].map((twelfths) => twelfths / 12);
  return (i, j, k) => {
    const distance = Math.hypot(i - centre[0], j - centre[1], k - centre[2]);
    if (distance < radius - 1) return 1;
    if (distance > radius + 1) return 0;
    let inside = 0;
    for (const x of offsets)
      for (const y of offsets)
        for (const z of offsets)
          if (Math.hypot(i + x - centre[0], j + y - centre[1], k + z - centre[2]) < radius) inside++;
    return inside / 216;
  };
}
