import { type Grid, voxelCount } from "../geometry/grid.ts";
import type { Finding } from "./finding.ts";

export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** One number per voxel, i fastest; `quantity` keeps Hounsfield units from being converted twice. */
export interface Volume<Quantity extends string = "HU"> {
  readonly quantity: Quantity;
  readonly grid: Grid;
  readonly values: VoxelArray;
  /** What the file left open and was assumed while it was read. */
  readonly findings?: readonly Finding[];
}

export function volume<Quantity extends string>(
  quantity: Quantity,
  grid: Grid,
  values: VoxelArray,
): Volume<Quantity> {
  if (values.length !== voxelCount(grid))
    throw new RangeError(
      `a volume of ${grid.shape.join(" × ")} voxels needs ${voxelCount(grid)} values, got ${values.length}`,
    );
  return { quantity, grid, values };
}
