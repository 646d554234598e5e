import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { decodeGreyPng } from "../../image/decode-grey-png.ts";
import { decodePng } from "../../image/decode-png.ts";
import type { Picture } from "../../image/picture.ts";
import { InputError } from "../../error/input-error.ts";
import { nodeInflate } from "../inflate.ts";

/** @throws InputError `file-missing`, `file-unreadable`, both with the name of the file */
export async function bytesOfFile(folder: string, path: string, remedy?: string): Promise<Uint8Array> {
  return await readFile(join(folder, path)).catch((cause: NodeJS.ErrnoException) => {
    const [code, what] =
      cause.code === "ENOENT"
        ? ["file-missing", "is not there"]
        : ["file-unreadable", `cannot be read: ${cause.code ?? cause.message}`];
    throw new InputError(code, `${join(folder, path)} ${what}`, { ...(remedy ? { remedy } : {}), cause });
  });
}

/** A PNG with the name of its file in what is wrong with it. */
export async function readPng(folder: string, path: string, remedy?: string): Promise<Picture> {
  const bytes = await bytesOfFile(folder, path, remedy);
  return await withName(join(folder, path), () => decodedPng(bytes));
}

/** The plain kinds of PNG fast, the others by the library. */
export const decodedPng = async (bytes: Uint8Array): Promise<Picture> =>
  (await decodeGreyPng(bytes, { inflate: nodeInflate, crc32 })) ?? (await decodePng(bytes));

/** Puts the name of a file before what is wrong with its bytes. */
export async function withName<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof InputError) || cause.message.startsWith(name)) throw cause;
    throw new InputError(cause.code, `${name}: ${cause.message}`, {
      remedy: cause.remedy ?? "copy or export this file again",
      cause,
    });
  }
}
