import { join } from "node:path";
import { blockCount, drawPatient } from "../../dataset/draw-patient.ts";
import type { BlockRecord } from "../../dataset/manifest.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { softwareVersion } from "../software-version.ts";
import { writeAtomically } from "../write-atomically.ts";
import { readBlockRecord } from "./block-files.ts";
import { readDataSetRecipe } from "./data-set-folder.ts";
import { finishOutputs } from "./finish-outputs.ts";
import { recipeHash } from "./load-recipe.ts";
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
}

/**
 * Makes one data set of complete blocks: the manifest, the containers that span blocks, the summary. Doing it again changes nothing.
 *
 * @throws InputError `blocks-missing` with how many are, and of which shard runs they would come
 */
export async function mergeDataSet(directory: string): Promise<DataSetSummary> {
  const recipe = await readDataSetRecipe(directory);
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
    if (!record || record.recipe !== hash || record.samples.length < end - first) missing.push(block);
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
  await writeStreamAtomically(join(directory, "manifest.jsonl"), manifestLines(directory, recipe, blocks));
  await finishOutputs(directory, recipe, blocks);
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
  };
  await writeAtomically(join(directory, "dataset.json"), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** The samples of a record that belong to the recipe: a block may have been made for a larger count. */
export const samplesOf = (recipe: Recipe, record: BlockRecord): BlockRecord["samples"] =>
  record.samples.filter(({ id }) => id < recipe.count);

/** One record after another, never all at once. */
export async function* recordsOf(directory: string, blocks: number): AsyncGenerator<BlockRecord> {
  for (let block = 0; block < blocks; block++) {
    const record = await readBlockRecord(directory, block);
    if (!record) throw new InputError("blocks-missing", `block ${block} is no longer there`);
    yield record;
  }
}

async function* manifestLines(directory: string, recipe: Recipe, blocks: number): AsyncGenerator<string> {
  for await (const record of recordsOf(directory, blocks))
    yield samplesOf(recipe, record)
      .map((sample) => `${JSON.stringify({ ...sample, version: record.version })}\n`)
      .join("");
}
