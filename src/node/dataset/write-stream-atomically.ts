import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../make-folder.ts";
import { partialPath } from "../write-atomically.ts";

/** Like `writeAtomically`, for what is too long to hold: pieces come one after another. Returns what was written. */
export async function writeStreamAtomically(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  options: { partialFolder?: string } = {},
): Promise<{ bytes: number; sha256: string }> {
  await makeFolder(dirname(path));
  const temporary = await partialPath(path, options.partialFolder);
  const hash = createHash("sha256");
  let bytes = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      const chunk = typeof piece === "string" ? Buffer.from(piece) : piece;
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  try {
    await pipeline(Readable.from(hashed(), { objectMode: true }), createWriteStream(temporary));
    const file = await open(temporary, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return { bytes, sha256: hash.digest("hex") };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
