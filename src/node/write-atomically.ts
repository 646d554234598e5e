import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { makeFolder } from "./make-folder.ts";

/**
 * Writes a file so that it is either there whole or not at all, also after a crash or on a full disk. Without `sync` that holds for
 * crashes of the process but not of the machine.
 *
 * @param bytes whole, or in parts that follow each other
 * @param options.partialFolder where the file grows until it is whole, on the same disk; default beside it
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | string | readonly Uint8Array[],
  options: { sync?: boolean; partialFolder?: string } = {},
): Promise<void> {
  const { sync = true, partialFolder } = options;
  await makeFolder(dirname(path));
  const temporary = await partialPath(path, partialFolder);
  try {
    const file = await open(temporary, "w");
    try {
      await file.writeFile(bytes);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

let written = 0;

/** Where a file may grow that no other thread or process writes; the folder is made. */
export async function partialPath(path: string, folder = dirname(path)): Promise<string> {
  await makeFolder(folder);
  return join(folder, `${basename(path)}.${process.pid}-${threadId}-${written++}.partial`);
}
