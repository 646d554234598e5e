import { InputError } from "../error/input-error.ts";

export type NpyArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

const MAGIC = "\x93NUMPY";
const FORMATS = [
  ["u1", Uint8Array],
  ["i1", Int8Array],
  ["u2", Uint16Array],
  ["i2", Int16Array],
  ["u4", Uint32Array],
  ["i4", Int32Array],
  ["f4", Float32Array],
  ["f8", Float64Array],
] as const;

/**
 * A NumPy file (format 1.0, C order: the last index of `shape` fastest), byte for byte as `numpy.save` writes it.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy(shape: readonly number[], values: NpyArray): Uint8Array {
  if (shape.reduce((product, side) => product * side, 1) !== values.length)
    throw new RangeError(`an array of shape (${shape.join(", ")}) cannot hold ${values.length} values`);
  const format = FORMATS.find(([, type]) => values instanceof type) as (typeof FORMATS)[number];
  const byteOrder = values.BYTES_PER_ELEMENT === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${byteOrder}${format[0]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // NumPy leaves room for the first side to grow to 21 digits, then fills up to a multiple of 64 bytes.
  const room = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  const start = 64 * Math.ceil((10 + dictionary.length + room + 1) / 64);
  const header = `${dictionary.padEnd(start - 11)}\n`;
  const bytes = new Uint8Array(start + values.byteLength);
  for (let n = 0; n < MAGIC.length; n++) bytes[n] = MAGIC.charCodeAt(n);
  bytes[6] = 1;
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  for (let n = 0; n < header.length; n++) bytes[10 + n] = header.charCodeAt(n);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start);
  return bytes;
}

/**
 * Reads a little-endian NumPy file of numbers in C order, formats 1 to 3.
 *
 * @throws InputError `npy-unreadable` for another file or another layout, `npy-truncated` when values are missing
 */
export function decodeNpy(bytes: Uint8Array): { shape: number[]; values: NpyArray } {
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes.length < 12 || text(0, 6) !== MAGIC)
    throw new InputError("npy-unreadable", "the file does not begin as a NumPy file does");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isVersion1 = bytes[6] === 1;
  const headerStart = isVersion1 ? 10 : 12;
  const start = headerStart + (isVersion1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length || start > 65536)
    throw new InputError("npy-truncated", "the NumPy file ends inside its header");
  const header = text(headerStart, start);
  const descr = /'descr':\s*'([<|=])([uif][1248])'/.exec(header);
  const sides = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  const format = FORMATS.find(([name]) => name === descr?.[2]);
  if (!format || !sides || !/'fortran_order':\s*False/.test(header))
    throw new InputError(
      "npy-unreadable",
      `only little-endian numbers in C order can be read, found ${header.trim()}`,
      { remedy: "save numpy.ascontiguousarray(x, dtype='<f4')" },
    );
  const shape = sides[1]
    .split(",")
    .filter((side) => side.trim() !== "")
    .map(Number);
  const byteLength = shape.reduce((product, side) => product * side, format[1].BYTES_PER_ELEMENT);
  if (byteLength !== bytes.length - start)
    throw new InputError(
      "npy-truncated",
      `an array of shape (${shape.join(", ")}) needs ${byteLength} bytes, the file holds ${bytes.length - start}`,
    );
  return { shape, values: new format[1](new Uint8Array(bytes.subarray(start)).buffer) };
}
