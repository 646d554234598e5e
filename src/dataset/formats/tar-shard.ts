import { packTar } from "modern-tar";
import { InputError } from "../../error/input-error.ts";
import type { ByteSource } from "./byte-source.ts";
import type { EncodedFile } from "./encoded-file.ts";

const BLOCK_BYTES = 512;

/** Ends a tar file: two blocks of zeros. */
export const tarEnd = (): Uint8Array => new Uint8Array(2 * BLOCK_BYTES);

/**
 * Members of a tar file without its end, so that shards grow by appending and end with `tarEnd`. Owner, mode and time are the
 * same for all (0, 0644, 1970), so that the same files give the same bytes.
 */
export async function tarMembers(files: readonly EncodedFile[]): Promise<Uint8Array> {
  const long = files.find(({ path }) => path.length > 99 || !/^[\w./-]+$/.test(path));
  if (long)
    throw new RangeError(`names in shards are up to 99 letters, digits, dots and dashes, got ${long.path}`);
  const packed = await packTar(
    files.map(({ path, bytes }) => ({
      header: {
        name: path,
        size: bytes.length,
        type: "file",
        mode: 0o644,
        uid: 0,
        gid: 0,
        uname: "",
        gname: "",
        mtime: new Date(0),
      },
      body: bytes,
    })),
  );
  return packed.subarray(0, packed.length - 2 * BLOCK_BYTES);
}

/** Where the bytes of a member lie. */
export interface TarPlace {
  readonly path: string;
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * Walks over a tar file by its headers alone; folders and links are passed over. A file that ends between two members without
 * the closing blocks is a shard that is still growing, and is read as far as it goes.
 *
 * @throws InputError `tar-unreadable` where a header is none, `tar-truncated` where the file ends inside a member; both name the
 *   offset, up to which the file is good
 */
export async function* indexTar(source: ByteSource): AsyncGenerator<TarPlace> {
  let attributes: Attributes = {};
  for (let at = 0; at < source.byteLength; ) {
    const where = `${source.name}, byte ${at}`;
    const truncated = (): InputError =>
      new InputError("tar-truncated", `${where}: the tar file ends inside this member`, {
        remedy: "cut the file off there and generate the missing samples again",
      });
    if (at + BLOCK_BYTES > source.byteLength) throw truncated();
    const header = await source.read(at, BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) return;
    const size = attributes.size ?? headerNumber(header, 124, 12);
    if (size === undefined || headerNumber(header, 148, 8) !== checksum(header))
      throw new InputError("tar-unreadable", `${where}: no member of a tar file begins here`);
    const offset = at + BLOCK_BYTES;
    at = offset + BLOCK_BYTES * Math.ceil(size / BLOCK_BYTES);
    if (at > source.byteLength) throw truncated();
    const kind = String.fromCharCode(header[156] || 0x30);
    if (kind === "x" || kind === "L") {
      if (size > MAX_ATTRIBUTE_BYTES)
        throw new InputError("tar-unreadable", `${where}: extended attributes of ${size} bytes`);
      const content = await source.read(offset, size);
      // What GNU tar calls a long name: nothing but the name.
      attributes = kind === "x" ? parseAttributes(content) : { path: headerText(content, 0, size) };
      continue;
    }
    const prefix =
      headerText(header, 257, 6) === "ustar" && header[262] === 0 ? headerText(header, 345, 155) : "";
    const name = headerText(header, 0, 100);
    const path = attributes.path ?? (prefix === "" ? name : `${prefix}/${name}`);
    attributes = {};
    if (kind === "0" || kind === "7") yield { path, offset, byteLength: size };
  }
}

export const readTarMember = (source: ByteSource, { offset, byteLength }: TarPlace): Promise<Uint8Array> =>
  source.read(offset, byteLength);

/** The part of a name up to the first dot of its last part: what joins the members of one WebDataset sample. */
export function sampleKeyOf(path: string): { readonly key: string; readonly extension: string } {
  const file = path.lastIndexOf("/") + 1;
  const dot = path.indexOf(".", file);
  return dot < 0 ? { key: path, extension: "" } : { key: path.slice(0, dot), extension: path.slice(dot + 1) };
}

const MAX_ATTRIBUTE_BYTES = 65_536;

interface Attributes {
  readonly path?: string;
  readonly size?: number;
}

/** Records of POSIX extended headers: "LENGTH KEY=VALUE\n", the length counting the whole record. */
function parseAttributes(bytes: Uint8Array): Attributes {
  const attributes: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const digits = /^(\d{1,6}) /.exec(String.fromCharCode(...bytes.subarray(at, at + 8)))?.[1];
    const length = Number(digits);
    if (digits === undefined || length < digits.length + 4) break;
    const record = new TextDecoder().decode(bytes.subarray(at + digits.length + 1, at + length - 1));
    const equals = record.indexOf("=");
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === "path") attributes.path = value;
    if (key === "size" && /^\d{1,15}$/.test(value)) attributes.size = Number(value);
    at += length;
  }
  return attributes;
}

function headerText(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or, from 8 GB on, a big-endian number behind a first bit that is set. */
function headerNumber(header: Uint8Array, from: number, length: number): number | undefined {
  if (header[from] === 0x80) {
    let value = 0;
    for (const byte of header.subarray(from + 1, from + length)) value = 256 * value + byte;
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = headerText(header, from, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The sum of all bytes with those of the checksum itself as blanks. */
function checksum(header: Uint8Array): number {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum;
}
