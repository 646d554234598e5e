import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder and those above it where they are missing. Not by Node's own `recursive`, which tries for ever where the system says that a parent
 * that is there is missing, as in /proc.
 *
 * @throws what the system says, with its code: `EEXIST` where a file is in the way
 */
export async function makeFolder(path: string): Promise<void> {
  const folder = resolve(path);
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && dirname(folder) !== folder) {
      await makeFolder(dirname(folder));
      await mkdirUnlessThere(folder);
    } else await unlessFolder(folder, error);
  }
}

/** Another process may have made it meanwhile. */
async function mkdirUnlessThere(folder: string): Promise<void> {
  await mkdir(folder).catch((error: unknown) => unlessFolder(folder, error));
}

/** On a read-only disk the system may refuse to make what is there. */
async function unlessFolder(folder: string, error: unknown): Promise<void> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw error;
}
