import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CaseScore } from "../../src/evaluation/score-case.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { type TinyPlace, tinyPlace } from "../node/training/tiny-data-set.ts";
import { pngHeader, synthex, synthexJson } from "./run-synthex.ts";

const PLAN = `
name: tiny
steps: 6
batch: 4
input: { sizePx: 48 }
network: { kind: unet, features: [4, 6, 8] }
data: { structures: [hip_left, hip_right], landmarks: [FH-l, FH-r], validationShare: 0.3 }
validation: { everySteps: 6 }
`;

let place: TinyPlace;
let model: string;
let picture: string;
let trained: Record<string, unknown>;

beforeAll(async () => {
  place = await tinyPlace({ count: 6, outputs: ["folder"] });
  writeFileSync(place.at("plan.yaml"), PLAN);
  const images = await readdir(`${place.data}/images`);
  picture = `${place.data}/images/${images[0]}`;
  model = place.at("trained", "model.onnx");
  trained = await synthexJson(
    "train",
    place.at("plan.yaml"),
    "--data",
    place.data,
    "--out",
    place.at("trained"),
    "--provider",
    "cpu",
    "--threads",
    "1",
    "--workers",
    "1",
  );
}, 120_000);
afterAll(() => place.remove());

const read = (...names: string[]): unknown => JSON.parse(readFileSync(place.at(...names), "utf8"));

test("synthex train tells what it made", () => {
  expect(trained).toMatchObject({ steps: 6, model, reason: "budget" });
  expect(existsSync(model)).toBe(true);
});

describe("synthex predict", () => {
  test("writes masks of the picture's size, an overlay, JSON and CSV", { timeout: 60_000 }, async () => {
    const said = await synthexJson<{ pictures: { picture: string }[] }>(
      "predict",
      picture,
      "--model",
      model,
      "--out",
      place.at("predicted"),
      "--provider",
      "cpu",
    );
    expect(said).toMatchObject({ model: "tiny", pictures: [{}], unreadable: [] });
    const files = await readdir(place.at("predicted"));
    const mask = files.find((name) => name.endsWith("-mask.png")) as string;
    const bytes = new Uint8Array(readFileSync(place.at("predicted", mask)));
    const { widthPx, heightPx } = pngHeader(new Uint8Array(readFileSync(picture)));
    expect(pngHeader(bytes)).toMatchObject({ widthPx, heightPx });
    const { pixels } = await decodePng(bytes);
    expect(Math.max(...pixels)).toBeLessThanOrEqual(2);
    expect(files.some((name) => name.endsWith("-overlay.png"))).toBe(true);
    expect(read("predicted", "predictions.json")).toMatchObject({ structures: ["hip_left", "hip_right"] });
    expect(readFileSync(place.at("predicted", "landmarks.csv"), "utf8").split("\n")[0]).toContain("landmark");
  });

  test("lets every landmark count with --landmark-threshold −1, none above 1", {
    timeout: 60_000,
  }, async () => {
    const counted = async (threshold: string): Promise<boolean[]> => {
      const args = ["--model", model, "--out", place.at("counted"), "--provider", "cpu"];
      const said = await synthexJson<{
        pictures: { landmarks: { x: number | null; counts: boolean }[] }[];
      }>("predict", picture, ...args, "--landmark-threshold", threshold);
      return said.pictures[0].landmarks.filter(({ x }) => x !== null).map(({ counts }) => counts);
    };
    expect((await counted("-1")).every(Boolean)).toBe(true);
    expect((await counted("1")).some(Boolean)).toBe(false);
  });

  test("passes over a damaged picture among others, and ends with 2", { timeout: 60_000 }, async () => {
    writeFileSync(place.at("damaged.png"), readFileSync(picture).subarray(0, 300));
    const run = await synthex(
      "predict",
      picture,
      place.at("damaged.png"),
      "--model",
      model,
      "--out",
      place.at("some"),
      "--json",
    );
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout)).toMatchObject({ pictures: [{}], unreadable: [{}] });
    expect(run.stderr).toMatch(/damaged\.png.*passed over/);
  });

  test.each([
    ["no model of that name", ["--model", "hop"], /cannot read the model hop: ENOENT.*give an ONNX file/s],
    ["a model that was cut off", ["--model", "cut.onnx"], /cut\.onnx/],
    ["an ONNX file of somebody else", ["--model", "plan.yaml"], /plan\.yaml/],
  ])("refuses %s in a sentence", { timeout: 60_000 }, async (_, [option, name], message) => {
    writeFileSync(place.at("cut.onnx"), readFileSync(model).subarray(0, 5000));
    const path = name === "hop" ? name : place.at(name);
    const run = await synthex("predict", picture, option, path, "--out", place.at("refused"));
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toMatch(/\n {4}at /);
    expect(existsSync(place.at("refused"))).toBe(false);
  });

  test("says where no picture is", async () => {
    const run = await synthex("predict", place.at("empty"), "--model", model, "--out", place.at("refused"));
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("empty");
  });
});

