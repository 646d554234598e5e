import { describe, expect, test } from "vitest";
import {
  directionDistribution,
  drawDirection,
  drawIndex,
  drawScalar,
  scalarDistribution,
  type ScalarDistribution,
  scalarWithin,
} from "../../src/dataset/distribution.ts";
import { dot, norm } from "../../src/geometry/vector.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";

const COUNT = 20_000;
const stream = (effect: string) => randomStream(sampleKey(7, 0, effect));
const draws = (distribution: ScalarDistribution, effect: string): number[] => {
  const random = stream(effect);
  return Array.from({ length: COUNT }, () => drawScalar(distribution, random));
};
/**
 * Kolmogorov–Smirnov: sup |F_n − F| < 2.2/√n holds but once in 16,000 seeds (2 e^(−2 · 2.2²)); these seeds are fixed, so a right
 * sampler never fails.
 */
function farthest(values: number[], cumulative: (x: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(
    ...sorted.map((value, n) =>
      Math.max(
        Math.abs((n + 1) / sorted.length - cumulative(value)),
        Math.abs(n / sorted.length - cumulative(value)),
      ),
    ),
  );
}
const LIMIT = 2.2 / Math.sqrt(COUNT);
/** Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7. */
function normalCumulative(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const polynomial =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const half = 0.5 * polynomial * Math.exp((-z * z) / 2);
  return z >= 0 ? 1 - half : half;
}

describe("numbers that are drawn", () => {
  test("a constant is always itself", () => {
    expect(new Set(draws(4.5, "constant"))).toEqual(new Set([4.5]));
  });

  test("uniform: the distribution function is a ramp between the limits", () => {
    expect(farthest(draws({ uniform: [-50, 30] }, "uniform"), (x) => (x + 50) / 80)).toBeLessThan(LIMIT);
  });

  test("normal: the distribution function is that of mean and standard deviation", () => {
    const values = draws({ normal: { mean: 3, sd: 2 } }, "normal");
    expect(farthest(values, (x) => normalCumulative((x - 3) / 2))).toBeLessThan(LIMIT);
  });

  test("truncated normal: nothing outside the limits, and the normal's shape between them", () => {
    const values = draws({ truncatedNormal: { mean: 0, sd: 2, low: -1, high: 3 } }, "truncated");
    const [low, high] = [normalCumulative(-0.5), normalCumulative(1.5)];
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThanOrEqual(3);
    expect(farthest(values, (x) => (normalCumulative(x / 2) - low) / (high - low))).toBeLessThan(LIMIT);
  });

  test("choice: by weight; nothing without weight", () => {
    const values = draws({ choice: [1, 2, 3], weights: [1, 0, 3] }, "choice");
    const share = values.filter((value) => value === 1).length / COUNT;
    // Five standard deviations of a binomial share.
    expect(Math.abs(share - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / COUNT));
    expect(values).not.toContain(2);
    expect(drawIndex([0, 0, 1], stream("last"))).toBe(2);
  });

  test.each([
    [{ uniform: [2, 1] }, "the first number must not exceed the second"],
    [{ normal: { sd: -1 } }, "must be a number"],
    [{ truncatedNormal: { sd: 1, low: 5, high: 6 } }, "must be a number"],
    [{ choice: [] }, "must be a number"],
    [{ choice: [1, 2], weights: [1] }, "must be a number"],
    [{ choice: [1, 2], weights: [0, 0] }, "must be a number"],
    ["large", "must be a number"],
    [Number.NaN, "must be a number"],
  ])("%j is refused", (distribution, _reason) => {
    expect(scalarDistribution.safeParse(distribution).success).toBe(false);
  });
});

test("numbers that could leave their range are refused before anything is drawn, and it is said how far they reach", () => {
  const kv = scalarWithin(40, 150);
  const refusal = (distribution: unknown) => kv.safeParse(distribution).error?.issues[0].message;
  expect(refusal({ normal: { mean: 80, sd: 5 } })).toBeUndefined();
  expect(refusal({ truncatedNormal: { mean: 80, sd: 50, low: 40, high: 150 } })).toBeUndefined();
  expect(refusal(900)).toBe("must stay within 40 to 150, and is 900");
  expect(refusal({ uniform: [60, 160] })).toMatch("reaches from 60 to 160");
  expect(refusal({ choice: [30, 80] })).toMatch("reaches from 30 to 80");
  // Six standard deviations: 95 + 60 is past 150.
  expect(refusal({ normal: { mean: 95, sd: 10 } })).toMatch(
    "reaches from 35 to 155; truncatedNormal cuts it off",
  );
});

describe("directions that are drawn", () => {
  test("on the sphere: every component is uniform on −1 to 1 (Archimedes)", () => {
    const random = stream("sphere");
    const directions = Array.from({ length: COUNT }, () => drawDirection("sphere", random));
    for (const axis of [0, 1, 2])
      expect(
        farthest(
          directions.map((direction) => direction[axis]),
          (x) => (x + 1) / 2,
        ),
      ).toBeLessThan(LIMIT);
    for (const direction of directions.slice(0, 100)) expect(norm(direction)).toBeCloseTo(1, 12);
  });

  test("on a cap: the cosine to the axis is uniform down to the half angle", () => {
    const random = stream("cap");
    const axis = [1, 2, -2] as const;
    const cosines = Array.from(
      { length: COUNT },
      () => dot(drawDirection({ cap: { axis: [...axis], halfAngleDeg: 30 } }, random), axis) / 3,
    );
    const least = Math.cos(Math.PI / 6);
    expect(farthest(cosines, (x) => (x - least) / (1 - least))).toBeLessThan(LIMIT);
  });

  test("a given direction becomes a unit vector; none is refused", () => {
    expect(drawDirection([0, 0, 5], stream("given"))).toEqual([0, 0, 1]);
    expect(directionDistribution.safeParse([0, 0, 0]).success).toBe(false);
  });
});
