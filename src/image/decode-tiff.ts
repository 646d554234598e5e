import { InputError } from "../error/input-error.ts";
import { saidBy } from "./decode-jpeg.ts";

/** A picture of one grey, of a TIFF of any usual kind. */
export interface TiffPicture {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Stored numbers; colours by their luma. Larger is brighter. */
  readonly values: Float32Array;
}

const [UNSIGNED, SIGNED] = [1, 2];
const WHITE_IS_ZERO = 0;
const MAX_PIXELS = 2 ** 27;
/** Deflate never shrinks by more. */
const LARGEST_RATIO = 1032;

/**
 * The first picture of a TIFF: 8, 16 bits or floats, grey, RGB or white at zero; in strips or tiles; uncompressed, LZW or deflate.
 *
 * @throws InputError `tiff-unreadable` for damage, `tiff-kind` for kinds that are not read
 */
export async function decodeTiffPicture(bytes: Uint8Array): Promise<TiffPicture> {
  const safe = checkedDirectory(bytes);
  const { decode } = await import("tiff");
  try {
    const [head] = decode(safe, { pages: [0], ignoreImageData: true });
    const { width, height, samplesPerPixel: samples } = head;
    if (!(width > 0 && height > 0 && width * height <= MAX_PIXELS && samples >= 1 && samples <= 5))
      throw new Error(`it claims ${width} × ${height} pixels of ${samples} samples`);
    if ((width * height * samples * head.bitsPerSample) / 8 > LARGEST_RATIO * bytes.length)
      throw new Error(`it is too short for ${width} × ${height} pixels`);
    if (samples > 1 && head.tiled) throw new Error("it has colours in tiles");
    if (head.type === 3) throw new Error("it has a palette");
    if (head.type === WHITE_IS_ZERO && head.sampleFormat !== UNSIGNED)
      throw new Error("it has white at zero, and numbers with sign or floats");
    const [page] = decode(safe, { pages: [0] });
    if (page.data.length !== width * height * samples) throw new Error("it is cut short");
    return { widthPx: width, heightPx: height, values: greys(signed(page.data, head.sampleFormat), samples) };
  } catch (cause) {
    throw new InputError(
      "tiff-unreadable",
      `the TIFF is damaged or of a kind that is not read${saidBy(cause)}`,
      {
        remedy: "save it as one grey picture of 16 bits or floats, uncompressed or with LZW or deflate",
        cause,
      },
    );
  }
}

/** The library takes whole numbers as unsigned. */
function signed<Data extends ArrayLike<number>>(
  data: Data,
  sampleFormat: number,
): Data | Int8Array | Int16Array {
  if (sampleFormat !== SIGNED) return data;
  if (data instanceof Uint8Array) return Int8Array.from(data);
  return data instanceof Uint16Array ? Int16Array.from(data) : data;
}

function greys(data: ArrayLike<number>, samples: number): Float32Array {
  const count = data.length / samples;
  const values = new Float32Array(count);
  if (samples < 3) for (let n = 0; n < count; n++) values[n] = data[samples * n];
  else
    for (let n = 0, at = 0; n < count; n++, at += samples)
      values[n] = 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
  return values;
}

const BYTES_OF_TYPE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** Directories of camera data, which a damaged file may nest without end. */
const BESIDE = new Set([0x8769, 0x8825]);
const NO_TAG = 0xffff;

/** A copy whose first directory lies within the file, entry by entry, and has no others below it. */
function checkedDirectory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const damaged = (what: string): InputError =>
    new InputError("tiff-unreadable", `the TIFF is damaged: ${what}`, { remedy: "copy the file again" });
  const isLittle = bytes[0] === 0x49;
  if (bytes.length < 16 || bytes[0] !== bytes[1] || (!isLittle && bytes[0] !== 0x4d))
    throw damaged("it does not begin as a TIFF does");
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  if (view.getUint16(2, isLittle) !== 42)
    throw new InputError("tiff-kind", "the file is a BigTIFF, or no TIFF", {
      remedy: "save it as a plain TIFF",
    });
  const directory = view.getUint32(4, isLittle);
  const count = directory + 2 <= copy.length ? view.getUint16(directory, isLittle) : 0;
  if (count === 0 || directory + 2 + 12 * count + 4 > copy.length)
    throw damaged("it ends before its directory");
  for (let at = directory + 2, left = count; left > 0; at += 12, left--) {
    if (BESIDE.has(view.getUint16(at, isLittle))) view.setUint16(at, NO_TAG, isLittle);
    const size = (BYTES_OF_TYPE[view.getUint16(at + 2, isLittle)] ?? 0) * view.getUint32(at + 4, isLittle);
    if (size > 4 && view.getUint32(at + 8, isLittle) + size > copy.length)
      throw damaged("an entry of its directory points beyond its end");
  }
  return copy;
}