describe("synthex evaluate", () => {
  test("tells Dice by structure and landmark errors, and draws a report", { timeout: 60_000 }, async () => {
    const told = await synthexJson<{
      dice: { mean: number; perStructure: Record<string, number> };
      landmarks: { meanMm: number | null; at90: number | null; perLandmark: object };
    }>(
      "evaluate",
      "--model",
      model,
      "--data",
      place.data,
      "--out",
      place.at("evaluated"),
      "--provider",
      "cpu",
    );
    expect(Object.keys(told.dice.perStructure)).toEqual(["hip_left", "hip_right"]);
    expect(told.dice.mean).toBeGreaterThanOrEqual(0);
    expect(told.dice.mean).toBeLessThanOrEqual(1);
    expect(Object.keys(told.landmarks)).toEqual(expect.arrayContaining(["meanMm", "at90", "perLandmark"]));
    expect(readFileSync(place.at("evaluated", "report.html"), "utf8")).toContain("data:image/png");
  });

  test("with --tool leaves out the landmarks of pictures where they cannot be a tool's", {
    timeout: 60_000,
  }, async () => {
    type Scores = { scores: CaseScore[] };
    const words = ["evaluate", "--model", model, "--data", place.data, "--provider", "cpu"];
    const { leftOut } = await synthexJson<{ leftOut: number }>(
      ...words,
      "--out",
      place.at("as-tool"),
      "--tool",
    );
    const plain = (read("evaluated", "scores.json") as Scores).scores;
    const judged = (read("as-tool", "scores.json") as Scores).scores;
    // 48 pixels over the panel of 1436 × 0.194 mm.
    const pitchMm = (1436 * 0.194) / 48;
    for (const [n, { landmarks }] of plain.entries()) {
      const [a, b] = landmarks.map((score) => (score.kind === "compared" ? score.candidate : undefined));
      const apartMm = a && b ? Math.hypot(a.x - b.x, a.y - b.y) * pitchMm : 0;
      const kinds = judged[n].landmarks.map(({ kind }) => kind);
      expect(kinds, `${apartMm} mm`).toEqual(
        apartMm > 15 && apartMm < 200 ? ["compared", "compared"] : ["unknown", "unknown"],
      );
    }
    expect(leftOut).toBe(judged.filter(({ landmarks }) => landmarks[0].kind === "unknown").length);
  });

  test("compares with an earlier run, which must be there", { timeout: 60_000 }, async () => {
    const words = ["evaluate", "--model", model, "--data", place.data, "--out", place.at("again")];
    const missing = await synthex(...words, "--compare", place.at("nowhere.json"));
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("nowhere.json");
    const same = await synthex(...words, "--compare", place.at("evaluated", "scores.json"));
    expect(same.code).toBe(0);
  });
});

test("synthex models lists what comes along, and asks for the recipe of a card where the model does not know it", async () => {
  const listed = await synthexJson<{ plans: string[] }>("models");
  expect(listed.plans).toEqual(expect.arrayContaining(["hip", "chest", "quick"]));
  const run = await synthex("models", "--card", model);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain("name it with --recipe");
});
