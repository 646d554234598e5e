import { describe, expect, test } from "vitest";
import {
  activationCurve,
  errorAtActivation,
  PUBLISHED_THRESHOLDS,
} from "../../src/evaluation/activation-curve.ts";
import { activationInterval } from "../../src/evaluation/activation-interval.ts";
import type { LandmarkScore } from "../../src/evaluation/score-case.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { compared, missed } from "./picture.ts";

/** n landmarks: the k-th has the correlation (k + ½) / n and an error that falls as its correlation rises. */
const ramp = (n: number): LandmarkScore[] =>
  Array.from({ length: n }, (_, k) => compared(n - k, (k + 0.5) / n));

describe("the activation curve", () => {
  test("has the twenty published thresholds", () => {
    expect(PUBLISHED_THRESHOLDS).toHaveLength(20);
    expect(PUBLISHED_THRESHOLDS.toSorted((a, b) => a - b)).toEqual([...PUBLISHED_THRESHOLDS]);
    expect(activationCurve(ramp(10)).points).toHaveLength(20);
  });

  test("counts what reaches a threshold, over all landmarks in the pictures", () => {
    const curve = activationCurve([...ramp(10), missed, missed], { thresholds: [0, 0.5, 0.8, 0.99] });
    expect(curve.visible).toBe(12);
    expect(curve.points.map(({ count }) => count)).toEqual([10, 5, 2, 0]);
    expect(curve.points[0].activated).toBeCloseTo(10 / 12, 15);
    // Errors of the best five are 5, 4, 3, 2, 1.
    expect(curve.points[1].meanError).toBe(3);
    expect(curve.points[1].sd).toBeCloseTo(Math.sqrt(2.5), 15);
    expect(curve.points[3].meanError).toBeNaN();
  });

  test("never rises with the threshold, whatever the scores", () => {
    const random = randomStream(sampleKey(1, 0, "curve"));
    for (let trial = 0; trial < 20; trial++) {
      const scores = Array.from({ length: 30 }, () =>
        random.uniform() < 0.1 ? missed : compared(random.uniformIn(0, 30), random.uniformIn(-0.2, 1)),
      );
      const shares = activationCurve(scores).points.map(({ activated }) => activated);
      for (let n = 1; n < shares.length; n++) expect(shares[n]).toBeLessThanOrEqual(shares[n - 1]);
    }
  });

  test("of perfect heat-maps stands at 100 % and no error", () => {
    const curve = activationCurve([compared(0, 1), compared(0, 1)]);
    for (const point of curve.points) expect(point).toMatchObject({ activated: 1, meanError: 0 });
    expect(errorAtActivation(curve)).toMatchObject({ kind: "above", error: 0 });
  });

  test("does not see landmarks that are not in the picture or not annotated", () => {
    const candidate = { x: 1, y: 1, peak: 1, ncc: 1 };
    const extra: LandmarkScore[] = [
      { kind: "absent", candidate },
      { kind: "unknown", candidate },
    ];
    expect(activationCurve([...ramp(10), ...extra])).toEqual(activationCurve(ramp(10)));
  });

  test("is in pixels as soon as one picture has no pixel pitch", () => {
    const scores = [compared(2, 0.95), compared(4, 0.95, { mm: undefined })];
    expect(activationCurve(scores)).toMatchObject({ unit: "px" });
    expect(activationCurve([compared(2, 0.95, { mm: 6 })]).points[0]).toMatchObject({ meanError: 6 });
  });

  test("sweeps peaks for rule 2", () => {
    const scores = [compared(1, 0, { peak: 0.9 }), compared(2, 0, { peak: 0.3 })];
    const { points } = activationCurve(scores, { kind: "peak", thresholds: [0.1, 0.5] });
    expect(points.map(({ count }) => count)).toEqual([2, 1]);
  });
});

describe("the error at 90 %", () => {
  test("lies linearly between the two neighbouring thresholds", () => {
    // Twenty landmarks: at 0.5 all count, mean 10.5; at 0.9 fifteen, mean 8. 90 % is 2/5 of the way from 100 % to 75 %.
    const scores = Array.from({ length: 20 }, (_, k) => compared(k + 1, k < 15 ? 0.93 : 0.6));
    const curve = activationCurve(scores, { thresholds: [0.5, 0.9] });
    expect(curve.points.map(({ meanError }) => meanError)).toEqual([10.5, 8]);
    const readOut = errorAtActivation(curve);
    expect(readOut.kind).toBe("reached");
    expect("error" in readOut && readOut.error).toBeCloseTo(10.5 - 0.4 * 2.5, 12);
    expect("error" in readOut && readOut.threshold).toBeCloseTo(0.5 + 0.4 * 0.4, 12);
  });

  test("is the point's own where a threshold keeps exactly that share", () => {
    const scores = Array.from({ length: 10 }, (_, k) => compared(k, k === 9 ? 0.2 : 0.95));
    expect(errorAtActivation(activationCurve(scores))).toMatchObject({ kind: "reached", error: 4 });
  });

  test("is not given where too few are ever found, and the share is told", () => {
    const scores = [...Array.from({ length: 8 }, () => compared(1, 0.99)), missed, missed];
    expect(errorAtActivation(activationCurve(scores))).toEqual({ kind: "not-reached", highest: 0.8 });
    expect(errorAtActivation(activationCurve(scores), 0.8)).toMatchObject({ error: 1 });
  });

  test("is not given without landmarks", () => {
    expect(errorAtActivation(activationCurve([]))).toEqual({ kind: "nothing" });
  });

  test("is that of the last threshold with landmarks where the next one has none", () => {
    const scores = Array.from({ length: 10 }, () => compared(3, 0.98));
    // At 0.98 all, at 0.99 none: nothing lies between.
    expect(errorAtActivation(activationCurve(scores))).toMatchObject({
      kind: "above",
      error: 3,
      threshold: 0.98,
    });
  });

  test("has an interval that holds it, and that shrinks with the root of pictures", () => {
    const random = randomStream(sampleKey(2, 0, "curve"));
    const picture = (): LandmarkScore[] =>
      Array.from({ length: 4 }, () => compared(Math.abs(6 + 3 * random.normal()), random.uniformIn(0.3, 1)));
    const few = Array.from({ length: 50 }, picture);
    const many = Array.from({ length: 800 }, picture);
    const options = { kind: "correlation", unit: "mm", activation: 0.9 } as const;
    const [a, b] = [few, many].map((clusters) => {
      const readOut = errorAtActivation(activationCurve(clusters.flat()));
      const interval = activationInterval(clusters, options);
      if (!interval || !("error" in readOut)) throw new Error("no read-out");
      expect(interval.low).toBeLessThan(readOut.error);
      expect(interval.high).toBeGreaterThan(readOut.error);
      return interval.high - interval.low;
    });
    // √(800 / 50) = 4; the width of 50 pictures' interval scatters by about a tenth (deviation of a deviation, 1/√(2·50)).
    expect(a / b).toBeGreaterThan(2.8);
    expect(a / b).toBeLessThan(5.6);
  });
});
