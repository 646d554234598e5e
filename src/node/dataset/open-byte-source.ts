import { open } from "node:fs/promises";
import type { ByteSource } from "../../dataset/formats/byte-source.ts";
import { InputError } from "../../error/input-error.ts";

/**
 * A file that is read a piece at a time.
 *
 * @throws InputError `file-unreadable`
 */
export async function openByteSource(
  path: string,
  name = path,
): Promise<{ source: ByteSource; close: () => Promise<void> }> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError("file-unreadable", `cannot read ${name}: ${cause.code ?? cause.message}`, { cause });
  });
  const { size } = await file.stat();
  return {
    source: {
      name,
      byteLength: size,
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        await file.read(bytes, 0, length, offset);
        return bytes;
      },
    },
    close: () => file.close(),
  };
}
