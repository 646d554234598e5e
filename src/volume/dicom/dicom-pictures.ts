import { InputError } from "../../error/input-error.ts";
import type { DataSet, Tag } from "./data-set.ts";
import { loadFrameCodecs } from "./frame-codec.ts";
import { openDicom } from "./open-dicom.ts";
import { pixelFrames } from "./pixel-frames.ts";
import type { WordLayout } from "./slice.ts";
import { storedWords } from "./stored-words.ts";

/** A projection picture of a DICOM file. */
export interface DicomPicture {
  /** Of the file, with the frame where there are several. */
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Rescaled; larger is displayed brighter (MONOCHROME1 is turned round). */
  readonly values: Float32Array;
  /** On the panel (Imager Pixel Spacing), else as Pixel Spacing says. */
  readonly pixelPitchMm: number | undefined;
  /** Whether more radiation makes larger or smaller values, where the file says. */
  readonly polarity: "bone-bright" | "bone-dark" | undefined;
}

const MODALITY: Tag = 0x00080060;
const IMAGER_PIXEL_SPACING: Tag = 0x00181164;
const SCANNED_PIXEL_SPACING: Tag = 0x00182010;
const SAMPLES: Tag = 0x00280002;
const PHOTOMETRIC: Tag = 0x00280004;
const NUMBER_OF_FRAMES: Tag = 0x00280008;
const ROWS: Tag = 0x00280010;
const COLUMNS: Tag = 0x00280011;
const PIXEL_SPACING: Tag = 0x00280030;
const BITS_ALLOCATED: Tag = 0x00280100;
const BITS_STORED: Tag = 0x00280101;
const HIGH_BIT: Tag = 0x00280102;
const REPRESENTATION: Tag = 0x00280103;
const INTENSITY_SIGN: Tag = 0x00281041;
const INTERCEPT: Tag = 0x00281052;
const SLOPE: Tag = 0x00281053;

const MAX_SIDE_PX = 16_384;
const MAX_PIXELS = 2 ** 27;
const MOST_FRAMES = 10_000;
const LARGEST_RESCALE = 1e6;
const SECTIONS = new Set(["CT", "MR", "PT", "NM", "US"]);
/** Of these the convention is that bone is bright. */
const RADIOGRAPHS = new Set(["CR", "DX", "RG"]);

/**
 * The pictures of a radiograph or fluoroscopic run: one, or every frame. Stored numbers times slope plus intercept; no tables of a viewer are
 * applied.
 *
 * @throws InputError `dicom-not-projection` for slices of CT and the like, `dicom-colour`, `dicom-layout`, `dicom-damaged`
 */
export async function readDicomPictures(
  bytes: Uint8Array,
  name: string,
  options: { readonly frames?: "first" | "all"; readonly codecUrl?: string } = {},
): Promise<DicomPicture[]> {
  const file = await openDicom(bytes, name);
  if (!file) throw new InputError("dicom-damaged", `${name} is not a DICOM file`);
  const { dataSet, syntax } = file;
  const modality = dataSet.text(MODALITY);
  if (SECTIONS.has(modality))
    throw new InputError("dicom-not-projection", `${name} is a section (${modality}), not a radiograph`, {
      remedy: "give projection pictures: CR, DX, XA, RF",
    });
  const layout = layoutOf(dataSet, name);
  const [rows, columns] = [dataSet.uint16(ROWS) ?? 0, dataSet.uint16(COLUMNS) ?? 0];
  if (rows < 1 || columns < 1 || rows > MAX_SIDE_PX || columns > MAX_SIDE_PX || rows * columns > MAX_PIXELS)
    throw dataSet.damaged(`it claims ${columns} × ${rows} pixels`);
  const count = frameCount(dataSet);
  const frames = pixelFrames(file, count);
  const isTurned = dataSet.text(PHOTOMETRIC) === "MONOCHROME1";
  const decode = syntax.coding === "native" ? undefined : await loadFrameCodecs(options.codecUrl);
  const wanted = options.frames === "all" ? frames : frames.slice(0, 1);
  const [slope, intercept] = [rescale(dataSet, SLOPE, 1), rescale(dataSet, INTERCEPT, 0)];
  const sign = isTurned ? -1 : 1;
  const facts = {
    widthPx: columns,
    heightPx: rows,
    pixelPitchMm: pitchOf(dataSet),
    polarity: polarityOf(dataSet, modality, isTurned),
  };
  const pixelBytes = (rows * columns * layout.bitsAllocated) / 8;
  return wanted.map((pixels, n) => {
    const frameName = count > 1 ? `${name}, frame ${n + 1}` : name;
    if (syntax.coding === "native" && pixels.length < pixelBytes)
      throw dataSet.damaged(`its picture needs ${pixelBytes} bytes, found ${pixels.length}`);
    const words = storedWords({ name: frameName, pixels, rows, columns, layout, syntax }, decode);
    const values = new Float32Array(words.length);
    for (let at = 0; at < words.length; at++) values[at] = sign * (words[at] * slope + intercept);
    return { name: frameName, ...facts, values };
  });
}

