import { describe, expect, test } from "vitest";
import { alignedScores } from "../../src/evaluation/aligned-scores.ts";
import { compareRuns } from "../../src/evaluation/compare-runs.ts";
import { readScores, scoresToJson } from "../../src/evaluation/recorded-scores.ts";
import type { CaseScore } from "../../src/evaluation/score-case.ts";
import { summarise } from "../../src/evaluation/summarise.ts";
import { compared, missed } from "./picture.ts";

const NAMES = { structures: ["lung"], landmarks: ["carina", "apex"] };
const SCORES: CaseScore[] = [0.5, 0.75].map((dice, n) => ({
  name: `${n}`,
  subject: n === 0 ? undefined : "one",
  structures: [{ counts: { truePositive: 1, falsePositive: 2, falseNegative: 0, trueNegative: 4 }, dice }],
  overlaps: [1],
  landmarks: [compared(n + 2, 0.95, { mm: n === 0 ? undefined : 4 }), missed],
}));

describe("scores that were written and read", () => {
  const read = readScores(scoresToJson(SCORES, NAMES), "scores.json");

  test("say the same", () => {
    expect(read.names).toEqual(NAMES);
    // toEqual: what is undefined may be absent.
    expect(read.scores).toEqual(SCORES);
    expect(summarise(read.scores, NAMES)).toEqual(summarise(SCORES, NAMES));
  });

  test("do not differ from themselves", () => {
    expect(compareRuns(SCORES, read.scores, NAMES).dice).toMatchObject({ pairs: 2, difference: 0 });
  });

  test("are refused when they are something else, or damaged, and the file is named", () => {
    const text = scoresToJson(SCORES, NAMES);
    for (const [damaged, reason] of [
      [text.slice(0, -9), /run-1\/scores.json .* not JSON/],
      ["{}", /format/],
      [text.replace('"dice":0.5', '"dice":"good"'), /scores.0.structures.0.dice/],
      [text.replace('"overlaps":[1]', '"overlaps":[]'), /picture "0" has other structures/],
    ] as const)
      expect(() => readScores(damaged, "run-1/scores.json"), damaged.slice(0, 40)).toThrow(reason);
  });
});

test("scores of a run with other names are brought to one order by name", () => {
  const other = { structures: ["heart", "lung"], landmarks: ["apex"] };
  const [first] = alignedScores({ scores: SCORES, names: NAMES }, other);
  expect(first.structures.map(({ dice }) => dice)).toEqual([undefined, 0.5]);
  expect(first.overlaps).toEqual([0, 0, 0, 1]);
  expect(first.landmarks).toEqual([missed]);
  const back = alignedScores({ scores: [first], names: other }, NAMES);
  expect(back[0].structures).toEqual(SCORES[0].structures);
  expect(back[0].landmarks.map(({ kind }) => kind)).toEqual(["unknown", "missed"]);
});
