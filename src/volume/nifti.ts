import { InputError } from "../error/input-error.ts";
import type { Grid } from "../geometry/grid.ts";
import type { Finding } from "./finding.ts";
import { placedGrid } from "./placed-grid.ts";
import { bytesPerVoxel, type StoredVoxels, type VoxelType, voxelArray, voxelBytes } from "./stored-voxels.ts";

const types: Readonly<Record<number, VoxelType>> = {
  2: "uint8",
  256: "int8",
  4: "int16",
  512: "uint16",
  8: "int32",
  768: "uint32",
  1024: "int64",
  1280: "uint64",
  16: "float32",
  64: "float64",
};

/** Voxel types of the format that are no Hounsfield units and no labels. */
const otherTypes: Readonly<Record<number, string>> = {
  1: "single bits",
  32: "complex numbers",
  128: "colours (RGB)",
  1536: "128-bit numbers",
  1792: "complex numbers",
  2048: "complex numbers",
  2304: "colours (RGBA)",
};

/** Enough bytes for the header of either version. */
export const NIFTI_HEADER_BYTES = 544;

/** What a NIfTI header says. */
export interface NiftiHeader {
  readonly grid: Grid;
  readonly type: VoxelType;
  readonly isLittleEndian: boolean;
  readonly voxelOffset: number;
  /** From the first byte of the file to the last of the voxels. */
  readonly byteLength: number;
  readonly slope: number;
  readonly intercept: number;
  readonly findings: readonly Finding[];
}

/** Whether these bytes begin like a NIfTI-1 or NIfTI-2 header, in either byte order. */
export function looksLikeNifti(bytes: Uint8Array): boolean {
  if (bytes.length < 348) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [348, 540].some((size) => view.getInt32(0, true) === size || view.getInt32(0, false) === size);
}

/** Reads a whole NIfTI-1 or NIfTI-2 file, already inflated; see `readNiftiHeader` for its geometry. */
export function readNifti(bytes: Uint8Array, name: string): StoredVoxels {
  const { grid, type, isLittleEndian, voxelOffset, slope, intercept, findings } = readNiftiHeader(
    bytes,
    name,
  );
  const count = grid.shape[0] * grid.shape[1] * grid.shape[2];
  const stored = voxelArray(voxelBytes(bytes, voxelOffset, count, type, name), type, isLittleEndian);
  return { grid, stored, slope, intercept, findings };
}

/**
 * Reads the header from the first `NIFTI_HEADER_BYTES` of a file. Geometry as the standard ranks it: the sform if its code is set,
 * else the qform, else "method 1", the bare spacing: i to the right, j to anterior, k to superior, first voxel in the origin.
 *
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 * @throws InputError for anything but one whole volume of real numbers in a single file
 */
export function readNiftiHeader(bytes: Uint8Array, name: string): NiftiHeader {
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

  const magic = String.fromCharCode(...bytes.subarray(second ? 4 : 344, second ? 7 : 347));
  if (magic === "ni1" || magic === "ni2")
    refuse("pair", "the voxels are in a separate .img file", "save it as one .nii file");
  if (magic !== (second ? "n+2" : "n+1"))
    refuse(
      "analyze",
      "this is an Analyze header or a damaged NIfTI one, which does not tell left from right",
      "export the image as NIfTI (.nii)",
    );

  const rank = second ? i64(16) : i16(40);
  if (!(rank >= 3 && rank <= 7)) refuse("rank", `a volume has three dimensions, found ${rank}`);
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
  const type =
    types[datatype] ??
    refuse(
      "datatype",
      `the voxels are ${otherTypes[datatype] ?? `of unknown type ${datatype}`}, not real numbers`,
    );
  const shape: [number, number, number] = [dimension(1), dimension(2), dimension(3)];
  const pixdim = (index: number) => real(76 + 4 * index, 104 + 8 * index);
  const spacing = () => {
    const steps = [1, 2, 3].map(pixdim);
    if (!steps.every((step) => step > 0))
      refuse("spacing", `the spacing between voxels is ${steps.join(" × ")}, not three positive numbers`);
    return steps;
  };
  const unitsCode = (second ? i32(500) : view.getUint8(123)) & 7;
  const unit = unitsCode === 1 ? 1000 : unitsCode === 3 ? 0.001 : 1;
  const hasSform = (second ? i32(348) : i16(254)) > 0;
  const hasQform = (second ? i32(344) : i16(252)) > 0;
  const ras = hasSform
    ? [0, 1, 2].flatMap((row) =>
        [0, 1, 2, 3].map((column) => real(280 + 16 * row + 4 * column, 400 + 32 * row + 8 * column)),
      )
    : hasQform
      ? affineOfQuaternion(
          [0, 1, 2].map((n) => real(256 + 4 * n, 352 + 8 * n)),
          [0, 1, 2].map((n) => real(268 + 4 * n, 376 + 8 * n)),
          spacing(),
          pixdim(0) < 0 ? -1 : 1,
        )
      : spacing().flatMap((step, row) => [0, 1, 2, 3].map((column) => (column === row ? step : 0)));
  if (ras === undefined) return refuse("quaternion", "the quaternion of the orientation is longer than one");
  if (ras.some((value) => !Number.isFinite(value)))
    refuse("affine", "the orientation matrix holds values that are not numbers");
  // RAS to LPS: x and y change sign.
  const lps = [
    ...ras.slice(0, 8).map((value) => -value * unit || 0),
    ...ras.slice(8, 12).map((value) => value * unit),
  ];
  const placed = placedGrid(name, shape, lps);

  const voxelOffset = Math.max(second ? i64(168) : f32(108), second ? 540 : 348);
  const byteLength = voxelOffset + shape[0] * shape[1] * shape[2] * bytesPerVoxel[type];
  const slope = real(112, 176);
  const intercept = real(116, 184);
  // A slope of zero means that there is no scaling, whatever the intercept says.
  const isScaled = Number.isFinite(slope) && slope !== 0;
  if (isScaled && !Number.isFinite(intercept))
    refuse("intercept", `the slope is ${slope}, but the intercept ${intercept}`);
  return {
    grid: placed,
    type,
    isLittleEndian: little,
    voxelOffset,
    byteLength,
    slope: isScaled ? slope : 1,
    intercept: isScaled ? intercept : 0,
    findings: hasSform || hasQform ? [] : [orientationAssumed(name)],
  };
}

const orientationAssumed = (name: string): Finding => ({
  code: "orientation-assumed",
  severity: "warning",
  message: `${name} does not say how the patient lies (no sform, no qform): taken as RAS, first voxel at the origin; left and right may be swapped, export it again with its orientation`,
});

/** NIfTI "method 2": rotation from the quaternion (b, c, d), the third axis turned by qfac; undefined if it is no rotation. */
function affineOfQuaternion(
  bcd: readonly number[],
  shift: readonly number[],
  spacing: readonly number[],
  qfac: number,
): number[] | undefined {
  const length = Math.hypot(...bcd);
  // float32 may round a half turn to a little more than one.
  if (!(length <= 1.0001)) return undefined;
  const [b, c, d] = bcd.map((value) => value / Math.max(1, length));
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
