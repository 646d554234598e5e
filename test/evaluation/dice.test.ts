import { describe, expect, test } from "vitest";
import { countPixels } from "../../src/evaluation/pixel-counts.ts";
import { dice, pixelMetrics, PUBLISHED_EPSILON } from "../../src/evaluation/pixel-metrics.ts";

const counts = (
  truePositive: number,
  falsePositive: number,
  falseNegative: number,
  trueNegative: number,
) => ({
  truePositive,
  falsePositive,
  falseNegative,
  trueNegative,
});

/** A row of pixels as prediction or truth. */
const row = (...classes: number[]) => ({
  widthPx: classes.length,
  heightPx: 1,
  classes: Uint8Array.from(classes),
});
const masked = (...masks: (number[] | undefined)[]) => ({
  widthPx: 4,
  heightPx: 1,
  masks: masks.map((mask) => mask && Uint8Array.from(mask)) as Uint8Array[],
});

describe("pixels are counted", () => {
  test("once for each structure and once only", () => {
    const [first, second] = countPixels(row(0, 1, 1, 2, 2, 0), row(0, 1, 2, 2, 1, 1), 2);
    expect(first).toEqual(counts(1, 1, 2, 2));
    expect(second).toEqual(counts(1, 1, 1, 3));
  });

  test("not where nobody knows the truth", () => {
    const [one] = countPixels(row(1, 1, 0, 0), row(255, 1, 255, 1), 1);
    expect(one).toEqual(counts(1, 0, 1, 0));
  });

  test("in overlapping masks, and in masks against classes", () => {
    const masks = masked([1, 1, 0, 0], [0, 255, 1, 0]);
    expect(countPixels(masked([1, 1, 1, 0], [0, 1, 1, 0]), masks, 2)).toEqual([
      counts(2, 1, 0, 1),
      counts(1, 0, 0, 2),
    ]);
    expect(countPixels(row(1, 1, 2, 0), masks, 2)).toEqual([counts(2, 0, 0, 2), counts(1, 0, 0, 2)]);
  });

  test("not for a structure that was not annotated, nor for a picture without masks", () => {
    expect(countPixels(row(1, 2, 0, 0), masked([1, 0, 0, 0], undefined), 2)[1]).toBeUndefined();
    expect(countPixels(row(1), { widthPx: 1, heightPx: 1 }, 1)).toEqual([undefined]);
  });

  test("only between pictures of one size, of known classes, with as many masks as names", () => {
    expect(() => countPixels(row(1, 1), row(1), 1)).toThrow(/2 × 1 pixels and its truth 1 × 1/);
    expect(() => countPixels(row(0), row(3), 2)).toThrow(/the truth has class 3, but there are 2 structures/);
    expect(() => countPixels(row(255), row(2), 2)).toThrow(/the prediction has class 255/);
    expect(() => countPixels(masked([1, 0, 0, 0]), masked([1, 0, 0, 0], [1, 0, 0, 0]), 2)).toThrow(
      /1 masks for 2/,
    );
    expect(() => countPixels({ widthPx: 1, heightPx: 1 }, row(1), 1)).toThrow(/neither classes nor masks/);
  });
});

describe("Dice", () => {
  test("is 1 of a mask with itself, also of two empty ones, and 0 if only one is empty", () => {
    expect(dice(counts(7, 0, 0, 3))).toBe(1);
    expect(dice(counts(0, 0, 0, 10))).toBe(1);
    expect(dice(counts(0, 4, 0, 6))).toBe(0);
    expect(dice(counts(0, 0, 4, 6))).toBe(0);
  });

  test("of two squares that share a quarter of each is a quarter", () => {
    // 4 × 4 squares shifted by 2 and 2: 4 shared of 16 and 16.
    expect(dice(counts(4, 12, 12, 36))).toBe(0.25);
  });

  test("is F1, and does not depend on the size of the background", () => {
    for (const background of [0, 5, 5000])
      expect(pixelMetrics(counts(3, 2, 4, background)).f1).toBeCloseTo(dice(counts(3, 2, 4, background)), 15);
  });

  test("as published is 1 of empty masks and ε / (n + ε) if one is empty", () => {
    expect(dice(counts(0, 0, 0, 9), PUBLISHED_EPSILON)).toBe(1);
    expect(dice(counts(0, 5, 0, 4), PUBLISHED_EPSILON)).toBeCloseTo(1e-4 / 5.0001, 15);
  });
});

describe("ratios of counts", () => {
  test("are what their names say", () => {
    const metrics = pixelMetrics(counts(6, 2, 3, 9));
    expect(metrics.sensitivity).toBeCloseTo(6 / 9, 15);
    expect(metrics.specificity).toBeCloseTo(9 / 11, 15);
    expect(metrics.precision).toBeCloseTo(6 / 8, 15);
    expect(metrics.accuracy).toBeCloseTo(15 / 20, 15);
    expect(metrics.f1).toBeCloseTo(12 / 17, 15);
    // F2 = 5·TP / (5·TP + 4·FN + FP)
    expect(metrics.f2).toBeCloseTo(30 / 44, 15);
  });

  test("are unknown where they would be 0 / 0, and 1 there as published", () => {
    const nothing = pixelMetrics(counts(0, 0, 0, 8));
    expect([nothing.sensitivity, nothing.precision, nothing.f1]).toEqual([undefined, undefined, undefined]);
    expect(nothing.specificity).toBe(1);
    const published = pixelMetrics(counts(0, 0, 0, 8), PUBLISHED_EPSILON);
    expect([published.sensitivity, published.precision]).toEqual([1, 1]);
  });

  test("as published leave those of large masks as they are", () => {
    const [plain, published] = [0, PUBLISHED_EPSILON].map((epsilon) =>
      pixelMetrics(counts(600, 200, 300, 900), epsilon),
    );
    // ε of 1e-4 beside counts of 800 and more moves a count ratio by less than 1.3e-7, and ratios of ratios near 1 by 1e-4 at most.
    expect(published.sensitivity).toBeCloseTo(plain.sensitivity ?? Number.NaN, 6);
    expect(Math.abs((published.f1 ?? Number.NaN) - (plain.f1 ?? Number.NaN))).toBeLessThan(1e-4);
  });

  test("as published make F1 of a picture without any overlap 2, and F2 5: a defect of the published code", () => {
    // P = S = ε / 4,000.0001, and (1 + β²)(P·S + ε) / ((1 + β²)·P + ε) is (1 + β²) / (1 + (1 + β²) / 4,000) but for P·S / ε = 6e-12.
    const { f1, f2 } = pixelMetrics(counts(0, 4000, 4000, 9), PUBLISHED_EPSILON);
    expect(f1).toBeCloseTo(2 / (1 + 2 / 4000.0001), 9);
    expect(f2).toBeCloseTo(5 / (1 + 5 / 4000.0001), 9);
    // The ratios of counts have no such fault.
    expect(pixelMetrics(counts(0, 4000, 4000, 9))).toMatchObject({ f1: 0, f2: 0 });
  });

  test("as published are made of published precision and sensitivity", () => {
    const [p, s, e] = [6.0001 / 8.0001, 6.0001 / 9.0001, 1e-4];
    const { f1, f2 } = pixelMetrics(counts(6, 2, 3, 9), PUBLISHED_EPSILON);
    expect(f1).toBeCloseTo((2 * (p * s + e)) / (p + s + e), 14);
    expect(f2).toBeCloseTo((5 * (p * s + e)) / (4 * p + s + e), 14);
  });
});
