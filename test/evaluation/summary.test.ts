import { describe, expect, test } from "vitest";
import { findLandmarks } from "../../src/evaluation/find-landmarks.ts";
import { idealHeatMap } from "../../src/evaluation/ideal-heat-map.ts";
import { type CaseScore, type EvaluationCase, scoreCase } from "../../src/evaluation/score-case.ts";
import { summarise } from "../../src/evaluation/summarise.ts";
import { withToolRule } from "../../src/evaluation/tool-rule.ts";
import type { Truth } from "../../src/evaluation/truth.ts";
import { compared, missed, square } from "./picture.ts";

const WIDTH = 60;
const SIZE = { widthPx: WIDTH, heightPx: WIDTH };
const NAMES = { structures: ["hip_left", "hip_right"], landmarks: ["FH-l", "FH-r"] };

const classesOf = (...squares: { left: number; top: number; side: number; value: number }[]): Uint8Array => {
  const classes = new Uint8Array(WIDTH * WIDTH);
  for (const one of squares) square(classes, WIDTH, one);
  return classes;
};

const RIGHT_HIP = { left: 4, top: 10, side: 20, value: 2 };
const LEFT_HIP = { left: 36, top: 10, side: 20, value: 1 };

function perfect(name: string, truth: Partial<Truth> = {}): EvaluationCase {
  const classes = classesOf(LEFT_HIP, RIGHT_HIP);
  const landmarks = [
    { x: 45, y: 20 },
    { x: 14, y: 22 },
  ];
  const heatMaps = new Float32Array(2 * WIDTH * WIDTH);
  for (const [n, centre] of landmarks.entries())
    heatMaps.set(idealHeatMap(SIZE, centre, 2.5), n * WIDTH * WIDTH);
  const found = findLandmarks({ ...SIZE, classes, heatMaps }, { sigmaPx: 2.5, structures: [0, 1] });
  return {
    name,
    prediction: { ...SIZE, classes, landmarks: found },
    truth: { ...SIZE, classes, landmarks, pixelPitchMm: 0.776, ...truth },
  };
}

describe("a perfect prediction", () => {
  const summary = summarise([scoreCase(perfect("a"), NAMES), scoreCase(perfect("b"), NAMES)], NAMES);

  test("has Dice 1, finds all landmarks and has no error", () => {
    expect(summary.dice).toMatchObject({
      mean: 1,
      meanOfStructures: 1,
      perStructure: { hip_left: 1, hip_right: 1 },
    });
    expect(summary.landmarks).toMatchObject({
      meanMm: 0,
      at90: 0,
      perLandmark: { "FH-l": 0, "FH-r": 0 },
      unit: "mm",
    });
    expect(summary.landmarks.all).toMatchObject({ visible: 4, found: 4, absent: 0, falseAlarms: 0 });
    for (const { pixels } of summary.dice.structures)
      for (const statistics of Object.values(pixels)) expect(statistics.mean).toBe(1);
  });

  test("has the fixed keys in JSON, and no number that JSON does not know", () => {
    const json = JSON.parse(JSON.stringify(summary)) as Record<string, Record<string, unknown>>;
    expect(Object.keys(json["dice"])).toEqual(expect.arrayContaining(["mean", "perStructure"]));
    expect(Object.keys(json["landmarks"])).toEqual(expect.arrayContaining(["meanMm", "at90", "perLandmark"]));
    expect(JSON.stringify(summary)).not.toMatch(/NaN|Infinity/);
  });
});

describe("landmark errors", () => {
  test("are distances in pixels, mm at the detector and mm in the patient", () => {
    const one = perfect("a", { magnification: 1.25, landmarks: [{ x: 48, y: 24 }, undefined] });
    const [left, right] = scoreCase(one, NAMES).landmarks;
    // 3 and 4 pixels make 5.
    expect(left).toMatchObject({ kind: "compared", errorPx: 5 });
    expect(left.kind === "compared" && left.errorMm).toBeCloseTo(5 * 0.776, 12);
    expect(left.kind === "compared" && left.demagnifiedMm).toBeCloseTo((5 * 0.776) / 1.25, 12);
    expect(right.kind).toBe("absent");
    expect(summarise([scoreCase(one, NAMES)], NAMES).landmarks.all).toMatchObject({
      absent: 1,
      falseAlarms: 1,
    });
  });

  test("without a pixel pitch are in pixels only", () => {
    const { truth, ...rest } = perfect("a", { landmarks: [{ x: 48, y: 24 }, "unknown"] });
    const { pixelPitchMm: _, ...unscaled } = truth;
    const { landmarks } = summarise([scoreCase({ ...rest, truth: unscaled }, NAMES)], NAMES);
    expect(landmarks).toMatchObject({ meanMm: null, meanPx: 5, unit: "px", at90: 5 });
    expect(landmarks.perLandmark).toEqual({ "FH-l": 5, "FH-r": null });
  });

  test("on the border do not count, as published", () => {
    const one = perfect("a", {
      landmarks: [
        { x: 0, y: 20 },
        { x: 14, y: 22 },
      ],
    });
    expect(scoreCase(one, NAMES).landmarks.map(({ kind }) => kind)).toEqual(["absent", "compared"]);
    expect(scoreCase(one, NAMES, { strictlyInside: false }).landmarks[0].kind).toBe("compared");
  });

  test("of landmarks that nobody annotated are not there", () => {
    const { landmarks: _, ...truth } = perfect("a").truth;
    const score = scoreCase({ ...perfect("a"), truth }, NAMES);
    expect(score.landmarks.map(({ kind }) => kind)).toEqual(["unknown", "unknown"]);
    expect(summarise([score], NAMES).landmarks).toMatchObject({ meanMm: null, at90: null });
  });

  test("of another number than names are refused", () => {
    expect(() => scoreCase(perfect("a"), { ...NAMES, landmarks: ["FH-l"] })).toThrow(
      /2 landmarks, but 1 are named/,
    );
  });
});

