import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluationLimits } from "../../../src/evaluation/evaluation-limits.ts";
import { scoresToJson } from "../../../src/evaluation/recorded-scores.ts";
import { type CaseScore, scoreCase } from "../../../src/evaluation/score-case.ts";
import { summarise } from "../../../src/evaluation/summarise.ts";
import { writtenModelCard } from "../../../src/node/prediction/written-model-card.ts";
import { synthexJson } from "../../cli/run-synthex.ts";
import { square } from "../../evaluation/picture.ts";
import { tinyModel } from "../../prediction/tiny-model.ts";

const NAMES = { structures: ["hip_left", "hip_right"], landmarks: ["FH-l", "FH-r"] };
const SIDE = 24;

/** Six pictures: the left hip is met, the right one missed; one femoral head is found, the other is not. */
const scores: CaseScore[] = Array.from({ length: 6 }, (_, n) => {
  const [known, found] = [new Uint8Array(SIDE * SIDE), new Uint8Array(SIDE * SIDE)];
  square(known, SIDE, { left: 2, top: 2, side: 8, value: 1 });
  square(found, SIDE, { left: 2, top: 2, side: 8, value: 1 });
  square(known, SIDE, { left: 14, top: 2, side: 8, value: 2 });
  square(found, SIDE, { left: 14, top: 14, side: 8, value: 2 });
  const size = { widthPx: SIDE, heightPx: SIDE };
  const at = { x: 6, y: 6 };
  return scoreCase(
    {
      name: `p${n}`,
      prediction: {
        ...size,
        classes: found,
        landmarks: [
          { ...at, peak: 1, ncc: 0.95 },
          { ...at, peak: 1, ncc: 0.2 },
        ],
      },
      truth: { ...size, classes: known, landmarks: [at, at], pixelPitchMm: 1 },
    },
    NAMES,
  );
});

let folder: string;
let model: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "synthex-card-"));
  model = join(folder, "tiny.onnx");
  writeFileSync(model, tinyModel());
  mkdirSync(join(folder, "evaluation"));
  writeFileSync(join(folder, "evaluation", "scores.json"), scoresToJson(scores, NAMES));
  writeFileSync(
    join(folder, "notes.yaml"),
    [
      "licence: CC0-1.0",
      "limits: [Metal was never seen.]",
      "evaluations: { Cadavers: { licence: MIT, note: Every tenth frame. } }",
    ].join("\n"),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a card", () => {
  test("tells of the file, the licences of the recipe and the evaluations", async () => {
    const card = await writtenModelCard({
      model,
      evaluations: [`Cadavers=${join(folder, "evaluation")}`],
      notes: join(folder, "notes.yaml"),
    });
    const bytes = readFileSync(model);
    for (const words of [
      "# tiny\n",
      `tiny.onnx, ${(bytes.length / 1e6).toFixed(2)} MB`,
      createHash("sha256").update(bytes).digest("hex"),
      "CC0-1.0",
      "| pelvis_abdomen_ts | training | pelvis_abdomen_ts_ct.nii.gz | Apache-2.0 (TotalSegmentator's example) |",
      "U-Net, 4-6-8 channels, group normalisation",
      "10 mm a pixel of the square",
      "## Evaluation on Cadavers",
      "6 pictures of 6 subjects, MIT. Every tenth frame.",
      "| hip_left | 6 | 1.000 ±",
      "- Metal was never seen.",
      "On Cadavers, Dice is below 0.8 for hip_right (0.00).",
      "On Cadavers, fewer than half are found of FH-r (0 of 6).",
    ])
      expect(card).toContain(words);
    expect(card).not.toMatch(/NaN|undefined/);
    expect(card).not.toContain(folder);
    // A plan of another name than those that come along cannot be trained by name.
    expect(card).not.toContain("synthex train");
  });

  test("is written by the command", async () => {
    const out = join(folder, "tiny.md");
    const told = await synthexJson("models", "--card", model, "--out", out);
    expect(readFileSync(out, "utf8")).toBe(told.card);
    expect(told.card).toContain("| Licence of the weights | not stated |");
  });

  test("of a shipped plan names the commands that train it", async () => {
    const path = join(folder, "hip.onnx");
    writeFileSync(path, tinyModel({ plan: { name: "hip" } }));
    expect(await writtenModelCard({ model: path, evaluations: [] })).toContain(
      "synthex train hip --data data/hip --out runs/hip --seed 0 --steps 12",
    );
  });

  test("is refused where what it needs is not there", async () => {
    const orphan = join(folder, "orphan.onnx");
    writeFileSync(orphan, tinyModel({ plan: { recipe: undefined } }));
    const codeOf = (options: Partial<Parameters<typeof writtenModelCard>[0]>): Promise<unknown> =>
      writtenModelCard({ model, evaluations: [], ...options }).catch(({ code }: { code: unknown }) => code);
    expect(await codeOf({ model: orphan })).toBe("model-card");
    expect(await codeOf({ model: orphan, recipe: "hip" })).toContain("# tiny");
    expect(await codeOf({ evaluations: [folder] })).toBe("card-evaluation-missing");
    expect(await codeOf({ model: join(folder, "none.onnx") })).toBe("model-missing");
    writeFileSync(join(folder, "wrong.yaml"), "license: MIT");
    expect(await codeOf({ notes: join(folder, "wrong.yaml") })).toBe("card-notes-invalid");
  });
});

test("structures that are met and landmarks that are found are no limits; nor is what was hardly seen", () => {
  const good = { structures: NAMES.structures.slice(0, 1), landmarks: NAMES.landmarks.slice(0, 1) };
  const of = (few: readonly CaseScore[]): string[] =>
    evaluationLimits(
      "some",
      summarise(
        few.map((score) => ({
          ...score,
          structures: score.structures.slice(0, 1),
          landmarks: score.landmarks.slice(0, 1),
        })),
        good,
      ),
    );
  expect(of(scores)).toEqual([]);
  expect(evaluationLimits("some", summarise(scores, NAMES))).toHaveLength(2);
  expect(evaluationLimits("some", summarise(scores.slice(0, 4), NAMES))).toEqual([]);
});
