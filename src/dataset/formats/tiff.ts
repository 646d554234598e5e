import { InputError } from "../../error/input-error.ts";

/** Grey pixels row by row: row v, column u at v · widthPx + u. */
export interface GreyImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixels: Float32Array | Uint16Array | Uint8Array;
}

const TAG = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  tileWidth: 322,
  sampleFormat: 339,
} as const;

const [UNSIGNED, FLOAT] = [1, 3];
const [SHORT, LONG] = [3, 4];
const BLACK_IS_ZERO = 1;

/**
 * An uncompressed TIFF of one grey picture in one strip, little-endian: 32-bit floats, or whole numbers of 16 or 8 bits.
 *
 * @see TIFF 6.0, sections 2 to 4 and 19
 */
export function encodeTiff({ widthPx, heightPx, pixels }: GreyImage): Uint8Array {
  if (widthPx < 1 || heightPx < 1 || pixels.length !== widthPx * heightPx)
    throw new RangeError(`a picture of ${widthPx} × ${heightPx} has not ${pixels.length} pixels`);
  const entries: [tag: number, type: number, value: number][] = [
    [TAG.width, LONG, widthPx],
    [TAG.height, LONG, heightPx],
    [TAG.bitsPerSample, SHORT, 8 * pixels.BYTES_PER_ELEMENT],
    [TAG.compression, SHORT, 1],
    [TAG.photometric, SHORT, BLACK_IS_ZERO],
    [TAG.stripOffsets, LONG, 0],
    [TAG.samplesPerPixel, SHORT, 1],
    [TAG.rowsPerStrip, LONG, heightPx],
    [TAG.stripByteCounts, LONG, pixels.byteLength],
    [TAG.sampleFormat, SHORT, pixels instanceof Float32Array ? FLOAT : UNSIGNED],
  ];
  const directoryBytes = 2 + 12 * entries.length + 4;
  // Pixels begin on a multiple of 16.
  const start = 16 * Math.ceil((8 + directoryBytes) / 16);
  const bytes = new Uint8Array(start + pixels.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  view.setUint16(8, entries.length, true);
  for (const [index, [tag, type, value]] of entries.entries()) {
    const at = 10 + 12 * index;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, tag === TAG.stripOffsets ? start : value, true);
  }
  // Typed arrays are little-endian on every machine that runs WebAssembly.
  bytes.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), start);
  return bytes;
}

/**
 * Reads the first picture of an uncompressed grey TIFF in strips, of either byte order: 32-bit floats, 16 or 8 bits.
 *
 * @throws InputError `tiff-unreadable` for damage and other files, `tiff-kind` for kinds that are not read
 */
export function decodeTiff(bytes: Uint8Array, name: string): GreyImage {
  const damaged = (what: string): InputError => new InputError("tiff-unreadable", `${name}: ${what}`);
  const kind = (what: string): InputError =>
    new InputError("tiff-kind", `${name}: the TIFF ${what}`, {
      remedy: "save it as one uncompressed grey picture of 32-bit floats, 16 or 8 bits",
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = bytes[0] === 0x49;
  if (bytes.length < 16 || bytes[0] !== bytes[1] || (!isLittle && bytes[0] !== 0x4d))
    throw damaged("the file does not begin as a TIFF does");
  if (view.getUint16(2, isLittle) !== 42) throw kind("is a BigTIFF, or none at all");
  const directory = view.getUint32(4, isLittle);
  const entryCount = directory + 2 <= bytes.length ? view.getUint16(directory, isLittle) : 0;
  if (entryCount === 0 || directory + 2 + 12 * entryCount > bytes.length)
    throw damaged("the TIFF ends before its directory");
  const entries = new Map<number, number[]>();
  for (let at = directory + 2, left = entryCount; left > 0; at += 12, left--) {
    const size = view.getUint16(at + 2, isLittle) === SHORT ? 2 : 4;
    const count = view.getUint32(at + 4, isLittle);
    const from = size * count <= 4 ? at + 8 : view.getUint32(at + 8, isLittle);
    if (from + size * count > bytes.length) continue;
    const values = Array.from({ length: count }, (_, n) =>
      size === 2 ? view.getUint16(from + 2 * n, isLittle) : view.getUint32(from + 4 * n, isLittle),
    );
    entries.set(view.getUint16(at, isLittle), values);
  }
  const one = (tag: number, otherwise?: number): number => {
    const value = entries.get(tag)?.[0] ?? otherwise;
    if (value === undefined) throw damaged(`the TIFF lacks tag ${tag}`);
    return value;
  };
  const compression = one(TAG.compression, 1);
  if (compression !== 1) throw kind(`is compressed (scheme ${compression})`);
  if (entries.has(TAG.tileWidth)) throw kind("is stored in tiles");
  if (one(TAG.samplesPerPixel, 1) !== 1) throw kind("has several channels");
  if (one(TAG.photometric, BLACK_IS_ZERO) !== BLACK_IS_ZERO) throw kind("is not grey with black at zero");
  const [widthPx, heightPx] = [one(TAG.width), one(TAG.height)];
  const [bits, format] = [one(TAG.bitsPerSample, 1), one(TAG.sampleFormat, UNSIGNED)];
  const type =
    format === FLOAT && bits === 32
      ? Float32Array
      : format === UNSIGNED && bits === 16
        ? Uint16Array
        : format === UNSIGNED && bits === 8
          ? Uint8Array
          : undefined;
  if (!type) throw kind(`holds samples of ${bits} bits, format ${format}`);
  const size = type.BYTES_PER_ELEMENT;
  const byteLength = widthPx * heightPx * size;
  const offsets = entries.get(TAG.stripOffsets) ?? [];
  const lengths = entries.get(TAG.stripByteCounts) ?? [];
  const stored = lengths.reduce((sum, length) => sum + length, 0);
  if (
    byteLength === 0 ||
    stored !== byteLength ||
    byteLength > bytes.length ||
    offsets.length !== lengths.length
  )
    throw damaged(
      `${widthPx} × ${heightPx} pixels need ${byteLength} bytes, the TIFF's strips hold ${stored} of the file's ${bytes.length}`,
    );
  const joined = new Uint8Array(byteLength);
  let at = 0;
  for (const [n, offset] of offsets.entries()) {
    if (offset + lengths[n] > bytes.length)
      throw damaged("a strip of the TIFF lies beyond the end of the file");
    joined.set(bytes.subarray(offset, offset + lengths[n]), at);
    at += lengths[n];
  }
  if (!isLittle) swapBytes(joined, size);
  return { widthPx, heightPx, pixels: new type(joined.buffer) };
}

function swapBytes(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
