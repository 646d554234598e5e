import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RecipeSubject } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import type { Batch, Task } from "../../training/batch.ts";
import type { Plan } from "../../training/plan.ts";
import { type Budget, budgetOf } from "../../training/schedule.ts";
import { type StreamBlocks, streamBlocks } from "../../training/stream-blocks.ts";
import type { StreamShape } from "../../training/stream-order.ts";
import { openDataSetFolder } from "../dataset/data-set-folder.ts";
import type { LoadedRecipe } from "../dataset/load-recipe.ts";
import { partialFolder } from "../dataset/partial-folder.ts";
import { prepareSubjects } from "../dataset/prepare-subjects.ts";
import { readRecipeMeshes } from "../dataset/recipe-meshes.ts";
import { instrumentSources } from "../dataset/subject-sources.ts";
import { makeFolder } from "../make-folder.ts";
import { startExampleFeed } from "./example-feed.ts";
import type { ExampleRequest } from "./example-request.ts";
import { landmarkStructures, landmarkStructuresOfBatches } from "./landmark-structures.ts";
import { startStreamFeed, type StreamFeed } from "./stream-feed.ts";
import { openTrainingExamples, type TrainingExamples } from "./training-examples.ts";

/** Where the batches of a training come from: a data set, or a recipe that is rendered while it is trained. */
export interface TrainingSource {
  readonly task: Task;
  readonly budget: Budget;
  /** Side of the field of view on the panel. */
  readonly fieldMm: number;
  /** Examples to be validated on: requests of validation begin at every multiple of the batch below. */
  readonly validationExamples: number;
  /** Different pictures that the whole training learns from. */
  readonly examples: number;
  /** Batches that wait for the trainer, beside the one it works on. */
  readonly ahead: number;
  /** SHA-256 of what describes the data. */
  readonly sha256: string | undefined;
  /** What more than the plan must be the same for a checkpoint to be gone on from. */
  readonly identity: Readonly<Record<string, string>>;
  /** For the report. */
  readonly facts: Readonly<Record<string, string>>;
  batch(request: ExampleRequest): Promise<Batch>;
  landmarkStructures(validation: readonly Batch[]): Promise<(number | null)[]>;
  readonly costs: () => SourceCosts;
  stop(): Promise<void>;
}

/** Measured so far, by one thread. */
export interface SourceCosts {
  /** One example that a step sees, its share of rendering included. */
  readonly exampleMs: number;
  /** Of those only the rendering of a picture that is shown several times; undefined for data sets. */
  readonly pictureMs: number | undefined;
}

/** @throws InputError as `openTrainingExamples` */
export async function dataSetSource(folder: string, plan: Plan, workers: number): Promise<TrainingSource> {
  const examples = await openTrainingExamples(folder, plan);
  const { set, split, task, isExposedAnew } = examples;
  const budget = budgetOf(plan, split.train.length);
  try {
    const fieldMm = await fieldOf(examples, plan);
    const summary = await readFile(join(folder, "dataset.json")).catch(() => undefined);
    const feed = startExampleFeed({ folder, plan, budget }, workers);
    return {
      task,
      budget,
      fieldMm,
      validationExamples: Math.min(plan.validation.atMost, split.validation.length),
      examples: split.train.length,
      ahead: 4,
      sha256: summary && sha256(summary),
      identity: {},
      facts: {
        "data set": `${set.count} pictures, ${split.train.length} learnt from, ${split.validation.length} validated on (${split.rule})`,
        examples: isExposedAnew ? "area densities exposed anew in every epoch" : "pictures as written",
      },
      batch: (request) => feed.batch(request),
      landmarkStructures: () => landmarkStructures(examples),
      costs: () => ({ exampleMs: feed.meanMs() / plan.batch, pictureMs: undefined }),
      async stop() {
        await feed.stop();
        await set.close();
      },
    };
  } catch (error) {
    await set.close();
    throw error;
  }
}

async function fieldOf({ toValidate, toLearnFrom, split }: TrainingExamples, plan: Plan): Promise<number> {
  const { pixelPitchMm } = await (split.validation.length > 0
    ? toValidate(0)
    : toLearnFrom({ example: 0, epoch: 0 }, 0));
  // Pictures that say nothing of their size count as 1 mm a pixel.
  return (pixelPitchMm ?? 1) * plan.input.sizePx;
}

/** Patients that are shown at the same time, and how often each of their pictures, where the plan does not say. */
export const STREAM_DEFAULTS = { patients: 8, showings: 8 } as const;
/** Pictures of one patient at most: with more of them a step would wait for the next patient. */
const MOST_PICTURES = 32;
/** As many as a data set's twentieth, of what the training renders. */
const VALIDATED_SHARE = 0.05;
/** A recipe without an end. */
const ENDLESS = 1e9;

