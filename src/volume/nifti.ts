import { InputError } from "../error/input-error.ts";
import { grid } from "../geometry/grid.ts";
import { transform } from "../geometry/transform.ts";
import { type StoredVoxels, type VoxelType, voxelArray, voxelBytes } from "./stored-voxels.ts";

const types: Readonly<Record<number, VoxelType>> = {
  2: "uint8",
  256: "int8",
  4: "int16",
  512: "uint16",
  8: "int32",
  768: "uint32",
  16: "float32",
  64: "float64",
};

/** Whether these bytes begin like a NIfTI-1 or NIfTI-2 header, in either byte order. */
export function looksLikeNifti(bytes: Uint8Array): boolean {
  if (bytes.length < 348) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [348, 540].some((size) => view.getInt32(0, true) === size || view.getInt32(0, false) === size);
}

/** Reads a whole NIfTI-1 or NIfTI-2 file (already inflated): sform first, then qform, then the bare spacing. */
export function readNifti(bytes: Uint8Array, name: string): StoredVoxels {
  const refuse = (code: string, message: string, remedy?: string): never => {
    throw new InputError(`nifti-${code}`, `${name}: ${message}`, remedy === undefined ? {} : { remedy });
  };
  if (!looksLikeNifti(bytes)) refuse("header", `no NIfTI header in ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = [348, 540].includes(view.getInt32(0, true));
  const second = view.getInt32(0, little) === 540;
  if (second && bytes.length < 540)
    refuse("truncated", `a NIfTI-2 header has 540 bytes, the file ${bytes.length}`);
  const i16 = (at: number) => view.getInt16(at, little);
  const i32 = (at: number) => view.getInt32(at, little);
  const f32 = (at: number) => view.getFloat32(at, little);
  const f64 = (at: number) => view.getFloat64(at, little);
  const i64 = (at: number) => Number(view.getBigInt64(at, little));
  const real = (at1: number, at2: number) => (second ? f64(at2) : f32(at1));

  const rank = second ? i64(16) : i16(40);
  if (!(rank >= 1 && rank <= 7)) refuse("rank", `the number of dimensions is ${rank}, not 1 to 7`);
  const dimension = (index: number) =>
    index > rank ? 1 : second ? i64(16 + 8 * index) : i16(40 + 2 * index);
  const extra = [4, 5, 6, 7].map(dimension);
  if (extra.some((n) => n > 1))
    refuse(
      "four-dimensional",
      `the image has more than three dimensions (${[1, 2, 3, 4, 5, 6, 7].map(dimension).join(" × ")})`,
      "give one volume of it",
    );
  const datatype = i16(second ? 12 : 70);
  const type = types[datatype] ?? refuse("datatype", `voxel type ${datatype} is not a real number type`);
  const shape: [number, number, number] = [dimension(1), dimension(2), dimension(3)];
  const pixdim = (index: number) => real(76 + 4 * index, 104 + 8 * index);
  const unitsCode = (second ? i32(500) : view.getUint8(123)) & 7;
  const unit = unitsCode === 1 ? 1000 : unitsCode === 3 ? 0.001 : 1;
  const ras =
    (second ? i32(348) : i16(254)) > 0
      ? [0, 1, 2].flatMap((row) =>
          [0, 1, 2, 3].map((column) => real(280 + 16 * row + 4 * column, 400 + 32 * row + 8 * column)),
        )
      : (second ? i32(344) : i16(252)) > 0
        ? affineOfQuaternion(
            [0, 1, 2].map((n) => real(256 + 4 * n, 352 + 8 * n)),
            [0, 1, 2].map((n) => real(268 + 4 * n, 376 + 8 * n)),
            [1, 2, 3].map(pixdim),
            pixdim(0) < 0 ? -1 : 1,
          )
        : [pixdim(1), 0, 0, 0, 0, pixdim(2), 0, 0, 0, 0, pixdim(3), 0];
  if (ras.some((value) => !Number.isFinite(value)))
    refuse("affine", "the orientation matrix holds values that are not numbers");
  // RAS to LPS: x and y change sign.
  const lps = [
    ...ras.slice(0, 8).map((value) => -value * unit || 0),
    ...ras.slice(8, 12).map((value) => value * unit),
    0,
    0,
    0,
    1,
  ];
  const placed = grid(shape, transform("lps", "voxel", lps));

  const offset = Math.max(second ? i64(168) : f32(108), second ? 540 : 348);
  const stored = voxelArray(
    voxelBytes(bytes, offset, shape[0] * shape[1] * shape[2], type, name),
    type,
    little,
  );
  const slope = real(112, 176);
  const intercept = real(116, 184);
  // A slope of zero means that there is no scaling, whatever the intercept says.
  const scaled = Number.isFinite(slope) && slope !== 0 && Number.isFinite(intercept);
  return { grid: placed, stored, slope: scaled ? slope : 1, intercept: scaled ? intercept : 0 };
}

/** NIfTI "method 2": rotation from the quaternion (b, c, d), the third axis turned by qfac. */
function affineOfQuaternion(
  bcd: readonly number[],
  shift: readonly number[],
  spacing: readonly number[],
  qfac: number,
): number[] {
  const [b, c, d] = bcd;
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const rotation = [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ];
  return rotation.flatMap((row, index) => [
    row[0] * spacing[0],
    row[1] * spacing[1],
    row[2] * spacing[2] * qfac,
    shift[index],
  ]);
}
