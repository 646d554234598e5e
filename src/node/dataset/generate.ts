import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { blockCount, drawPatient } from "../../dataset/draw-patient.ts";
import type { Recipe, RecipeSubject } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { readBlockRecord } from "./block-files.ts";
import type { BlockWorkerData, BlockWorkerReply } from "./block-worker.ts";
import { openDataSetFolder } from "./data-set-folder.ts";
import { lockDirectory } from "./directory-lock.ts";
import type { LoadedRecipe } from "./load-recipe.ts";
import { clearPartialFolder, partialFolder } from "./partial-folder.ts";
import { prepareSubjects } from "./prepare-subjects.ts";
import { readRecipeMeshes } from "./recipe-meshes.ts";
import { rejectionWatch } from "./rejection-watch.ts";
import { instrumentSources } from "./subject-sources.ts";

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
  /** Blocks that are made again though they are there: `verify` found them damaged. */
  redo?: readonly number[];
  onProgress?: (progress: GenerateProgress) => void;
}): Promise<GenerateProgress> {
  const { loaded, directory, shard = WHOLE } = options;
  const { recipe, folder } = loaded;
  const work = `shard-${shard.index}-of-${shard.count}`;
  const unlock = await lockDirectory(directory, work);
  try {
    await clearPartialFolder(directory, work);
    const partials = partialFolder(directory, work);
    const { hash, sources } = await openDataSetFolder(directory, loaded, partials);
    const blocks = Array.from({ length: blockCount(recipe) }, (_, block) => block).filter(
      (block) => block % shard.count === shard.index - 1,
    );
    const missing: number[] = [];
    const redo = new Set(options.redo);
    for (const block of blocks)
      if (redo.has(block) || !(await isComplete(directory, recipe, hash, block))) missing.push(block);
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
    if (missing.length > 0)
      await prepareSubjects({
        recipe,
        needed: new Set(missing.map((block) => nameOf(drawPatient(recipe, block).subject))),
        folder,
        sources,
        directory,
        partialFolder: partials,
      });
    const meshes =
      missing.length > 0 ? await readRecipeMeshes(recipe, folder, instrumentSources(sources)) : new Map();
    const watch = rejectionWatch(recipe.constraints);
    await renderBlocks({
      data: { recipe, recipeHash: hash, folder, sources, directory, partialFolder: partials, meshes },
      blocks: missing,
      workers: Math.min(options.workers ?? availableParallelism(), missing.length),
      onReply(reply) {
        if (reply.kind === "sample") {
          made++;
          rejected += reply.rejections.reduce((sum, count) => sum + count, 0);
          watch(reply.rejections);
        } else if (reply.kind === "done") bytes += reply.bytes;
        options.onProgress?.(progress());
      },
    });
    return progress();
  } finally {
    await clearPartialFolder(directory, work).catch(() => undefined);
    await unlock();
  }
}

/** Whether a block is there as the recipe wants it: with another count it may have had more or fewer samples. */
export async function isComplete(
  directory: string,
  recipe: Recipe,
  hash: string,
  block: number,
): Promise<boolean> {
  const record = await readBlockRecord(directory, block);
  const { first, end } = drawPatient(recipe, block);
  return record !== undefined && record.recipe === hash && record.samples.length === end - first;
}

const nameOf = ({ name, ct }: RecipeSubject): string => name ?? ct;

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
              try {
                options.onReply(reply);
              } catch (error) {
                fail(error);
              }
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
  return new Error(`block ${reply.block}: ${message}`);
}
