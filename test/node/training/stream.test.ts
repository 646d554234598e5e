import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LoadedRecipe, loadRecipe } from "../../../src/node/dataset/load-recipe.ts";
import { trainModel, type TrainModelOptions } from "../../../src/node/training/train-model.ts";
import { openTrainingExamples } from "../../../src/node/training/training-examples.ts";
import { recipeSource, type TrainingSource } from "../../../src/node/training/training-source.ts";
import { type Batch, batchOf } from "../../../src/training/batch.ts";
import { readTrainingLog } from "../../../src/training/log/training-log.ts";
import type { Plan } from "../../../src/training/plan.ts";
import { streamBlocks } from "../../../src/training/stream-blocks.ts";
import { streamOrder } from "../../../src/training/stream-order.ts";
import { type TinyPlace, tinyPlace, tinyPlan } from "./tiny-data-set.ts";

let place: TinyPlace;
let loaded: LoadedRecipe;
beforeAll(async () => {
  place = await tinyPlace();
  loaded = await loadRecipe(place.at("recipe.yaml"));
}, 120_000);
afterAll(() => place.remove());

const STREAM = { patients: 2, showings: 2 };
const plan = (fields: object = {}): Plan =>
  tinyPlan({ stream: STREAM, validation: { atMost: 4, everySteps: 3 }, ...fields });

async function withSource<Result>(
  of: Plan,
  workers: number,
  use: (source: TrainingSource) => Promise<Result>,
): Promise<Result> {
  const source = await recipeSource({ loaded, plan: of, directory: place.at("stream"), workers });
  try {
    return await use(source);
  } finally {
    await source.stop();
  }
}

test("what is rendered while training is what a data set of the recipe holds", {
  timeout: 120_000,
}, async () => {
  // Not turned or shifted, so that examples can be compared; but exposed anew.
  const of = plan({
    data: { ...plan().data, validationShare: 0 },
    augmentation: { profile: "none" },
  });
  const { toLearnFrom, task, set } = await openTrainingExamples(place.data, of);
  const order = streamOrder({ seed: of.seed, batch: of.batch, pictures: 2, ...STREAM });
  const { train } = streamBlocks(loaded.recipe, of);
  await withSource(of, 1, async (source) => {
    expect(source.task).toEqual(task);
    for (const step of [0, 1, 3]) {
      const streamed = await source.batch({ kind: "step", step });
      const images = [];
      // Without validation all samples are learnt from, in their order.
      for (const { patient, picture, showing } of order.placesOf(step))
        images.push(await toLearnFrom({ example: 2 * train(patient) + picture, epoch: showing }, 0));
      const expected = batchOf(images, task);
      expect(streamed.targets).toEqual(expected.targets);
      expect(streamed.visible).toEqual(expected.visible);
      // Area densities of a data set are in 65535 steps; −ln(I/I₀), some units at most, changes by less than 1e-3.
      expect(worst(streamed.pixels, expected.pixels)).toBeLessThan(1e-3);
      // Written in full.
      expect(worst(streamed.points, expected.points)).toBeLessThan(1e-4);
    }
  });
  await set.close();
});

const worst = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, n) => Math.max(most, Math.abs(value - b[n])), 0);

test("batches do not depend on the number of workers or on the step that is asked for first", {
  timeout: 120_000,
}, async () => {
  const batches = async (workers: number, steps: readonly number[]): Promise<Batch[]> =>
    await withSource(plan(), workers, async (source) => [
      await source.batch({ kind: "validation", first: 0 }),
      ...(await Promise.all(steps.map((step) => source.batch({ kind: "step", step })))),
    ]);
  const one = await batches(1, [0, 1, 2, 3, 4, 5]);
  expect(await batches(3, [0, 1, 2, 3, 4, 5])).toEqual(one);
  expect(await batches(2, [4, 5])).toEqual([one[0], one[5], one[6]]);
  // And all differ.
  expect(new Set(one.map(({ pixels }) => pixels.join())).size).toBe(one.length);
});

const train = (out: string, options: Partial<TrainModelOptions> = {}) =>
  trainModel({
    plan: plan({ steps: 6, checkpoints: { everySteps: 2 } }),
    planText: "",
    stream: loaded,
    out: place.at(out),
    provider: "cpu",
    threads: 1,
    workers: 1,
    ...options,
  });

const losses = (out: string): number[] =>
  readTrainingLog(readFileSync(place.at(out, "log.jsonl"), "utf8"), "log.jsonl").map(({ loss }) => loss);

test("a training from a recipe that was broken off and resumed goes through the same losses", {
  timeout: 300_000,
}, async () => {
  const whole = await train("whole");
  expect(whole.reason).toBe("budget");
  const stop = new AbortController();
  const broken = await train("broken", {
    signal: stop.signal,
    onStep: ({ step }) => step === 2 && stop.abort(),
  });
  expect(broken.reason).toBe("cancelled");
  expect((await train("broken", { resume: true, workers: 2 })).reason).toBe("budget");
  expect(losses("broken")).toEqual(losses("whole"));
  // The same model, to the byte.
  expect(
    readFileSync(place.at("broken", "model.onnx")).equals(readFileSync(place.at("whole", "model.onnx"))),
  ).toBe(true);
});

test("a checkpoint of another recipe is not gone on from", { timeout: 120_000 }, async () => {
  const other = { ...loaded, recipe: { ...loaded.recipe, seed: 99 } };
  await expect(train("whole", { stream: other, resume: true })).rejects.toMatchObject({
    code: "data-set-other-recipe",
  });
});

test("names that the recipe does not have, and nothing to train on, are refused", {
  timeout: 120_000,
}, async () => {
  await expect(
    train("refused", { plan: plan({ data: { structures: ["hip_left", "liver"] } }) }),
  ).rejects.toMatchObject({ code: "labels-missing" });
  await expect(train("refused", { stream: undefined })).rejects.toMatchObject({ code: "training-data" });
});
