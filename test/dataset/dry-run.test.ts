import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DryRun } from "../../src/node/dataset/dry-run.ts";
import { rulesInWords } from "../../src/node/dataset/label-rule-tiles.ts";
import { pngHeader, synthexJson } from "../cli/run-synthex.ts";
import { make, smallPlace, type SmallPlace } from "./small-data-set.ts";

let place: SmallPlace;
let told: DryRun;
let recipe: string;
const COUNT = 60;

beforeAll(async () => {
  place = smallPlace();
  recipe = place.recipe({
    count: COUNT,
    imagesPerPatient: 5,
    structures: {
      structures: [
        { name: "left", labels: ["bone_left"], minimumThicknessMm: 30 },
        { name: "right", labels: ["bone_right"], minus: ["left"] },
        { name: "both", labels: ["bone_*"] },
      ],
    },
    constraints: [{ kind: "joint-limits", laoDeg: [-180, 180], craDeg: [-15, 15] }],
  });
  told = await synthexJson<DryRun & Record<string, unknown>>(
    "generate",
    recipe,
    "--out",
    place.at("dry"),
    "--dry-run",
  );
});
afterAll(() => place.remove());

describe("--dry-run", () => {
  test("tells how many samples every split and subject gets, and makes none", async () => {
    expect(readdirSync(place.at("dry")).toSorted()).toEqual(["dry-run.png", "label-rules.png"]);
    expect([told.samples, told.patients]).toEqual([COUNT, COUNT / 5]);
    expect(told.subjects.reduce((sum, { samples }) => sum + samples, 0)).toBe(COUNT);
    await make(recipe, place.at("made"), { workers: 2 });
    const summary = JSON.parse(readFileSync(place.at("made", "dataset.json"), "utf8")) as DryRun;
    expect(told.splits).toEqual(summary.splits);
    expect(told.subjects).toEqual(summary.subjects);
  });

  test("its forecasts of disk and files come true", async () => {
    const entries = readdirSync(place.at("made"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const bytes = entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    // Sixteen noisy pictures of sixty: sizes differ by some percent; what the merge adds is reckoned from the parts.
    expect(told.forecast.diskBytes / bytes).toBeGreaterThan(0.85);
    expect(told.forecast.diskBytes / bytes).toBeLessThan(1.15);
    // Beside them parts of blocks for two outputs, and the files of the whole.
    expect(told.forecast.files).toBeLessThanOrEqual(entries.length);
    expect(told.forecast.files).toBeGreaterThan(0.75 * entries.length);
  });

  test("time and memory are positive and add up", () => {
    const { measured, forecast } = told;
    const seconds = COUNT * measured.secondsPerSample + told.patients * measured.secondsPerPatient;
    expect(measured.secondsPerSample).toBeGreaterThan(0);
    expect(forecast.coreHours * 3600).toBeCloseTo(seconds, 6);
    expect(forecast.seconds).toBeCloseTo(seconds / forecast.workers, 6);
    expect(forecast.memoryBytes).toBeGreaterThan(10e6);
  });

  test("views are turned by up to 30°: those beyond 15° of CRA are counted under the constraint's name", () => {
    expect(told.rejections).toHaveLength(1);
    const [{ constraint, refused }] = told.rejections;
    expect(constraint).toContain("joint-limits");
    expect(refused).toBeGreaterThan(0);
    expect(told.accepted).toBeCloseTo(told.measured.samples / (told.measured.samples + refused), 12);
  });

  test("the sheet shows sixteen samples, the other one each structure that has a rule, twice", () => {
    const size = (name: string) => pngHeader(readFileSync(place.at("dry", name)));
    expect(told.measured.samples).toBe(16);
    // Four columns of 384 px with 24 px between; two columns.
    expect(size("dry-run.png").widthPx).toBe(4 * (384 + 24) + 24);
    expect(size("label-rules.png").widthPx).toBe(2 * (384 + 24) + 24);
    expect(size("label-rules.png").heightPx).toBeGreaterThan(2 * 384);
    expect(size("label-rules.png").heightPx).toBeLessThan(3 * 384);
  });

  test("rules in words", () => {
    const half = { pointLps: [0, 0, 0], normal: [0, 0, 1] } as const;
    const rule = { kind: "minimum-thickness", thicknessMm: 30 } as const;
    expect(rulesInWords({ name: "a", labels: [1] })).toBe("");
    expect(rulesInWords({ name: "a", labels: [1], within: half, rule, minus: ["b", "c"] })).toBe(
      "on one side of a plane, at least 30 mm, without b, c",
    );
  });
});
