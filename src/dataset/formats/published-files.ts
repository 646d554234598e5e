import { InputError } from "../../error/input-error.ts";
import { windowed } from "../../image/display-window.ts";
import { type Deflate, encodePng } from "../../image/encode-png.ts";
import { maskPicture } from "../../image/picture.ts";
import { type EncodedFile, sampleName } from "./encoded-file.ts";
import { encodeHdf5, openHdf5 } from "./hdf5-file.ts";
import type { LabelledPicture } from "./labelled-picture.ts";
import { encodeTiff } from "./tiff.ts";

/**
 * The three layouts of one file an image that the published training code reads (Gao et al. 2023). Files are numbered with
 * five digits, counted within their folder (of a split or a fold).
 */
const fileName = (number: number): string => {
  if (number > 99_999) throw new RangeError(`these layouts end at 99999, got ${number}`);
  return sampleName(number, 5);
};

/** What a landmark outside the picture is written as. */
const NOT_VISIBLE = -1;

/** Hip: `proj/00000.tiff` float32, `seg/00000.png` class values, `lands/00000.h5` with `dim1` (columns) and `dim2` (rows). */
export async function hipFiles(
  { radiograph, labels }: LabelledPicture,
  number: number,
  options: { readonly deflate?: Deflate } = {},
): Promise<EncodedFile[]> {
  const { widthPx, heightPx, values } = radiograph;
  const name = fileName(number);
  const place = (axis: 0 | 1) =>
    Float64Array.from(labels.landmarks, ({ pixel }) => (pixel ? pixel[axis] : NOT_VISIBLE));
  return [
    { path: `proj/${name}.tiff`, bytes: encodeTiff({ widthPx, heightPx, pixels: values }) },
    {
      path: `seg/${name}.png`,
      bytes: await encodePng(
        { widthPx, heightPx, channels: 1, pixels: byteClasses(labels.classes) },
        options,
      ),
    },
    {
      path: `lands/${name}.h5`,
      bytes: await encodeHdf5((root) => {
        root.create_dataset({ name: "dim1", data: place(0) });
        root.create_dataset({ name: "dim2", data: place(1) });
      }),
    },
  ];
}

/** Instrument: `proj/00000.tiff` float32, `seg/00000.tiff` 0 or 1, `lands/00000.h5` with `ld1` (base) and `ld2` (tip), each (column, row). */
export async function instrumentFiles(
  { radiograph, labels }: LabelledPicture,
  number: number,
  names: { readonly structure: string; readonly base: string; readonly tip: string },
): Promise<EncodedFile[]> {
  const { widthPx, heightPx, values } = radiograph;
  const name = fileName(number);
  const point = (landmark: string): Float64Array => {
    const found = labels.landmarks.find((each) => each.name === landmark);
    return Float64Array.from(found?.status === "visible" ? found.pixel : [NOT_VISIBLE, NOT_VISIBLE]);
  };
  return [
    { path: `proj/${name}.tiff`, bytes: encodeTiff({ widthPx, heightPx, pixels: values }) },
    {
      path: `seg/${name}.tiff`,
      bytes: encodeTiff({ widthPx, heightPx, pixels: maskOf(labels, names.structure) }),
    },
    {
      path: `lands/${name}.h5`,
      bytes: await encodeHdf5((root) => {
        root.create_dataset({ name: "ld1", data: point(names.base) });
        root.create_dataset({ name: "ld2", data: point(names.tip) });
      }),
    },
  ];
}

/** Lesions: `proj/00000.png` 8 bits, `seg/00000.png` 0 or 255. */
export async function lesionFiles(
  { radiograph, labels }: LabelledPicture,
  number: number,
  options: { readonly structure: string; readonly deflate?: Deflate },
): Promise<EncodedFile[]> {
  const { widthPx, heightPx } = radiograph;
  const name = fileName(number);
  const mask = maskPicture(maskOf(labels, options.structure), widthPx, heightPx);
  return [
    { path: `proj/${name}.png`, bytes: await encodePng(windowed(radiograph), options) },
    { path: `seg/${name}.png`, bytes: await encodePng(mask, options) },
  ];
}

/**
 * [column, row] of every landmark of a `lands/00000.h5`.
 *
 * @throws InputError as `openHdf5`, and `study-shape` where columns and rows differ in number
 */
export async function readHipLandmarks(
  bytes: Uint8Array,
  name: string,
): Promise<(readonly [number, number])[]> {
  const file = await openHdf5(bytes, name);
  try {
    const [columns, rows] = [file.numbers("dim1"), file.numbers("dim2")];
    if (columns.length !== rows.length)
      throw new InputError("study-shape", `${name}: ${columns.length} columns and ${rows.length} rows`);
    return Array.from(columns, (column, n) => [column, rows[n]] as const);
  } finally {
    file.close();
  }
}

function maskOf(labels: LabelledPicture["labels"], structure: string): Uint8Array {
  const found = labels.structures.find(({ name }) => name === structure);
  if (!found)
    throw new InputError("structure-unknown", `the samples have no structure "${structure}"`, {
      remedy: `structures here: ${labels.structures.map(({ name }) => name).join(", ")}`,
    });
  return found.mask;
}

/** Class values in one byte. */
export function byteClasses(classes: Uint16Array): Uint8Array {
  const tooLarge = classes.find((value) => value > 255);
  if (tooLarge !== undefined) throw new RangeError(`classes of this layout end at 255, got ${tooLarge}`);
  return Uint8Array.from(classes);
}