describe("Dice of several pictures", () => {
  const half = { ...RIGHT_HIP, side: 20 };
  /** The right hip is found half: 10 of its 20 rows. */
  const halfFound = (name: string, subject?: string): EvaluationCase => {
    const one = perfect(name);
    const classes = classesOf(LEFT_HIP, half);
    for (let v = half.top + 10; v < half.top + 20; v++)
      classes.fill(0, v * WIDTH + half.left, v * WIDTH + half.left + 20);
    return { ...one, ...(subject ? { subject } : {}), prediction: { ...one.prediction, classes } };
  };

  test("is averaged over all structures of all pictures, and by structure", () => {
    const scores = [perfect("a"), halfFound("b")].map((one) => scoreCase(one, NAMES));
    const { dice } = summarise(scores, NAMES);
    // 2 · 200 / (200 + 400)
    expect(dice.perStructure["hip_right"]).toBeCloseTo((1 + 2 / 3) / 2, 15);
    expect(dice.mean).toBeCloseTo((3 + 2 / 3) / 4, 15);
    expect(dice.all.count).toBe(4);
  });

  test("leaves out structures that are hardly there, if asked", () => {
    const one = perfect("a");
    const truth = { ...one.truth, classes: classesOf(LEFT_HIP, { ...RIGHT_HIP, side: 4 }) };
    const strict = scoreCase({ ...one, truth }, NAMES, { minimumTruthPx: 20 });
    expect(strict.structures.map(({ dice }) => dice)).toEqual([1, undefined]);
    const { dice } = summarise([strict], NAMES);
    expect(dice).toMatchObject({ mean: 1, perStructure: { hip_left: 1, hip_right: null } });
    expect(scoreCase({ ...one, truth }, NAMES).structures[1].dice).toBeCloseTo(32 / 416, 15);
  });

  test("knows that pictures of one subject are not independent", () => {
    const scores = [perfect("a"), perfect("b"), halfFound("c"), halfFound("d")].map((one, n) =>
      scoreCase({ ...one, subject: n < 2 ? "first" : "second" }, NAMES),
    );
    const { dice, subjects } = summarise(scores, NAMES);
    expect(subjects).toBe(2);
    // Two subjects of Dice 1 and 5/6: drawn anew, a quarter of the repetitions has only the one, a quarter only the other.
    expect(dice.bySubject?.low).toBeCloseTo(5 / 6, 12);
    expect(dice.bySubject?.high).toBeCloseTo(1, 12);
    expect(dice.byPicture?.low).toBeGreaterThanOrEqual(5 / 6 - 1e-12);
  });

  test("tells pixels that were taken for another structure", () => {
    const one = perfect("a");
    const exchanged = Uint8Array.from(one.truth.classes as Uint8Array, (value) =>
      value === 0 ? 0 : 3 - value,
    );
    const score = scoreCase({ ...one, prediction: { ...one.prediction, classes: exchanged } }, NAMES);
    expect(score.overlaps).toEqual([0, 400, 400, 0]);
    const masks = [1, 2].map((value) => Uint8Array.from(exchanged, (pixel) => (pixel === value ? 1 : 0)));
    expect(scoreCase({ ...one, prediction: { ...SIZE, masks } }, NAMES).overlaps).toEqual(score.overlaps);
  });
});

describe("the rule of tools", () => {
  const score = (landmarks: CaseScore["landmarks"]): CaseScore => ({
    name: "tool",
    subject: undefined,
    structures: [],
    overlaps: [],
    landmarks,
  });
  const kinds = (landmarks: CaseScore["landmarks"]): string[] =>
    withToolRule(score(landmarks)).landmarks.map(({ kind }) => kind);

  test("keeps pictures whose detections are as far apart as the tool allows", () => {
    // Candidates lie at x = 50 + error; 0.58 mm a pixel: 15 mm are 25.9 pixels, 200 mm 344.8.
    for (const [apart, kept] of [
      [25, false],
      [26, true],
      [344, true],
      [345, false],
    ] as const)
      expect(kinds([compared(0, 1), compared(apart, 1)]), `${apart} pixels`).toEqual(
        new Array(2).fill(kept ? "compared" : "unknown"),
      );
  });

  test("drops pictures in which a landmark is not, or was not found", () => {
    expect(kinds([compared(0, 1), { kind: "absent", candidate: undefined }])).toEqual(["unknown", "unknown"]);
    expect(kinds([compared(0, 1), missed])).toEqual(["unknown", "unknown"]);
  });
});
