import { InputError } from "../error/input-error.ts";
import type { Grid } from "../geometry/grid.ts";
import type { Finding } from "./finding.ts";
import type { VoxelArray } from "./volume.ts";

/** Voxels as a file stores them: stored · slope + intercept is the value. */
export interface StoredVoxels {
  readonly grid: Grid;
  readonly stored: VoxelArray;
  readonly slope: number;
  readonly intercept: number;
  /** Label number -> name, where the format carries names. */
  readonly names?: ReadonlyMap<number, string>;
  /** What the file leaves open and was assumed. */
  readonly findings?: readonly Finding[];
}

/** The number types of volume files. */
export type VoxelType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64";

export const bytesPerVoxel: Readonly<Record<VoxelType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
};

/**
 * Views bytes as numbers without a copy where alignment and byte order allow it. 64-bit integers become int32,
 * or float64 where one of them needs it.
 */
export function voxelArray(bytes: Uint8Array, type: VoxelType, littleEndian: boolean): VoxelArray {
  const size = bytesPerVoxel[type];
  const { buffer, byteOffset, length } = inMachineOrder(bytes, size, littleEndian);
  const count = length / size;
  switch (type) {
    case "int8":
      return new Int8Array(buffer, byteOffset, count);
    case "uint8":
      return new Uint8Array(buffer, byteOffset, count);
    case "int16":
      return new Int16Array(buffer, byteOffset, count);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, count);
    case "int32":
      return new Int32Array(buffer, byteOffset, count);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, count);
    case "int64":
      return narrowed(new BigInt64Array(buffer, byteOffset, count));
    case "uint64":
      return narrowed(new BigUint64Array(buffer, byteOffset, count));
    case "float32":
      return new Float32Array(buffer, byteOffset, count);
    case "float64":
      return new Float64Array(buffer, byteOffset, count);
  }
}

/** The bytes of `count` voxels from `offset` on; a file that ends too early is refused with both numbers. */
export function voxelBytes(
  file: Uint8Array,
  offset: number,
  count: number,
  type: VoxelType,
  name: string,
): Uint8Array {
  const needed = count * bytesPerVoxel[type];
  if (!Number.isInteger(offset) || offset < 0 || offset + needed > file.length)
    throw new InputError(
      "volume-truncated",
      `${name}: ${count} voxels of type ${type} from byte ${offset} need ${offset + needed} bytes, found ${file.length}`,
      { remedy: "copy or export the file again" },
    );
  return file.subarray(offset, offset + needed);
}

function narrowed(wide: BigInt64Array | BigUint64Array): Int32Array | Float64Array {
  const integers = new Int32Array(wide.length);
  for (let n = 0; n < wide.length; n++) {
    integers[n] = Number(wide[n]);
    if (BigInt(integers[n]) !== wide[n])
      return Float64Array.from({ length: wide.length }, (_, m) => Number(wide[m]));
  }
  return integers;
}

function inMachineOrder(bytes: Uint8Array, size: number, littleEndian: boolean): Uint8Array {
  // Every host of ours is little-endian.
  if (littleEndian || size === 1) return bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  // Not slice(): a Buffer's slice is no copy, and the bytes of the file must stay as they are.
  const swapped = new Uint8Array(bytes);
  for (let start = 0; start < swapped.length; start += size)
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = swapped[low];
      swapped[low] = swapped[high];
      swapped[high] = byte;
    }
  return swapped;
}
