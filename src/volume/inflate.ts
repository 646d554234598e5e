import { InputError } from "../error/input-error.ts";

/** Undoes gzip or zlib; a host may bring a faster one than the browser's. Never gives more than `limitBytes`. */
export type Inflate = (
  bytes: Uint8Array,
  options: { format: "gzip" | "deflate"; limitBytes: number },
) => Promise<Uint8Array>;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The most that any volume of ours may take: 2^31 voxels of two bytes. */
export const INFLATE_LIMIT_BYTES = 2 ** 32;

/** Inflates with what every browser and Node has; stops as soon as the limit is passed. */
export const streamInflate: Inflate = async (bytes, { format, limitBytes }) => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream(format));
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > limitBytes) throw tooLong(limitBytes);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof InputError ? cause : damaged(format, cause);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

export const tooLong = (limitBytes: number): InputError =>
  new InputError("compressed-too-large", `the compressed data inflates to more than ${limitBytes} bytes`);

export const damaged = (format: string, cause: unknown): InputError =>
  new InputError("compressed-damaged", `the ${format} data is cut short or damaged`, {
    cause,
    remedy: "copy the file again",
  });
