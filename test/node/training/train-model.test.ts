import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readModel } from "../../../src/network/onnx/read-model.ts";
import { readTrainingFolder } from "../../../src/node/training/log-files.ts";
import { METADATA_KEY, readModelMetadata } from "../../../src/prediction/model-metadata.ts";
import type { ValidationRecord } from "../../../src/training/log/training-log.ts";
import {
  LAST,
  losses,
  modelBytes,
  type TinyPlace,
  tinyPlace,
  tinyPlan,
  trained,
  vectors,
} from "./tiny-data-set.ts";

const STEPS = 12;
let place: TinyPlace;

beforeAll(async () => {
  place = await tinyPlace();
  await trained(place, "whole");
});
afterAll(() => place.remove());

const metadata = (out: string) =>
  readModelMetadata(readModel(modelBytes(place, out), out).metadata.get(METADATA_KEY), out);

describe("a training", () => {
  test("leaves a model, logs, checkpoints, sample predictions and a report", async () => {
    const files = readdirSync(place.at("whole"));
    for (const name of ["model.onnx", "plan.json", "report.html", "log.jsonl", "steps.csv", "validation.csv"])
      expect(files).toContain(name);
    expect(readdirSync(place.at("whole", "checkpoints")).toSorted()).toEqual([
      "best.safetensors",
      "step-00000006.safetensors",
      LAST,
    ]);
    const { records, predictions } = await readTrainingFolder(place.at("whole"));
    expect(records.map(({ kind, step }) => `${kind} ${step}`)).toEqual([
      ...Array.from({ length: 6 }, (_, n) => `step ${n + 1}`),
      "validation 6",
      ...Array.from({ length: 6 }, (_, n) => `step ${n + 7}`),
      "validation 12",
    ]);
    expect(predictions.map(({ step }) => step)).toEqual([6, 12]);
    // Both sheets are in the report, the last too.
    const report = readFileSync(place.at("whole", "report.html"), "utf8");
    expect(report.match(/data:image\/png/g)).toHaveLength(2);
    for (const record of records) expect(record.loss).toBeGreaterThan(0);
  });

  test("learns: the loss of the last steps is below that of the first", async () => {
    const { records } = await readTrainingFolder(place.at("whole"));
    const steps = records.filter(({ kind }) => kind === "step").map(({ loss }) => loss);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(steps.slice(-4))).toBeLessThan(mean(steps.slice(0, 4)) - 0.05);
  });

  test("writes into the model what is needed to use it", () => {
    const told = metadata("whole");
    expect(told).toMatchObject({
      name: "tiny",
      structures: ["hip_left", "hip_right"],
      landmarks: ["FH-l", "FH-r"],
      targets: "classes",
      sizePx: 48,
      polarity: "bone-bright",
      training: { steps: STEPS, seed: 11 },
    });
    expect(told.landmarkStructures).toHaveLength(2);
    // The cropped panel: 1436 pixels of 0.194 mm; the Gaussian 3.88 mm on it.
    expect(told.fieldMm).toBeCloseTo(1436 * 0.194, 6);
    expect(told.heatMapSigmaPx).toBeCloseTo((3.88 * 48) / (1436 * 0.194), 6);
    expect(JSON.parse(told.training.plan)).toEqual(JSON.parse(JSON.stringify(tinyPlan())));
  });

  test("is the same to the last bit however many threads make examples", async () => {
    await trained(place, "again", { workers: 2 });
    expect(await losses(place, "again")).toEqual(await losses(place, "whole"));
    expect(await vectors(place, "again", LAST)).toEqual(await vectors(place, "whole", LAST));
    expect(modelBytes(place, "again")).toEqual(modelBytes(place, "whole"));
  });

  test("exports the best state where the plan says so", async () => {
    const plan = tinyPlan({ use: "best", optimiser: { learningRate: 0.3 }, averageDecay: 0 });
    await trained(place, "best", { plan });
    const { records } = await readTrainingFolder(place.at("best"));
    const validations = records.filter((record): record is ValidationRecord => record.kind === "validation");
    const [best] = validations.toSorted((a, b) => a.loss - b.loss);
    expect(metadata("best").training.steps).toBe(best.step);
  });
});
