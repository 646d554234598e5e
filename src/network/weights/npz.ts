import { InputError } from "../../error/input-error.ts";

export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * The float32 arrays of an npz file (a zip of NumPy's npy files), by name; other kinds of numbers are left out. Up to 4 GB.
 *
 * @param file for messages
 * @throws InputError `npz-unreadable`
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function readNpz(bytes: Uint8Array, file: string): Promise<Map<string, NamedArray>> {
  const arrays = new Map<string, NamedArray>();
  for (const { name, method, start, size } of entries(bytes, file)) {
    if (!name.endsWith(".npy")) continue;
    const packed = bytes.subarray(start, start + size);
    if (packed.length !== size || (method !== STORED && method !== DEFLATED))
      throw unreadable(file, `the array ${name} is cut off or packed in a way of its own`);
    const array = readNpy(method === STORED ? packed : await inflated(packed, file), `${file}: ${name}`);
    if (array) arrays.set(name.slice(0, -4), array);
  }
  return arrays;
}

const unreadable = (file: string, what: string): InputError =>
  new InputError("npz-unreadable", `${file} is no readable npz file: ${what}`, {
    remedy: "download the file again; files of numpy.savez are read",
  });

function entries(
  bytes: Uint8Array,
  file: string,
): { name: string; method: number; start: number; size: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw unreadable(file, "it has no directory of a zip file");
  const found = [];
  let at = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count--) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY)
      throw unreadable(file, `its directory is damaged at byte ${at}`);
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    if (local + 30 > bytes.length) throw unreadable(file, `${name} begins past its end`);
    // The local header repeats the name and may have other extra fields than the directory.
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    found.push({ name, method: view.getUint16(at + 10, true), start, size: view.getUint32(at + 20, true) });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

async function inflated(packed: Uint8Array, file: string): Promise<Uint8Array> {
  try {
    const stream = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw unreadable(file, `a part of it cannot be unpacked (${(cause as Error).message})`);
  }
}

function readNpy(bytes: Uint8Array, file: string): NamedArray | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0) !== 0x934e554d)
    throw unreadable(file, "it does not begin as npy");
  const isOld = bytes[6] === 1;
  const start = (isOld ? 10 : 12) + (isOld ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = new TextDecoder("latin1").decode(bytes.subarray(isOld ? 10 : 12, start));
  const kind = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const sides = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (kind === undefined || sides === undefined) throw unreadable(file, "its header has no kind or shape");
  if (kind !== "<f4" || header.includes("'fortran_order': True")) return undefined;
  const shape = sides
    .split(",")
    .filter((side) => side.trim() !== "")
    .map(Number);
  const count = shape.reduce((product, side) => product * side, 1);
  if (!(start + 4 * count <= bytes.length)) throw unreadable(file, "it is cut off");
  return { shape, data: new Float32Array(bytes.slice(start, start + 4 * count).buffer) };
}
