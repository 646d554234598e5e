import { describe, expect, test } from "vitest";
import { chosenPictures } from "../../src/evaluation/chosen-pictures.ts";
import { evaluationFindings } from "../../src/evaluation/findings/evaluation-findings.ts";
import { otherSide, sidePairs } from "../../src/evaluation/other-side.ts";
import type { DetectedLandmark } from "../../src/evaluation/prediction.ts";
import { type CaseScore, scoreCase } from "../../src/evaluation/score-case.ts";
import { summarise } from "../../src/evaluation/summarise.ts";
import { square } from "./picture.ts";

const WIDTH = 60;
const SIZE = { widthPx: WIDTH, heightPx: WIDTH };
const NAMES = { structures: ["hip_left", "hip_right", "sacrum"], landmarks: ["FH-l", "FH-r"] };
const TRUE_LANDMARKS = [
  { x: 45, y: 20 },
  { x: 14, y: 20 },
];

/** Left hip, right hip and sacrum; `names` says which class each is given. */
function classes([left, right, sacrum]: readonly [number, number, number]): Uint8Array {
  const pixels = new Uint8Array(WIDTH * WIDTH);
  square(pixels, WIDTH, { left: 36, top: 10, side: 20, value: left });
  square(pixels, WIDTH, { left: 4, top: 10, side: 20, value: right });
  square(pixels, WIDTH, { left: 26, top: 40, side: 10, value: sacrum });
  return pixels;
}

const seen = (x: number, y: number): DetectedLandmark => ({ x, y, peak: 1, ncc: 0.99 });

function score(
  name: string,
  predicted: readonly [number, number, number],
  landmarks: readonly (DetectedLandmark | undefined)[] = TRUE_LANDMARKS.map(({ x, y }) => seen(x, y)),
): CaseScore {
  return scoreCase(
    {
      name,
      subject: `subject of ${name}`,
      prediction: { ...SIZE, classes: classes(predicted), landmarks },
      truth: { ...SIZE, classes: classes([1, 2, 3]), landmarks: TRUE_LANDMARKS, pixelPitchMm: 1 },
    },
    NAMES,
  );
}

function findingsOf(...scores: readonly CaseScore[]): Map<string, string> {
  const findings = evaluationFindings(summarise(scores, NAMES), scores, NAMES);
  return new Map(findings.map(({ code, severity, message }) => [code, `${severity}: ${message}`]));
}

const GOOD = [1, 2, 3] as const;
const good = (count: number): CaseScore[] =>
  Array.from({ length: count }, (_, n) => score(`good ${n}`, GOOD));

describe("findings", () => {
  test("are none of a good network on many people", () => {
    expect([...findingsOf(...good(12))]).toEqual([]);
  });

  test("tell a structure that is never predicted", () => {
    const lost = Array.from({ length: 12 }, (_, n) => score(`${n}`, [1, 2, 0]));
    expect(findingsOf(...lost).get("structure-never-predicted")).toBe(
      "error: sacrum is never predicted, though it is in 12 pictures.",
    );
  });

  test("tell left and right exchanged, of structures and of landmarks, in which pictures", () => {
    const turned = score("turned", [2, 1, 3], [seen(14, 21), seen(44, 20)]);
    const findings = findingsOf(...good(12), turned);
    expect(findings.get("sides-exchanged-structures")).toBe(
      "warning: Left and right structures are exchanged in 1 of 13 pictures: turned.",
    );
    expect(findings.get("sides-exchanged-landmarks")).toBe(
      "warning: Left and right landmarks are exchanged in 1 of 13 pictures: turned.",
    );
    expect(findingsOf(turned).get("sides-exchanged-structures")).toMatch(/^error/);
  });

  test("tell a picture of another body part, and a whole set of them", () => {
    const skull = score("skull", [0, 0, 0]);
    expect(findingsOf(...good(12), skull).get("nearly-nothing-found")).toMatch(
      /^warning: .*1 of 13 pictures.*skull/,
    );
    expect(findingsOf(skull, skull).get("no-agreement")).toMatch(/^error: .*another body part/);
  });

  test("tell what is taken for something else, by its share", () => {
    const mixed = Array.from({ length: 12 }, (_, n) => score(`${n}`, n < 3 ? [1, 2, 2] : GOOD));
    expect(findingsOf(...mixed).get("taken-for-another")).toBe(
      "info: 25 % of the pixels of sacrum are called hip_right.",
    );
  });

  test("tell landmarks that are never found, and that 90 % are out of reach", () => {
    const blind = Array.from({ length: 12 }, (_, n) => score(`${n}`, GOOD, [seen(45, 20), undefined]));
    const findings = findingsOf(...blind);
    expect(findings.get("landmark-never-found")).toBe("warning: Never found, though in the pictures: FH-r.");
    expect(findings.get("activation-not-reached")).toMatch(/at most 50.0 %/);
  });

  test("tell pictures of one subject, and few pictures", () => {
    const one = good(12).map((each) => ({ ...each, subject: "17-1882" }));
    expect(findingsOf(...one).get("one-subject")).toMatch(/All 12 pictures are of one subject/);
    expect(findingsOf(...good(3)).has("few-pictures")).toBe(true);
  });
});

describe("the other side", () => {
  test.each([
    ["hip_left", "hip_right"],
    ["FH-l", "FH-r"],
    ["Left lung", "Right lung"],
    ["left_femur", "right_femur"],
    ["ASIS_R", "ASIS_L"],
    ["l_femur", "r_femur"],
  ])("of %s is %s, and back", (one, other) => {
    expect(otherSide(one)).toBe(other);
    expect(otherSide(other)).toBe(one);
  });

  test.each(["sacrum", "vertebra L5", "cleft", "bright", "heart"])("of %s there is none", (name) => {
    expect(otherSide(name)).toBeUndefined();
  });

  test("is looked for among the names", () => {
    expect(sidePairs(["lung_right", "heart", "lung_left", "rib_left"])).toEqual([[0, 2]]);
  });
});

describe("the pictures that are shown", () => {
  const ranked = (count: number): CaseScore[] =>
    Array.from({ length: count }, (_, n) => ({
      name: `${n}`,
      subject: undefined,
      structures: [{ counts: undefined, dice: n / 100 }],
      overlaps: [0],
      landmarks: [],
    }));

  test("are the best, the middle and the worst, in order", () => {
    const shown = chosenPictures(ranked(11), 2).map(({ score: { name }, rank }) => `${rank} ${name}`);
    expect(shown).toEqual(["best 10", "best 9", "median 5", "median 4", "worst 1", "worst 0"]);
  });

  test("are each shown once, however few there are", () => {
    for (const count of [0, 1, 2, 3, 5, 8]) {
      const names = chosenPictures(ranked(count), 3).map((picture) => picture.score.name);
      expect(names).toHaveLength(Math.min(count, 9));
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("are ordered by landmark error where there are no structures", () => {
    const scores = good(2).map((each, n) => ({
      ...each,
      name: `${n}`,
      structures: [],
      landmarks: each.landmarks.map((landmark) => ({ ...landmark, errorPx: 5 - n })),
    })) as CaseScore[];
    expect(chosenPictures(scores, 1).map(({ score: { name }, value }) => [name, value])).toEqual([
      ["1", 4],
      ["0", 5],
    ]);
  });
});
