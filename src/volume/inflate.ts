import { InputError } from "../error/input-error.ts";

export type DeflateFormat = "gzip" | "deflate" | "deflate-raw";

/** Undoes gzip, zlib or bare deflate; a host may bring a faster one than the browser's. Never gives more than `limitBytes`. */
export type Inflate = (
  bytes: Uint8Array,
  options: { format: DeflateFormat; limitBytes: number },
) => Promise<Uint8Array>;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** No file may inflate to more than this, whatever its header promises. */
const INFLATE_LIMIT_BYTES = 2 ** 32;

/** What may follow the voxels of a file. */
const TRAILING_BYTES = 65_536;

/** Deflate never shrinks by more: two bits for a run of 258 bytes. */
const DEFLATE_LARGEST_RATIO = 1032;

/**
 * Undoes the compression of data whose size a header gives. A promise that so few compressed bytes cannot keep is refused before
 * any memory is taken; data beyond the promise are refused as soon as they appear.
 */
export async function inflatePromised(
  bytes: Uint8Array,
  options: { name: string; format: "gzip" | "deflate"; promisedBytes: number; inflate: Inflate },
): Promise<Uint8Array> {
  const { name, format, promisedBytes, inflate } = options;
  if (promisedBytes > INFLATE_LIMIT_BYTES)
    throw new InputError(
      "compressed-too-large",
      `${name}: the header promises ${promisedBytes} bytes; the limit for compressed volumes is ${INFLATE_LIMIT_BYTES}`,
      { remedy: "crop or resample it, or store fewer bytes a voxel" },
    );
  if (promisedBytes > DEFLATE_LARGEST_RATIO * bytes.length)
    throw new InputError(
      "volume-truncated",
      `${name}: the header promises ${promisedBytes} bytes, which ${bytes.length} compressed bytes cannot hold`,
      { remedy: "copy or export the file again" },
    );
  return ofFile(name, inflate(bytes, { format, limitBytes: promisedBytes + TRAILING_BYTES }));
}

/** Adds the name of the file to what is wrong with its compressed data. */
async function ofFile(name: string, work: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.code, `${name}: ${error.message}`, {
      remedy: error.remedy ?? "copy the file again",
      cause: error,
    });
  }
}

/** Inflates with what every browser and Node has; stops as soon as the limit is passed. */
export const streamInflate: Inflate = async (bytes, { format, limitBytes }) => {
  const { chunks, length, failure } = await inflatedChunks(bytes, format, limitBytes + 1);
  if (length > limitBytes) throw tooLong(limitBytes);
  if (failure !== undefined) throw damaged(format, failure);
  return joined(chunks, length);
};

/** The first bytes of a gzip file, up to `byteLength`, fewer if the data end before. */
export const inflatedStart = (bytes: Uint8Array, byteLength: number, name: string): Promise<Uint8Array> =>
  ofFile(name, firstInflated(bytes, byteLength));

async function firstInflated(bytes: Uint8Array, byteLength: number): Promise<Uint8Array> {
  // Incompressible data grow by under 1 %; the rest is room for the header of gzip with a file name and a comment.
  const start = bytes.subarray(0, 2 * byteLength + 65_536);
  const { chunks, length, failure } = await inflatedChunks(start, "gzip", byteLength);
  if (length < byteLength && failure !== undefined) throw damaged("gzip", failure);
  return joined(chunks, length).subarray(0, byteLength);
}

/** Inflates until the end, the first damage, or enough bytes, whichever comes first. */
async function inflatedChunks(bytes: Uint8Array, format: DeflateFormat, enoughBytes: number) {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream(format));
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= enoughBytes) break;
    }
  } catch (failure) {
    return { chunks, length, failure };
  }
  return { chunks, length, failure: undefined };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

export const tooLong = (limitBytes: number): InputError =>
  new InputError("compressed-too-large", `the compressed data inflates to more than ${limitBytes} bytes`, {
    remedy: "the header is wrong, or the file is not what it says: export it again",
  });

export const damaged = (format: string, cause: unknown): InputError =>
  new InputError("compressed-damaged", `the ${format} data is cut short or damaged`, {
    cause,
    remedy: "copy the file again",
  });
