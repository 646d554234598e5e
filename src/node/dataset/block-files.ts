import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleName } from "../../dataset/formats/encoded-file.ts";
import { type BlockRecord, parseBlockRecord } from "../../dataset/manifest.ts";
import { InputError } from "../../error/input-error.ts";
import { writeAtomically } from "../write-atomically.ts";

const FOLDER = "blocks";

const recordPath = (directory: string, block: number): string =>
  join(directory, FOLDER, `${sampleName(block)}.json`);

/** The last thing that is written of a block: from then on it counts. */
export async function writeBlockRecord(
  directory: string,
  record: BlockRecord,
  partialFolder: string,
): Promise<void> {
  await writeAtomically(recordPath(directory, record.block), sealed(JSON.stringify(record)), {
    partialFolder,
  });
}

const SEAL = /^(\{.*),"check":"([0-9a-f]{64})"\}\n$/s;

/** The JSON object with the SHA-256 of its own text as a last field, so that a damaged record is known for one. */
const sealed = (text: string): string => `${text.slice(0, -1)},"check":"${sha256(text)}"}\n`;

/** The text that was sealed, or undefined where a character has changed. */
function unsealed(text: string): string | undefined {
  const match = SEAL.exec(text);
  if (!match) return undefined;
  const content = `${match[1]}}`;
  return sha256(content) === match[2] ? content : undefined;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The record of a block, or undefined if it is not there or cannot be read as one. */
export async function readBlockRecord(directory: string, block: number): Promise<BlockRecord | undefined> {
  const path = recordPath(directory, block);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new InputError("block-record", `cannot read ${path}: ${error.code ?? error.message}`, {
      cause: error,
    });
  });
  if (text === undefined) return undefined;
  const content = unsealed(text);
  if (content === undefined) return undefined;
  try {
    return parseBlockRecord(content, path);
  } catch (error) {
    // A damaged record is a block that is not there: it is made again.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Numbers of the blocks that have a record, ascending. */
export async function recordedBlocks(directory: string): Promise<number[]> {
  const names = await readdir(join(directory, FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => /^\d{8,}\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .toSorted((a, b) => a - b);
}
