import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodePng } from "../../../src/image/decode-png.ts";
import { loadRecipe } from "../../../src/node/dataset/load-recipe.ts";
import { dryRunTraining } from "../../../src/node/training/dry-run-training.ts";
import type { TrainingForecast } from "../../../src/training/log/training-forecast.ts";
import { synthex, synthexJson } from "../../cli/run-synthex.ts";
import { type TinyPlace, tinyPlace, tinyPlan } from "./tiny-data-set.ts";

let place: TinyPlace;
beforeAll(async () => {
  place = await tinyPlace();
}, 120_000);
afterAll(() => place.remove());

const LONG = { timeout: 120_000 };
const common = { provider: "cpu", threads: 1, workers: 1 } as const;

describe("a dry run", () => {
  test(
    "of a data set tells what the training costs, draws examples, and leaves nothing else",
    LONG,
    async () => {
      const plan = tinyPlan({ steps: 1000, validation: { everySteps: 100 } });
      const { forecast, sheet, facts, measured } = await dryRunTraining({
        ...common,
        plan,
        data: place.data,
        out: place.at("dry"),
      });
      expect(readdirSync(place.at("dry"))).toEqual(["dry-run.png"]);
      const { widthPx, heightPx } = await decodePng(readFileSync(sheet));
      // Four examples of a batch, as they are first and last.
      expect(widthPx).toBeGreaterThan(4 * 192);
      expect(heightPx).toBeGreaterThan(2 * 192);
      expect(facts["data set"]).toMatch(/^12 pictures, \d+ learnt from/);
      expect(forecast.steps).toBe(1000);
      // The longer of step and input, a thousand times, and not much else.
      const perStepMs = Math.max(measured.stepMs, 4 * measured.exampleMs);
      expect(forecast.seconds).toBeGreaterThanOrEqual(perStepMs);
      expect(forecast.seconds).toBeLessThan(2 * perStepMs + (measured.startMs + 10 * 1000) / 1000);
      // AdamW with an average: parameters, two moments, the average.
      expect(forecast.disk.checkpoint).toBe(16 * forecast.parameters);
      expect(forecast.memory.isMeasured).toBe(true);
    },
  );

  test("of a recipe measures rendering, and keeps no model", LONG, async () => {
    const plan = tinyPlan({ stream: { patients: 2, showings: 2 } });
    const { forecast, facts } = await dryRunTraining({
      ...common,
      plan,
      stream: await loadRecipe(place.at("recipe.yaml")),
      out: place.at("dry-stream"),
    });
    expect(readdirSync(place.at("dry-stream")).toSorted()).toEqual(["dry-run.png", "stream"]);
    expect(facts.recipe).toMatch(/^tiny, rendered while it was trained on: 2 patients at a time/);
    expect(forecast.seconds).toBeGreaterThan(0);
  });

  test("by the command line says the same as an object", LONG, async () => {
    writeFileSync(place.at("plan.yaml"), JSON.stringify(tinyPlan()));
    const words = ["train", place.at("plan.yaml"), "--data", place.data, "--out", place.at("dry-command")];
    const told = await synthexJson<{ forecast: TrainingForecast; facts: Record<string, string> }>(
      ...words,
      "--dry-run",
      "--fold",
      "1",
    );
    expect(told.forecast.steps).toBe(12);
    expect(told.facts["data set"]).toContain("(fold 1 of 5)");
    const refused = await synthex(...words, "--dry-run", "--fold", "5");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("fold 5 of 5 was asked for");
  });
});