function layoutOf(dataSet: DataSet, name: string): WordLayout {
  const photometric = dataSet.text(PHOTOMETRIC);
  if ((dataSet.uint16(SAMPLES) ?? 1) !== 1 || (photometric !== "" && !photometric.startsWith("MONOCHROME")))
    throw new InputError(
      "dicom-colour",
      `${name} is in colour (${photometric || "several samples a pixel"})`,
      {
        remedy: "give the radiograph itself, not a picture of the screen",
      },
    );
  const bitsAllocated = dataSet.uint16(BITS_ALLOCATED) ?? 0;
  const bitsStored = dataSet.uint16(BITS_STORED) ?? bitsAllocated;
  const highBit = dataSet.uint16(HIGH_BIT) ?? bitsStored - 1;
  const fits =
    bitsStored >= 1 && bitsStored <= bitsAllocated && highBit < bitsAllocated && highBit >= bitsStored - 1;
  if ((bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) || !fits)
    throw new InputError(
      "dicom-layout",
      `${name} stores its pixels in ${bitsAllocated} bits, of which ${bitsStored} up to bit ${highBit} count: that is not read`,
      { remedy: "export it with 8 or 16 bits" },
    );
  return { bitsAllocated, bitsStored, highBit, signed: dataSet.uint16(REPRESENTATION) === 1 };
}

function frameCount(dataSet: DataSet): number {
  const [count = 1] = dataSet.decimals(NUMBER_OF_FRAMES) ?? [];
  if (!Number.isInteger(count) || count < 1 || count > MOST_FRAMES)
    throw dataSet.damaged(`it claims ${count} frames`);
  return count;
}

function rescale(dataSet: DataSet, tag: Tag, otherwise: number): number {
  const [value = otherwise] = dataSet.decimals(tag) ?? [];
  if (Math.abs(value) > LARGEST_RESCALE || (tag === SLOPE && value === 0))
    throw dataSet.damaged(`its numbers are scaled by ${value}`);
  return value;
}

function pitchOf(dataSet: DataSet): number | undefined {
  for (const tag of [IMAGER_PIXEL_SPACING, PIXEL_SPACING, SCANNED_PIXEL_SPACING]) {
    const [row, column = row] = dataSet.decimals(tag) ?? [];
    if (row > 0 && column > 0) return Math.sqrt(row * column);
  }
  return undefined;
}

/** Pixel Intensity Relationship Sign: −1 where larger stored numbers mean less radiation. */
function polarityOf(dataSet: DataSet, modality: string, isTurned: boolean): DicomPicture["polarity"] {
  const word = dataSet.uint16(INTENSITY_SIGN);
  if (word === 1) return isTurned ? "bone-bright" : "bone-dark";
  if (word === 0xffff) return isTurned ? "bone-dark" : "bone-bright";
  return RADIOGRAPHS.has(modality) ? "bone-bright" : undefined;
}
