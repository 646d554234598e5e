import { createHash } from "node:crypto";
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../error/input-error.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  type Sha256,
} from "../../training/log/checkpoint.ts";
import type { JsonValue } from "../../training/log/plan-differences.ts";
import { folderFailure } from "../folder-failure.ts";
import { writeAtomically } from "../write-atomically.ts";

const BEST = "best.safetensors";
const nameOf = (step: number): string => `step-${String(step).padStart(8, "0")}.safetensors`;
const stepOf = (name: string): number => Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? Number.NaN);

/**
 * Writes a checkpoint so that it is there whole or not at all, then removes the oldest: the last `keep` stay, and the best.
 *
 * The folder is one training's: files of later steps (a damaged one that was passed over) and what a killed run left unfinished go too.
 *
 * @throws InputError where the folder cannot be written or the disk is full
 */
export async function writeCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  options: { keep?: number; isBest?: boolean } = {},
): Promise<{ path: string; bytes: number }> {
  const { keep = 2, isBest = false } = options;
  const path = join(folder, nameOf(checkpoint.step));
  const parts = await encodeCheckpoint(checkpoint, sha256);
  try {
    await writeAtomically(path, parts);
    if (isBest) await writeAtomically(join(folder, BEST), parts);
    await syncFolder(folder);
  } catch (error) {
    throw folderFailure(error, folder);
  }
  const names = await readdir(folder);
  const older = names.filter((name) => stepOf(name) <= checkpoint.step).toSorted();
  const gone = [
    ...older.slice(0, -keep),
    ...names.filter((name) => stepOf(name) > checkpoint.step || /\.safetensors\..*\.partial$/.test(name)),
  ];
  for (const name of gone) await rm(join(folder, name), { force: true });
  return { path, bytes: parts.reduce((sum, { length }) => sum + length, 0) };
}

/**
 * @param options.plan of the training that is to go on
 * @throws InputError `checkpoint-missing`, `checkpoint-damaged`, `checkpoint-other-plan`
 */
export async function readCheckpoint(
  path: string,
  options: { plan?: Readonly<Record<string, JsonValue>> | undefined } = {},
): Promise<Checkpoint> {
  return await decodeCheckpoint(await readWhole(path), path, { plan: options.plan, sha256 });
}

export interface LatestCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly path: string;
  /** Which newer ones are damaged and were passed over. */
  readonly findings: readonly {
    readonly code: "checkpoint-damaged";
    readonly severity: "warning";
    readonly message: string;
  }[];
}

/**
 * The newest whole checkpoint of a folder; the best one where no other is whole.
 *
 * @returns undefined where there is none
 * @throws InputError `checkpoint-other-plan`; `checkpoint-damaged` where there are some but none is whole
 */
export async function latestCheckpoint(
  folder: string,
  options: { plan?: Readonly<Record<string, JsonValue>> | undefined } = {},
): Promise<LatestCheckpoint | undefined> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw folderFailure(error, folder);
  });
  const newestFirst = names
    .filter((name) => !Number.isNaN(stepOf(name)))
    .toSorted()
    .toReversed();
  const candidates = [...newestFirst, ...names.filter((name) => name === BEST)];
  const findings: LatestCheckpoint["findings"][number][] = [];
  for (const name of candidates) {
    const path = join(folder, name);
    try {
      return { checkpoint: await readCheckpoint(path, options), path, findings };
    } catch (error) {
      if (!(error instanceof InputError) || error.code !== "checkpoint-damaged") throw error;
      findings.push({
        code: "checkpoint-damaged",
        severity: "warning",
        message: `${error.message}; passed over`,
      });
    }
  }
  if (candidates.length === 0) return undefined;
  throw new InputError(
    "checkpoint-damaged",
    `none of the ${candidates.length} checkpoints in ${folder} is whole: ${findings[0].message}`,
    { remedy: "train again in another folder" },
  );
}

const sha256: Sha256 = (parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** A rename outlives a crash of the machine only once the folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Also files of more than 2 GiB, which `readFile` refuses. */
async function readWhole(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    throw new InputError("checkpoint-missing", `${path} cannot be read (${cause.code ?? cause.message})`, {
      cause,
    });
  });
  try {
    const bytes = new Uint8Array((await handle.stat()).size);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(2 ** 30, bytes.length - at), at);
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}
