import { InputError } from "../error/input-error.ts";
import { spacingMm } from "../geometry/grid.ts";
import type { LabelMap } from "./label-map.ts";
import type { Volume, VoxelArray } from "./volume.ts";

const HEADER_BYTES = 352;

/**
 * A NIfTI-1 file (uncompressed .nii): sform with the full affine, shear included, in float32 as the format has it; no qform, which
 * could not hold a shear. Voxels keep their number type. Same input, same bytes.
 */
export function writeNifti(image: Volume<string> | LabelMap): Uint8Array {
  const values = "labels" in image ? image.labels : image.values;
  const { shape, lpsFromVoxel } = image.grid;
  if (shape.some((n) => n > 32767))
    throw new InputError(
      "nifti-too-large",
      `NIfTI-1 holds at most 32767 voxels along an axis, got ${shape.join(" × ")}`,
      { remedy: "write MetaImage (.mha) instead" },
    );
  const { code, bits } = numberType(values);
  const bytes = new Uint8Array(HEADER_BYTES + values.byteLength);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  [3, ...shape, 1, 1, 1, 1].forEach((n, index) => view.setInt16(40 + 2 * index, n, true));
  view.setInt16(70, code, true);
  view.setInt16(72, bits, true);
  [1, ...spacingMm(image.grid), 1, 1, 1, 1].forEach((value, index) =>
    view.setFloat32(76 + 4 * index, value, true),
  );
  view.setFloat32(108, HEADER_BYTES, true);
  view.setFloat32(112, 1, true);
  // Millimetres.
  view.setUint8(123, 2);
  // sform code 1: scanner coordinates.
  view.setInt16(254, 1, true);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 4; column++) {
      const lps = lpsFromVoxel.matrix[4 * row + column];
      view.setFloat32(280 + 16 * row + 4 * column, row < 2 ? -lps : lps, true);
    }
  // "n+1", the mark of a single file.
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), HEADER_BYTES);
  return bytes;
}

function numberType(values: VoxelArray): { code: number; bits: number } {
  const codes: readonly [abstract new (...args: never[]) => VoxelArray, number][] = [
    [Uint8Array, 2],
    [Int8Array, 256],
    [Int16Array, 4],
    [Uint16Array, 512],
    [Int32Array, 8],
    [Uint32Array, 768],
    [Float32Array, 16],
    [Float64Array, 64],
  ];
  const code = codes.find(([type]) => values instanceof type)?.[1] ?? 16;
  return { code, bits: 8 * values.BYTES_PER_ELEMENT };
}
