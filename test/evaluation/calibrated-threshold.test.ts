import { describe, expect, test } from "vitest";
import { calibratedThreshold } from "../../src/evaluation/calibrated-threshold.ts";

const judged = (right: readonly number[], wrong: readonly number[]) => [
  ...right.map((confidence) => ({ confidence, isRight: true })),
  ...wrong.map((confidence) => ({ confidence, isRight: false })),
];

describe("the threshold from which a candidate is believed", () => {
  test("lies at the least sure right one where right and wrong are apart", () => {
    expect(calibratedThreshold(judged([0.7, 0.9, 0.6], [0.2, 0.5]))).toBe(0.6);
  });

  test("has the largest share of right ones less that of wrong ones", () => {
    // At 0.8: 2/4 − 0/2; at 0.6: 3/4 − 1/2; at 0.3: 4/4 − 1/2, as much as at 0.8: the lower is taken.
    expect(calibratedThreshold(judged([0.9, 0.8, 0.6, 0.3], [0.7, 0.1]))).toBe(0.3);
    // With one more wrong one above 0.3 it no longer is.
    expect(calibratedThreshold(judged([0.9, 0.8, 0.6, 0.3], [0.7, 0.4, 0.1]))).toBe(0.8);
  });

  test("does not part equal confidences", () => {
    expect(calibratedThreshold(judged([0.5, 0.5, 0.9], [0.5, 0.5]))).toBe(0.9);
  });

  test("lets all pass where nothing is wrong, and is not there where nothing is right", () => {
    expect(calibratedThreshold(judged([0.4, 0.9], []))).toBe(0.4);
    expect(calibratedThreshold(judged([], [0.3]))).toBeUndefined();
    expect(calibratedThreshold([])).toBeUndefined();
  });
});