/**
 * A recipe whose samples are rendered while they are trained on; nothing of them is written. Prepared subjects are kept in `directory`.
 *
 * @param directory also says which recipe it is, so that another one cannot go on
 * @throws InputError as `openDataSetFolder`, `streamBlocks` and the steps of making samples
 */
export async function recipeSource(options: {
  loaded: LoadedRecipe;
  plan: Plan;
  directory: string;
  workers: number;
}): Promise<TrainingSource> {
  const { plan, directory, workers } = options;
  const loaded = { ...options.loaded, recipe: atSize(options.loaded.recipe, plan) };
  const blocks = streamBlocks({ ...loaded.recipe, count: ENDLESS }, plan);
  const partials = partialFolder(directory, "stream");
  await makeFolder(directory);
  const { hash, sources } = await openDataSetFolder(directory, loaded, partials);
  const { recipe, folder } = loaded;
  await prepareSubjects({
    recipe,
    needed: new Set(recipe.subjects.filter(({ split }) => split !== "test").map(nameOf)),
    folder,
    sources,
    directory,
    partialFolder: partials,
  });
  const shape: StreamShape = {
    seed: plan.seed,
    batch: plan.batch,
    pictures: Math.min(recipe.imagesPerPatient, MOST_PICTURES),
    patients: plan.stream?.patients ?? STREAM_DEFAULTS.patients,
    showings: plan.stream?.showings ?? STREAM_DEFAULTS.showings,
  };
  const budget = budgetOf(plan, recipe.count * shape.showings);
  const feed = await startStreamFeed(
    {
      recipe: { ...recipe, count: ENDLESS },
      folder,
      sources,
      store: { directory, partialFolder: partials },
      meshes: await readRecipeMeshes(recipe, folder, instrumentSources(sources)),
      plan,
      budget,
      shape,
    },
    workers,
  );
  return sourceOf({ feed, plan, recipe: recipe.name, blocks, shape, budget, hash });
}

function sourceOf(options: {
  feed: StreamFeed;
  plan: Plan;
  recipe: string;
  blocks: StreamBlocks;
  shape: StreamShape;
  budget: Budget;
  hash: string;
}): TrainingSource {
  const { feed, plan, blocks, shape, budget, hash } = options;
  const { task, fieldMm } = feed;
  const rendered = Math.ceil((budget.steps * plan.batch) / shape.showings);
  const share = plan.data.validationShare > 0 ? plan.data.validationShare : VALIDATED_SHARE;
  const wanted = Math.min(plan.validation.atMost, Math.max(shape.pictures, Math.round(share * rendered)));
  return {
    task,
    budget,
    fieldMm,
    // Whole batches: their patients are not rendered again to fill up the last.
    validationExamples: blocks.hasValidation ? plan.batch * Math.ceil(wanted / plan.batch) : 0,
    examples: rendered,
    // While a worker makes a patient it makes no examples.
    ahead: 12,
    sha256: hash,
    identity: { recipe: hash },
    facts: {
      recipe: `${options.recipe}, rendered while it was trained on: ${shape.patients} patients at a time, ${shape.pictures} pictures of each, shown ${shape.showings} times; validated on others (${blocks.rule})`,
      examples: feed.isExposedAnew ? "exposed anew at every showing" : "pictures as rendered",
    },
    batch: (request) => feed.batch(request),
    landmarkStructures: async (validation) => landmarkStructuresOfBatches(validation, task),
    costs() {
      const { exampleMs, pictureMs } = feed.spent();
      return { exampleMs: exampleMs + pictureMs / shape.showings, pictureMs };
    },
    stop: () => feed.stop(),
  };
}

/**
 * A recipe whose pictures are larger than the network's square is rendered at twice its side, which averages four rays a pixel; unless a
 * constraint counts pixels.
 */
function atSize(recipe: LoadedRecipe["recipe"], plan: Plan): LoadedRecipe["recipe"] {
  const countsPixels = recipe.constraints.some(
    ({ kind }) => kind === "visible-area" || kind === "landmarks-in-view" || kind === "tool-visible",
  );
  return countsPixels ? recipe : { ...recipe, sizePx: Math.min(recipe.sizePx, 2 * plan.input.sizePx) };
}

const nameOf = ({ name, ct }: RecipeSubject): string => name ?? ct;

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** @throws InputError `training-data` where there is neither data set nor recipe */
export function openTrainingSource(
  options: { data?: string | undefined; stream?: LoadedRecipe | undefined; plan: Plan; out: string },
  workers: number,
): Promise<TrainingSource> {
  const { data, stream, plan, out } = options;
  if (data !== undefined) return dataSetSource(data, plan, workers);
  if (stream) return recipeSource({ loaded: stream, plan, directory: join(out, "stream"), workers });
  throw new InputError("training-data", "there is nothing to train on", {
    remedy: "give a data set with --data (synthex generate makes one), or a recipe with --stream",
  });
}
