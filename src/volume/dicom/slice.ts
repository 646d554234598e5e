import { InputError } from "../../error/input-error.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import type { DataSet, Tag } from "./data-set.ts";
import type { DicomFile } from "./open-dicom.ts";
import { pixelFrames } from "./pixel-frames.ts";
import type { TransferSyntax } from "./transfer-syntax.ts";

/** How the words of a slice are stored. */
export interface WordLayout {
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

/** One slice: where it lies, and its pixels, still as they are in the file. */
export interface Slice {
  /** Of the file, with the frame where there are several. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly positionLps: Vector3;
  /** Direction in which columns are counted, and rows; LPS. */
  readonly columnAxis: Vector3;
  readonly rowAxis: Vector3;
  /** Between neighbours along a row, and along a column. */
  readonly columnStepMm: number;
  readonly rowStepMm: number;
  readonly thicknessMm: number | undefined;
  readonly frameOfReference: string;
  readonly slope: number;
  readonly intercept: number;
  /** Whether slope and intercept stand in the file. */
  readonly scaled: boolean;
  /** What the scaled values are, `HU` as a rule; "" where the file does not say. */
  readonly rescaleType: string;
  /** Stored words from low to high that lie outside the image. */
  readonly padding: readonly [number, number] | undefined;
  readonly layout: WordLayout;
  readonly syntax: TransferSyntax;
  readonly pixels: Uint8Array;
}

/** Slices are at most this wide and high; the largest CT matrices have 2048. */
const MAX_SIDE_PX = 4096;

/** CT numbers are a few thousand; this keeps those of any word within float32. */
const LARGEST_RESCALE = 1e6;

const ROWS: Tag = 0x00280010;
const COLUMNS: Tag = 0x00280011;
const PIXEL_SPACING: Tag = 0x00280030;
const POSITION: Tag = 0x00200032;
const ORIENTATION: Tag = 0x00200037;
const NUMBER_OF_FRAMES: Tag = 0x00280008;
const SHARED_GROUPS: Tag = 0x52009229;
const FRAME_GROUPS: Tag = 0x52009230;
const PLANE_POSITION: Tag = 0x00209113;
const PLANE_ORIENTATION: Tag = 0x00209116;
const PIXEL_MEASURES: Tag = 0x00289110;
const VALUE_TRANSFORMATION: Tag = 0x00289145;

/** The slices of a file: one, or the frames of an enhanced CT. */
export function slicesOf(file: DicomFile): Slice[] {
  const { dataSet, name } = file;
  const count = dataSet.decimals(NUMBER_OF_FRAMES)?.[0] ?? 1;
  const groups = dataSet.items(FRAME_GROUPS);
  if (count <= 1 && groups.length === 0) return [slice(file, name, [dataSet], pixelFrames(file, 1)[0])];
  if (groups.length !== count)
    throw new InputError(
      "dicom-frames",
      `${name} holds ${count} frames, but says of ${groups.length} where they lie`,
      { remedy: "export the series as one file for each slice" },
    );
  const shared = dataSet.items(SHARED_GROUPS);
  const pixels = pixelFrames(file, count);
  return groups.map((group, index) => {
    const sources = [group, ...shared].flatMap((item) => [
      ...item.items(PLANE_POSITION),
      ...item.items(PLANE_ORIENTATION),
      ...item.items(PIXEL_MEASURES),
      ...item.items(VALUE_TRANSFORMATION),
    ]);
    return slice(file, `${name}, frame ${index + 1}`, [...sources, dataSet], pixels[index]);
  });
}

function slice(file: DicomFile, name: string, sources: readonly DataSet[], pixels: Uint8Array): Slice {
  const { dataSet, syntax } = file;
  const refuse = (code: string, message: string, remedy = "export the series again"): never => {
    throw new InputError(`dicom-${code}`, `${name}: ${message}`, { remedy });
  };
  const decimals = (tag: Tag, label: string, count: number): number[] => {
    const values = sources.map((source) => source.decimals(tag)).find((found) => found !== undefined);
    if (!values)
      return refuse("attribute-missing", `${label} is missing`, "export the original series again");
    if (values.length !== count)
      return refuse("attribute", `${label} needs ${count} numbers, found ${values.length}`);
    return values;
  };
  const optional = (tag: Tag, label: string): number | undefined =>
    sources.some((source) => source.decimals(tag) !== undefined) ? decimals(tag, label, 1)[0] : undefined;

  const [rows, columns] = [dataSet.uint16(ROWS) ?? 0, dataSet.uint16(COLUMNS) ?? 0];
  if (rows < 1 || columns < 1 || rows > MAX_SIDE_PX || columns > MAX_SIDE_PX)
    refuse(
      "pixel-size",
      `a slice of ${columns} × ${rows} pixels is not read (1 to ${MAX_SIDE_PX} on a side)`,
    );
  const samples = dataSet.uint16(0x00280002) ?? 1;
  if (samples !== 1)
    refuse("colour", `the picture has ${samples} samples a pixel, not one`, "give the original CT series");
  const layout = wordLayout(dataSet, name);
  if (file.syntax.coding === "native") {
    const needed = (rows * columns * layout.bitsAllocated) / 8;
    if (pixels.length < needed)
      throw dataSet.damaged(`${columns} × ${rows} pixels need ${needed} bytes, found ${pixels.length}`);
  }
  const [rowStepMm, columnStepMm] = decimals(PIXEL_SPACING, "the spacing of its pixels (0028,0030)", 2);
  if (!(rowStepMm > 0 && columnStepMm > 0))
    refuse("pixel-spacing", `the spacing of its pixels is ${rowStepMm} × ${columnStepMm} mm`);
  const position = decimals(POSITION, "its position (0020,0032)", 3);
  const [a, b, c, d, e, f] = decimals(ORIENTATION, "its orientation (0020,0037)", 6);
  const lengths = [Math.hypot(a, b, c), Math.hypot(d, e, f)];
  if (lengths.some((length) => Math.abs(length - 1) > 1e-3) || Math.abs(a * d + b * e + c * f) > 1e-3)
    refuse(
      "orientation",
      `its orientation (0020,0037) is ${[a, b, c, d, e, f].join(", ")}, which are not two unit vectors at right angles`,
    );
  const slope = optional(0x00281053, "the rescale slope (0028,1053)");
  const intercept = optional(0x00281052, "the rescale intercept (0028,1052)");
  if (Math.abs(slope ?? 1) > LARGEST_RESCALE || Math.abs(intercept ?? 0) > LARGEST_RESCALE)
    refuse("rescale", `the rescale slope ${slope} and intercept ${intercept} are not those of a CT`);
  if (slope === 0) refuse("slope", "the rescale slope (0028,1053) is 0, which makes every voxel the same");
  return {
    name,
    rows,
    columns,
    positionLps: [position[0], position[1], position[2]],
    columnAxis: [a, b, c],
    rowAxis: [d, e, f],
    columnStepMm,
    rowStepMm,
    thicknessMm: optional(0x00180050, "the slice thickness (0018,0050)"),
    frameOfReference: dataSet.text(0x00200052),
    slope: slope ?? 1,
    intercept: intercept ?? 0,
    scaled: slope !== undefined || intercept !== undefined,
    rescaleType: sources.map((source) => source.text(0x00281054)).find((text) => text !== "") ?? "",
    padding: paddingRange(dataSet, layout),
    layout,
    syntax,
    pixels,
  };
}

function wordLayout(dataSet: DataSet, name: string): WordLayout {
  const bitsAllocated = dataSet.uint16(0x00280100) ?? 16;
  const bitsStored = dataSet.uint16(0x00280101) ?? bitsAllocated;
  const highBit = dataSet.uint16(0x00280102) ?? bitsStored - 1;
  const known = bitsAllocated === 8 || bitsAllocated === 16 || bitsAllocated === 32;
  if (
    !known ||
    bitsStored < 1 ||
    bitsStored > bitsAllocated ||
    highBit < bitsStored - 1 ||
    highBit >= bitsAllocated
  )
    throw new InputError(
      "dicom-bits",
      `${name}: ${bitsStored} bits in words of ${bitsAllocated}, the highest at ${highBit}, are not read`,
      { remedy: "export the series with 16-bit pixels" },
    );
  return { bitsAllocated, bitsStored, highBit, signed: dataSet.uint16(0x00280103) === 1 };
}

/** Pixel padding value and range limit (0028,0120 and 0121), in either order. */
function paddingRange(dataSet: DataSet, { signed }: WordLayout): [number, number] | undefined {
  const value = dataSet.uint16(0x00280120);
  if (value === undefined) return undefined;
  const limit = dataSet.uint16(0x00280121) ?? value;
  const numbers = [value, limit].map((word) => (signed ? (word << 16) >> 16 : word));
  return [Math.min(...numbers), Math.max(...numbers)];
}
