import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { blockCount, drawPatient } from "../../dataset/draw-patient.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { readBlockRecord } from "./block-files.ts";
import type { BlockWorkerData, BlockWorkerReply } from "./block-worker.ts";
import { openDataSetFolder } from "./data-set-folder.ts";
import { lockDirectory } from "./directory-lock.ts";
import type { LoadedRecipe } from "./load-recipe.ts";

/** Shard `index` of `count`, from 1: every count-th block. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

export interface GenerateProgress {
  /** Samples of this shard: all, there already at the start, and made since. */
  readonly total: number;
  readonly found: number;
  readonly made: number;
  readonly rejected: number;
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Makes the samples of a recipe (or of one shard) that are not there yet. Whatever the workers, the order and earlier runs that
 * were broken off, the files come out the same.
 *
 * @throws InputError what the recipe, its files or the folder are to blame for; everything that was complete stays
 */
export async function generate(options: {
  loaded: LoadedRecipe;
  directory: string;
  workers?: number;
  shard?: Shard;
  onProgress?: (progress: GenerateProgress) => void;
}): Promise<GenerateProgress> {
  const { loaded, directory, shard = WHOLE } = options;
  const { recipe, folder } = loaded;
  const hash = await openDataSetFolder(directory, loaded);
  const unlock = await lockDirectory(directory, `shard-${shard.index}-of-${shard.count}`);
  try {
    const blocks = Array.from({ length: blockCount(recipe) }, (_, block) => block).filter(
      (block) => block % shard.count === shard.index - 1,
    );
    const missing: number[] = [];
    for (const block of blocks) if (!(await isComplete(directory, recipe, hash, block))) missing.push(block);
    const samplesOf = (list: readonly number[]): number =>
      list.reduce((sum, block) => {
        const { first, end } = drawPatient(recipe, block);
        return sum + end - first;
      }, 0);
    const total = samplesOf(blocks);
    const found = total - samplesOf(missing);
    const started = performance.now();
    let [made, rejected, bytes] = [0, 0, 0];
    const progress = (): GenerateProgress => ({
      total,
      found,
      made,
      rejected,
      bytes,
      seconds: (performance.now() - started) / 1000,
    });
    options.onProgress?.(progress());
    await renderBlocks({
      data: { recipe, recipeHash: hash, folder, directory },
      blocks: missing,
      workers: Math.min(options.workers ?? availableParallelism(), missing.length),
      onReply(reply) {
        if (reply.kind === "sample") {
          made++;
          rejected += reply.rejected;
        } else if (reply.kind === "done") bytes += reply.bytes;
        options.onProgress?.(progress());
      },
    });
    return progress();
  } finally {
    await unlock();
  }
}

async function isComplete(directory: string, recipe: Recipe, hash: string, block: number): Promise<boolean> {
  const record = await readBlockRecord(directory, block);
  const { first, end } = drawPatient(recipe, block);
  // With a larger count a block may have more samples than when it was made.
  return record !== undefined && record.recipe === hash && record.samples.length >= end - first;
}

/** Hands blocks to workers as they become free; the first failure ends all. */
async function renderBlocks(options: {
  data: BlockWorkerData;
  blocks: readonly number[];
  workers: number;
  onReply: (reply: BlockWorkerReply) => void;
}): Promise<void> {
  const waiting = options.blocks.toReversed();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const workers = Array.from(
    { length: options.workers },
    () => new Worker(new URL(`./block-worker.${extension}`, import.meta.url), { workerData: options.data }),
  );
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((finish, fail) => {
            const next = (): void => {
              const block = waiting.pop();
              if (block === undefined) finish();
              else worker.postMessage(block);
            };
            worker.on("message", (reply: BlockWorkerReply) => {
              options.onReply(reply);
              if (reply.kind === "failed") fail(failureOf(reply));
              else if (reply.kind === "done") next();
            });
            worker.on("error", fail);
            worker.on("exit", (code) => fail(new Error(`a worker ended with code ${code}`)));
            next();
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function failureOf(reply: Extract<BlockWorkerReply, { kind: "failed" }>): Error {
  const { message, input } = reply;
  if (input)
    return new InputError(input.code, message, input.remedy === undefined ? {} : { remedy: input.remedy });
  if (message.includes("ENOSPC"))
    return new InputError("disk-full", `the disk is full: ${message}`, {
      remedy: "make room and run the same command again: what is complete stays",
    });
  if (/EROFS|EACCES|EPERM/.test(message))
    return new InputError("out-unusable", `the folder cannot be written: ${message}`, {
      remedy: "make it writable and run the same command again: what is complete stays",
    });
  return new Error(`block ${reply.block}: ${message}`);
}
