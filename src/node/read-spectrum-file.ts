import { readFile, stat } from "node:fs/promises";
import { readSpectrumTable } from "../beam/read-spectrum-table.ts";
import type { SpectrumTable } from "../beam/spectrum-from-table.ts";
import { InputError } from "../error/input-error.ts";

const MOST_BYTES = 4 * 1024 ** 2;

/** A table of energies and photons from a text file (CSV or columns). */
export async function readSpectrumFile(path: string): Promise<SpectrumTable> {
  const unreadable = (cause: Error): never => {
    throw new InputError("file-unreadable", `cannot read ${path}: ${cause.message}`, { cause });
  };
  const { size } = await stat(path).catch(unreadable);
  if (size > MOST_BYTES)
    throw new InputError("spectrum-long", `${path} has ${size} bytes; a spectrum has at most ${MOST_BYTES}`);
  return readSpectrumTable(await readFile(path, "utf8").catch(unreadable), path);
}
