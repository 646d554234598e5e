import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countOverlaps, countPixels } from "../../src/evaluation/pixel-counts.ts";
import { dice, pixelMetrics } from "../../src/evaluation/pixel-metrics.ts";

const STRUCTURES = 3;
const SIZE = { widthPx: 6, heightPx: 5 };
const pixels = fc.uint8Array({ min: 0, max: STRUCTURES, minLength: 30, maxLength: 30 });
/** Some pixels are unknown. */
const truths = fc
  .tuple(pixels, fc.uint8Array({ minLength: 30, maxLength: 30 }))
  .map(([classes, unknown]) => classes.map((value, n) => (unknown[n] < 40 ? 255 : value)));

const maskOf = (classes: Uint8Array, structure: number): Uint8Array =>
  classes.map((value) => (value === 255 ? 255 : value === structure + 1 ? 1 : 0));

describe("whatever is predicted and true", () => {
  test("every known pixel is counted once for each structure", () => {
    fc.assert(
      fc.property(pixels, truths, (classes, truth) => {
        const known = truth.filter((value) => value !== 255).length;
        for (const counts of countPixels({ ...SIZE, classes }, { ...SIZE, classes: truth }, STRUCTURES))
          expect(Object.values(counts ?? {}).reduce((a: number, b: number) => a + b, 0)).toBe(known);
      }),
    );
  });

  test("masks are counted as the classes that they are made of", () => {
    fc.assert(
      fc.property(pixels, truths, (classes, truth) => {
        const structures = Array.from({ length: STRUCTURES }, (_, n) => n);
        const masks = structures.map((n) => maskOf(classes, n));
        const trueMasks = structures.map((n) => maskOf(truth, n));
        const asClasses = [{ ...SIZE, classes }, { ...SIZE, classes: truth }, STRUCTURES] as const;
        const asMasks = [{ ...SIZE, masks }, { ...SIZE, masks: trueMasks }, STRUCTURES] as const;
        expect(countPixels(...asMasks)).toEqual(countPixels(...asClasses));
        expect(countOverlaps(...asMasks)).toEqual(countOverlaps(...asClasses));
      }),
    );
  });

  test("the diagonal of the overlaps is what is right", () => {
    fc.assert(
      fc.property(pixels, truths, (classes, truth) => {
        const both = [{ ...SIZE, classes }, { ...SIZE, classes: truth }, STRUCTURES] as const;
        const overlaps = countOverlaps(...both);
        for (const [n, counts] of countPixels(...both).entries()) {
          expect(overlaps[n * STRUCTURES + n]).toBe(counts?.truePositive);
          const row = overlaps.subarray(n * STRUCTURES, (n + 1) * STRUCTURES).reduce((a, b) => a + b, 0);
          expect(row).toBeLessThanOrEqual((counts?.truePositive ?? 0) + (counts?.falseNegative ?? 0));
        }
      }),
    );
  });

  test("Dice lies within 0 and 1 and does not see which side is the truth; precision and sensitivity change places", () => {
    fc.assert(
      fc.property(pixels, pixels, (a, b) => {
        const [there, back] = [
          [a, b],
          [b, a],
        ].map(([classes, truth]) =>
          countPixels({ ...SIZE, classes }, { ...SIZE, classes: truth }, STRUCTURES),
        );
        for (const [n, counts] of there.entries()) {
          const other = back[n];
          if (!counts || !other) throw new Error("not counted");
          expect(dice(counts)).toBe(dice(other));
          expect(dice(counts)).toBeGreaterThanOrEqual(0);
          expect(dice(counts)).toBeLessThanOrEqual(1);
          expect(pixelMetrics(counts).precision).toBe(pixelMetrics(other).sensitivity);
        }
      }),
    );
  });
});
