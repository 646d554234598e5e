import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../error/input-error.ts";

/** A file, or the files of a folder, as bytes; read once, hashed while at hand. */
export interface SourceFile {
  readonly path: string;
  readonly isFolder: boolean;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** SHA-256 of the file, or of name and content of every file of the folder in the order of their names. */
  readonly sha256: string;
}

/** Reads a path that a user gave; a missing or unreadable one is refused with what was looked for. */
export async function readSourceFile(path: string): Promise<SourceFile> {
  const absolute = resolve(path);
  try {
    if (!(await stat(absolute)).isDirectory()) {
      const bytes = await readFile(absolute);
      return {
        path: absolute,
        isFolder: false,
        files: [{ name: basename(absolute), bytes }],
        sha256: createHash("sha256").update(bytes).digest("hex"),
      };
    }
    const entries = await readdir(absolute, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .toSorted();
    if (names.length === 0) {
      const inside = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
      throw new InputError("folder-empty", `the folder ${path} holds no files`, {
        remedy:
          inside.length === 0
            ? "give the folder that holds the slices"
            : `give the folder inside it that holds the series: ${inside.toSorted().slice(0, 8).join(", ")}`,
      });
    }
    const hash = createHash("sha256");
    const files: { name: string; bytes: Uint8Array }[] = [];
    for (const name of names) {
      const bytes = await readFile(join(absolute, name));
      hash.update(`${name}\n${bytes.length}\n`).update(bytes);
      files.push({ name, bytes });
    }
    return { path: absolute, isFolder: true, files, sha256: hash.digest("hex") };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "ERR_FS_FILE_TOO_LARGE")
      throw new InputError("file-too-large", `${path} is larger than the 2 GiB that one file may have`, {
        remedy: "crop or resample it, or store it as 16-bit integers or compressed",
        cause: error,
      });
    const reason =
      code === "ENOENT" ? "there is no such file or folder" : code === "EACCES" ? "it may not be read" : code;
    throw new InputError("file-unreadable", `cannot read ${path}: ${reason}`, { cause: error });
  }
}

/** A file that another one names, looked for beside it (the data file of a .nhdr or .mhd). */
export async function readSibling(path: string, name: string): Promise<Uint8Array> {
  if (basename(name) !== name)
    throw new InputError(
      "sibling-elsewhere",
      `${path} names the data file "${name}", which is not in the same folder`,
      {
        remedy: "put the data file beside its header",
      },
    );
  return (await readSourceFile(join(dirname(path), name))).files[0].bytes;
}
