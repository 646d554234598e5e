import { InputError } from "../../error/input-error.ts";

/** One array of a file of weights; row-major, the last side of `shape` fastest. */
export interface StoredTensor<Values extends StoredValues = StoredValues> {
  readonly shape: readonly number[];
  readonly data: Values;
}

export type StoredValues =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export interface StoredTensors {
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const KINDS = [
  ["F64", Float64Array],
  ["F32", Float32Array],
  ["I64", BigInt64Array],
  ["U64", BigUint64Array],
  ["I32", Int32Array],
  ["U32", Uint32Array],
  ["I16", Int16Array],
  ["U16", Uint16Array],
  ["I8", Int8Array],
  ["U8", Uint8Array],
] as const;

/** Numbers of two bytes that are widened to float32 while they are read, which is exact. */
const WIDENED: Readonly<Record<string, (bits: Uint16Array) => Float32Array>> = {
  F16: floatsFromHalves,
  BF16: (bits) => new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer),
};

/** What the format's own reader takes at most. */
const LONGEST_HEADER_BYTES = 100_000_000;

/**
 * A safetensors file as parts that follow each other: its header, then each array's bytes, not copied. Wider kinds of numbers come before
 * narrower ones, so that each array stands at a multiple of its element's size; within a kind the order is kept.
 *
 * The file is: length of the header (8 bytes, little-endian), a JSON object with kind, shape and place of each array, padded with blanks
 * to a multiple of 8 bytes, and the arrays without gaps.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function safetensorsParts(
  tensors: Iterable<readonly [name: string, tensor: StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const sorted = [...tensors].toSorted(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set(METADATA, metadata);
  let offset = 0;
  for (const [name, { shape, data }] of sorted) {
    if (name === METADATA || header.has(name))
      throw new RangeError(`an array cannot be named "${name}"${name === METADATA ? "" : " twice"}`);
    if (elementCount(shape) !== data.length)
      throw new RangeError(
        `${name}: an array of shape (${shape.join(", ")}) cannot hold ${data.length} values`,
      );
    const end = offset + data.byteLength;
    header.set(name, { dtype: kindOf(data), shape, data_offsets: [offset, end] });
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 * Math.ceil((8 + json.length) / 8);
  const head = new Uint8Array(start).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(start - 8), true);
  head.set(json, 8);
  return [
    head,
    ...sorted.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** `safetensorsParts` as one array of bytes. */
export function encodeSafetensors(
  tensors: Iterable<readonly [name: string, tensor: StoredTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(tensors, metadata);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Reads a safetensors file. Arrays are views of `bytes` where these are aligned, copies elsewhere; float16 and bfloat16 become float32.
 *
 * @param file for messages
 * @throws InputError `safetensors-truncated`, `safetensors-unreadable`, `safetensors-kind`, naming the array
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): StoredTensors {
  const { header, start } = readHeader(bytes, file);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  const places: { name: string; from: number; to: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = checkedMetadata(entry, file);
      continue;
    }
    const place = checkedPlace(entry, name, file);
    if (start + place.to > bytes.length)
      throw new InputError(
        "safetensors-truncated",
        `${file}: array "${name}" ends at byte ${start + place.to}, the file at ${bytes.length}`,
        { remedy: "copy or download the file again" },
      );
    tensors.set(name, {
      shape: place.shape,
      data: valuesAt(bytes, start + place.from, start + place.to, place.dtype),
    });
    places.push({ name, ...place });
  }
  checkGaps(places, bytes.length - start, file);
  return { tensors, metadata };
}

const METADATA = "__metadata__";

const elementCount = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

const kindOf = (data: StoredValues): string =>
  (KINDS.find(([, type]) => data instanceof type) as (typeof KINDS)[number])[0];

const unreadable = (file: string, what: string): InputError =>
  new InputError("safetensors-unreadable", `${file} is no readable safetensors file: ${what}`);

function readHeader(bytes: Uint8Array, file: string): { header: object; start: number } {
  if (bytes.length < 10)
    throw new InputError("safetensors-truncated", `${file} has ${bytes.length} bytes, too few for a header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > LONGEST_HEADER_BYTES) throw unreadable(file, `its header would have ${length} bytes`);
  if (8 + length > bytes.length)
    throw new InputError(
      "safetensors-truncated",
      `${file} has ${bytes.length} bytes, its header alone needs ${8 + length}`,
      { remedy: "copy or download the file again" },
    );
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (cause) {
    throw unreadable(file, `its header is not JSON (${(cause as Error).message})`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw unreadable(file, "its header is no JSON object");
  return { header, start: 8 + length };
}

function checkedMetadata(entry: unknown, file: string): Record<string, string> {
  if (
    typeof entry !== "object" ||
    entry === null ||
    !Object.values(entry).every((value) => typeof value === "string")
  )
    throw unreadable(file, "its metadata are not texts by name");
  return entry as Record<string, string>;
}

interface Place {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

function checkedPlace(entry: unknown, name: string, file: string): Place {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !areCounts(shape) || !areCounts(offsets) || offsets.length !== 2)
    throw unreadable(file, `kind, shape or place of array "${name}" is missing`);
  const size = Object.hasOwn(WIDENED, dtype)
    ? 2
    : KINDS.find(([kind]) => kind === dtype)?.[1].BYTES_PER_ELEMENT;
  if (size === undefined)
    throw new InputError("safetensors-kind", `${file}: array "${name}" is of kind ${dtype}`, {
      remedy: `numbers may be ${[...KINDS.map(([kind]) => kind), ...Object.keys(WIDENED)].join(", ")}`,
    });
  const [from, to] = offsets;
  if (to - from !== elementCount(shape) * size)
    throw unreadable(
      file,
      `array "${name}" of shape (${shape.join(", ")}) has ${to - from} bytes instead of ${elementCount(shape) * size}`,
    );
  return { dtype, shape, from, to };
}

const areCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);

/** The arrays must cover the file without a gap or an overlap, so that nothing can hide there. */
function checkGaps(
  places: readonly { name: string; from: number; to: number }[],
  length: number,
  file: string,
): void {
  let end = 0;
  for (const { name, from, to } of places.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end)
      throw unreadable(file, `array "${name}" begins at byte ${from} of the data instead of ${end}`);
    end = to;
  }
  if (end !== length) throw unreadable(file, `${length - end} bytes follow its last array`);
}

function valuesAt(bytes: Uint8Array, from: number, to: number, dtype: string): StoredValues {
  const widen = Object.hasOwn(WIDENED, dtype) ? WIDENED[dtype] : undefined;
  const Type = widen ? Uint16Array : (KINDS.find(([kind]) => kind === dtype) as (typeof KINDS)[number])[1];
  const size = Type.BYTES_PER_ELEMENT;
  const begin = bytes.byteOffset + from;
  const values =
    begin % size === 0
      ? new Type(bytes.buffer as ArrayBuffer, begin, (to - from) / size)
      : new Type(bytes.slice(from, to).buffer as ArrayBuffer);
  return widen ? widen(values as Uint16Array) : values;
}

/** IEEE 754 binary16 to the float32 of the same value. */
function floatsFromHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    const sign = half & 0x8000 ? -1 : 1;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
}
