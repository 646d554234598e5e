import { describe, expect, it } from "vitest";
import { philox4x32 } from "../../src/random/philox.ts";
import { poissonQuantile } from "../../src/random/poisson-quantile.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";

describe("Philox4x32-10", () => {
  it("gives the known answers of Random123", () => {
    expect(philox4x32([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(philox4x32([ones, ones, ones, ones], [ones, ones])).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ]);
    expect(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });
});

describe("the key of a sample", () => {
  it("differs in every part and is the same for equal parts", () => {
    const keys = [
      sampleKey(1, 2, "noise"),
      sampleKey(2, 1, "noise"),
      sampleKey(1, 2, "noise\0"),
      sampleKey(1, 2, "pose"),
      sampleKey(1, 2, ""),
      sampleKey(1, 3, "noise"),
      sampleKey(1n << 32n, 2, "noise"),
      sampleKey(1, 2, "a longer effect than one block holds"),
      sampleKey(1, 2, "a longer effect than one block held"),
    ].map(String);
    expect(new Set(keys).size).toBe(keys.length);
    expect(sampleKey(1, 2, "noise")).toEqual(sampleKey(1n, 2n, "noise"));
  });

  it("refuses seeds that are no whole numbers in range", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53, -1n, 1n << 64n])
      expect(() => sampleKey(seed, 0, "noise")).toThrow(/whole number/);
  });
});

describe("a random stream", () => {
  const count = 40_000;
  const draws = (draw: () => number): number[] => Array.from({ length: count }, draw);
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  // Every z below is one of 16 looked at; level 0.01 Šidák-corrected to 16 two-sided tests is |z| < 3.42.
  const BOUND = 3.42;

  it("is uniform, normal and Poisson in its first moments", () => {
    const z: Record<string, number> = {};
    const uniform = draws(randomStream(sampleKey(7, 0, "uniform")).uniform);
    z.uniformMean = (mean(uniform) - 0.5) / Math.sqrt(1 / 12 / count);
    z.uniformSquare = (mean(uniform.map((u) => u * u)) - 1 / 3) / Math.sqrt(4 / 45 / count);
    z.uniformSerial =
      mean(uniform.map((u, i) => (u - 0.5) * ((uniform[i + 1] ?? 0.5) - 0.5))) * 12 * Math.sqrt(count);
    const normal = draws(randomStream(sampleKey(7, 0, "normal")).normal);
    z.normalMean = mean(normal) * Math.sqrt(count);
    z.normalVariance = (mean(normal.map((x) => x * x)) - 1) * Math.sqrt(count / 2);
    z.normalSkew = mean(normal.map((x) => x ** 3)) * Math.sqrt(count / 15);
    z.normalKurtosis = (mean(normal.map((x) => x ** 4)) - 3) * Math.sqrt(count / 96);
    for (const lambda of [0.1, 3, 40]) {
      const stream = randomStream(sampleKey(7, 0, `poisson-${lambda}`));
      const counts = draws(() => stream.poisson(lambda));
      z[`poissonMean${lambda}`] = (mean(counts) - lambda) / Math.sqrt(lambda / count);
      // Var((k − λ)²) = λ + 2λ².
      z[`poissonVariance${lambda}`] =
        (mean(counts.map((k) => (k - lambda) ** 2)) - lambda) / Math.sqrt((lambda + 2 * lambda ** 2) / count);
    }
    for (const [name, value] of Object.entries(z))
      expect(Math.abs(value), `z of ${name}`).toBeLessThan(BOUND);
  });

  it("begins again where it began", () => {
    const [a, b] = [randomStream([1, 2]), randomStream([1, 2])];
    const first = [a.uniform(), a.normal(), a.integerBelow(10), a.uniformIn(5, 6)];
    expect([b.uniform(), b.normal(), b.integerBelow(10), b.uniformIn(5, 6)]).toEqual(first);
    expect(first[3]).toBeGreaterThanOrEqual(5);
    expect(first[3]).toBeLessThan(6);
  });
});

describe("Poisson by inversion", () => {
  it("meets the distribution function at its steps", () => {
    // λ = 2: P(0) = 0.135335, P(≤1) = 0.406006, P(≤2) = 0.676676.
    expect([0.1353, 0.1354, 0.406, 0.4061, 0.6766, 0.6767].map((u) => poissonQuantile(2, u))).toEqual([
      0, 1, 1, 2, 2, 3,
    ]);
    expect(poissonQuantile(0, 0.999)).toBe(0);
    expect(poissonQuantile(500, 1 - 2 ** -53)).toBeLessThan(800);
    expect(() => poissonQuantile(-1, 0.5)).toThrow(RangeError);
  });
});
