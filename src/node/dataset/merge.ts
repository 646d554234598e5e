import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { blockCount, drawPatient } from "../../dataset/draw-patient.ts";
import { type BlockRecord, type FileRecord, fileRecord } from "../../dataset/manifest.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { softwareVersion } from "../software-version.ts";
import { writeAtomically } from "../write-atomically.ts";
import { readBlockRecord } from "./block-files.ts";
import { readDataSetRecipe } from "./data-set-folder.ts";
import { lockDirectory } from "./directory-lock.ts";
import { finishOutputs } from "./finish-outputs.ts";
import { folderFailure } from "../folder-failure.ts";
import { recipeHash } from "./load-recipe.ts";
import { clearPartialFolder, partialFolder } from "./partial-folder.ts";
import { writeStreamAtomically } from "./write-stream-atomically.ts";

/** What a data set holds, as `dataset.json` tells it. */
export interface DataSetSummary {
  readonly name: string;
  readonly software: string;
  readonly recipe: string;
  readonly seed: number;
  readonly samples: number;
  readonly splits: Readonly<Record<string, number>>;
  readonly subjects: readonly { name: string; split: string; samples: number; licence?: string }[];
  readonly outputs: readonly string[];
  /** How many views each constraint refused, in the recipe's order. */
  readonly rejections: readonly number[];
  /** What the merge made of the blocks. */
  readonly files: readonly FileRecord[];
}

const WORK = "merge";

/**
 * Makes one data set of complete blocks: the manifest, the containers that span blocks, the summary. Doing it again changes nothing.
 *
 * @throws InputError `blocks-missing` with how many are, and of which shard runs they would come
 */
export async function mergeDataSet(directory: string): Promise<DataSetSummary> {
  const recipe = await readDataSetRecipe(directory);
  const unlock = await lockDirectory(directory, WORK);
  try {
    await clearPartialFolder(directory, WORK);
    return await merge(directory, recipe);
  } catch (error) {
    throw folderFailure(error, directory);
  } finally {
    await clearPartialFolder(directory, WORK).catch(() => undefined);
    await unlock();
  }
}

async function merge(directory: string, recipe: Recipe): Promise<DataSetSummary> {
  const partials = partialFolder(directory, WORK);
  const missing: number[] = [];
  const summary = {
    samples: 0,
    splits: new Map<string, number>(),
    subjects: new Map<string, number>(),
    rejections: recipe.constraints.map(() => 0),
  };
  const hash = recipeHash(recipe);
  const blocks = blockCount(recipe);
  for (let block = 0; block < blocks; block++) {
    const record = await readBlockRecord(directory, block);
    const { first, end } = drawPatient(recipe, block);
    if (!record || record.recipe !== hash || record.samples.length !== end - first) missing.push(block);
    if (missing.length > 0 || !record) continue;
    for (const { subject, split, rejections } of samplesOf(recipe, record)) {
      summary.samples++;
      summary.splits.set(split, (summary.splits.get(split) ?? 0) + 1);
      summary.subjects.set(subject, (summary.subjects.get(subject) ?? 0) + 1);
      rejections.forEach((count, constraint) => {
        summary.rejections[constraint] += count;
      });
    }
  }
  if (missing.length > 0)
    throw new InputError(
      "blocks-missing",
      `${missing.length} of ${blocks} blocks are not there yet (the first is ${missing[0]})`,
      { remedy: "run synthex generate on the recipe again, or wait for the other shards" },
    );
  const manifest = await writeStreamAtomically(
    join(directory, "manifest.jsonl"),
    manifestPieces(directory, recipe, blocks),
    { partialFolder: partials },
  );
  const files = [
    { path: "manifest.jsonl", ...manifest },
    ...(await finishOutputs({ directory, recipe, blocks, partialFolder: partials })),
  ];
  const result: DataSetSummary = {
    name: recipe.name,
    software: `synthex ${softwareVersion()}`,
    recipe: hash,
    seed: recipe.seed,
    samples: summary.samples,
    splits: Object.fromEntries([...summary.splits].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    subjects: recipe.subjects.map(({ name = "", split, licence }) => ({
      name,
      split,
      samples: summary.subjects.get(name) ?? 0,
      ...(licence === undefined ? {} : { licence }),
    })),
    outputs: recipe.outputs,
    rejections: summary.rejections,
    files,
  };
  await writeAtomically(join(directory, "dataset.json"), `${JSON.stringify(result, null, 2)}\n`, {
    partialFolder: partials,
  });
  return result;
}

/** The summary of a merged data set, or undefined where there is none that can be read. */
export async function readSummary(directory: string): Promise<DataSetSummary | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(join(directory, "dataset.json"), "utf8"));
    const { success } = z.object({ samples: z.int(), files: z.array(fileRecord) }).safeParse(content);
    return success ? (content as DataSetSummary) : undefined;
  } catch {
    return undefined;
  }
}

/** The samples of a record that belong to the recipe: a block may have been made for a larger count. */
export const samplesOf = (recipe: Recipe, record: BlockRecord): BlockRecord["samples"] =>
  record.samples.filter(({ id }) => id < recipe.count);

/** The lines of a block in the manifest. */
export const manifestText = (recipe: Recipe, record: BlockRecord): string =>
  samplesOf(recipe, record)
    .map((sample) => `${JSON.stringify({ ...sample, version: record.version })}\n`)
    .join("");

/** One record after another, never all at once. */
export async function* recordsOf(directory: string, blocks: number): AsyncGenerator<BlockRecord> {
  for (let block = 0; block < blocks; block++) {
    const record = await readBlockRecord(directory, block);
    if (!record) throw new InputError("blocks-missing", `block ${block} is no longer there`);
    yield record;
  }
}

async function* manifestPieces(directory: string, recipe: Recipe, blocks: number): AsyncGenerator<string> {
  for await (const record of recordsOf(directory, blocks)) yield manifestText(recipe, record);
}
