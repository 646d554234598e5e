import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { meanInterval } from "../../src/evaluation/statistics/bootstrap.ts";
import { mannWhitney } from "../../src/evaluation/statistics/mann-whitney.ts";
import { midranks } from "../../src/evaluation/statistics/midranks.ts";
import { normalTail } from "../../src/evaluation/statistics/normal-tail.ts";
import { comparePairs } from "../../src/evaluation/statistics/paired-comparison.ts";
import {
  normalInterval,
  quantileOf,
  sampleStatistics,
} from "../../src/evaluation/statistics/sample-statistics.ts";
import { wilcoxonSignedRank } from "../../src/evaluation/statistics/wilcoxon.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";

/** What SciPy says; made by tools/make-evaluation-fixtures.py. */
const scipy = JSON.parse(readFileSync("test/fixtures/evaluation/statistics.json", "utf8")) as {
  wilcoxon: { differences: number[]; statistic: number; p: number }[];
  mannWhitney: { first: number[]; second: number[]; statistic: number; p: number }[];
  normal: { z: number; tail: number }[];
  described: {
    values: number[];
    mean: number;
    sd: number;
    median: number;
    quantiles: [number, number][];
    percentileInterval: [number, number];
  };
};

const relative = (value: number, expected: number): number => Math.abs(value - expected) / Math.abs(expected);

describe("the published interval", () => {
  test("of SD 7.05 and 0.26 belongs to about 2,825 landmarks", () => {
    // Published: 6.44 ± 7.05 mm, CI 0.26. n = (1.96 · 7.05 / 0.26)².
    expect(Math.round(((1.96 * 7.05) / 0.26) ** 2)).toBe(2825);
    expect(normalInterval(7.05, 2825)).toBeCloseTo(0.26, 4);
    // The table of single landmarks: FH-l, SD 2.37 and CI 0.32, IPS-r 3.16 and 0.40: about as many pictures as there are.
    expect(normalInterval(2.37, 211)).toBeCloseTo(0.32, 2);
    expect(normalInterval(3.16, 240)).toBeCloseTo(0.4, 2);
  });

  test("of four numbers by hand", () => {
    // 2, 4, 4, 6: mean 4, squares 8, SD √(8/3), interval 1.96 · √(8/3) / 2.
    const four = sampleStatistics([2, 6, 4, 4]);
    expect(four).toMatchObject({ count: 4, mean: 4, median: 4, least: 2, most: 6 });
    expect(four.sd).toBeCloseTo(Math.sqrt(8 / 3), 15);
    expect(four.ci95).toBeCloseTo(0.98 * Math.sqrt(8 / 3), 15);
  });

  test("is no number below two numbers", () => {
    expect(sampleStatistics([3])).toMatchObject({ mean: 3, sd: Number.NaN, ci95: Number.NaN });
    expect(sampleStatistics([])).toMatchObject({ count: 0, mean: Number.NaN, median: Number.NaN });
  });
});

test("mean, deviation and quantiles are SciPy's", () => {
  const { values, mean, sd, median, quantiles } = scipy.described;
  const mine = sampleStatistics(values);
  for (const [value, expected] of [
    [mine.mean, mean],
    [mine.sd, sd],
    [mine.median, median],
  ])
    expect(relative(value, expected)).toBeLessThan(1e-13);
  const sorted = values.toSorted((a, b) => a - b);
  for (const [share, expected] of quantiles) expect(quantileOf(sorted, share)).toBeCloseTo(expected, 12);
});

test("the tail of the normal distribution is right to 13 digits", () => {
  expect(normalTail(0)).toBe(0.5);
  for (const { z, tail } of scipy.normal)
    expect(relative(normalTail(z), tail), `z = ${z}`).toBeLessThan(1e-13);
});

test("ranks of equal numbers are shared", () => {
  const { ranks, ties } = midranks([5, 1, 5, 3, 5, 1]);
  expect([...ranks]).toEqual([5, 1.5, 5, 3, 5, 1.5]);
  expect(ties).toEqual([2, 1, 3]);
});

describe("Wilcoxon's signed-rank test", () => {
  test("of n differences on one side gives 2 / 2ⁿ", () => {
    for (const n of [1, 3, 6, 10, 20])
      expect(wilcoxonSignedRank(Array.from({ length: n }, (_, i) => i + 1)).p).toBeCloseTo(2 * 0.5 ** n, 15);
  });

  test("with ties counts all signs", () => {
    const differences = [1, 1, -1, 2, 2, 3, -2, 4, 4];
    const { ranks } = midranks(differences.map(Math.abs));
    const { statistic, p } = wilcoxonSignedRank(differences);
    let asFar = 0;
    for (let signs = 0; signs < 2 ** differences.length; signs++)
      if (ranks.reduce((sum, rank, n) => sum + ((signs >> n) & 1) * rank, 0) <= statistic) asFar++;
    expect(p).toBeCloseTo((2 * asFar) / 2 ** differences.length, 14);
  });

  test("does not see zeros, nor which side is first", () => {
    const differences = [0.3, -1.2, 2, 0.8, 1.4];
    const { p } = wilcoxonSignedRank(differences);
    expect(wilcoxonSignedRank([0, ...differences, 0]).p).toBe(p);
    expect(wilcoxonSignedRank(differences.map((value) => -value)).p).toBe(p);
    expect(wilcoxonSignedRank([0, 0]).p).toBe(1);
  });

  test.each(scipy.wilcoxon.map((sample) => [sample.differences.length, sample] as const))(
    "of %d differences is SciPy's",
    (_, { differences, statistic, p }) => {
      const mine = wilcoxonSignedRank(differences);
      expect(mine.statistic).toBeCloseTo(statistic, 9);
      expect(relative(mine.p, p)).toBeLessThan(1e-10);
    },
  );
});

describe("Mann and Whitney's test", () => {
  test("of two samples that do not mix gives 2 / C(n + m, n)", () => {
    expect(mannWhitney([1, 2, 3], [4, 5, 6, 7]).p).toBeCloseTo(2 / 35, 15);
    expect(mannWhitney([1, 2, 3], [4, 5, 6, 7]).statistic).toBe(0);
    expect(mannWhitney([4, 5, 6, 7], [1, 2, 3]).statistic).toBe(12);
  });

  test("of a sample with itself, or with nothing, gives 1", () => {
    const values = Array.from({ length: 20 }, (_, n) => n % 7);
    expect(mannWhitney(values, values).p).toBe(1);
    expect(mannWhitney([], values).p).toBe(1);
    expect(mannWhitney([2, 2], [2, 2, 2]).p).toBe(1);
  });

  test.each(scipy.mannWhitney.map((sample) => [sample.first.length, sample.second.length, sample] as const))(
    "of %d and %d numbers is SciPy's",
    (_n, _m, { first, second, statistic, p }) => {
      const mine = mannWhitney(first, second);
      expect(mine.statistic).toBeCloseTo(statistic, 9);
      expect(relative(mine.p, p)).toBeLessThan(1e-10);
    },
  );
});

describe("the bootstrap", () => {
  const key = sampleKey(7, 0, "test");

  test("with the same key gives the same interval, with another key another", () => {
    const clusters = scipy.described.values.map((value) => [value]);
    expect(meanInterval(clusters, { key })).toEqual(meanInterval(clusters, { key }));
    expect(meanInterval(clusters, { key: sampleKey(8, 0, "test") })).not.toEqual(
      meanInterval(clusters, { key }),
    );
  });

  test("by single numbers is SciPy's percentile interval", () => {
    const { values, percentileInterval, sd } = scipy.described;
    const interval = meanInterval(
      values.map((value) => [value]),
      { key, repetitions: 20000 },
    );
    // A 2.5 % quantile of B repetitions has the standard error √(0.025 · 0.975 / B) / f, f = 0.058 per standard error: 0.019 of them here,
    // 0.009 of SciPy's 100,000. Five of both together are 0.11.
    const bound = (0.11 * sd) / Math.sqrt(values.length);
    expect(Math.abs((interval?.low ?? Number.NaN) - percentileInterval[0])).toBeLessThan(bound);
    expect(Math.abs((interval?.high ?? Number.NaN) - percentileInterval[1])).toBeLessThan(bound);
  });

  test("of normal numbers is as wide as the published interval", () => {
    const random = randomStream(sampleKey(1, 2, "normal"));
    const values = Array.from({ length: 400 }, () => random.normal());
    const interval = meanInterval(
      values.map((value) => [value]),
      { key, repetitions: 20000 },
    );
    const { ci95 } = sampleStatistics(values);
    // The bootstrap's deviation is √((n − 1)/n) of the sample's; quantiles of 20,000 scatter by about 1 % of a deviation.
    expect(relative(((interval?.high ?? 0) - (interval?.low ?? 0)) / 2, ci95)).toBeLessThan(0.03);
  });

  test("by subjects of identical pictures is wider by the root of their number, since they say one thing", () => {
    const random = randomStream(sampleKey(3, 2, "normal"));
    const subjects = Array.from({ length: 60 }, () => new Array<number>(9).fill(random.normal()));
    const width = (clusters: number[][]): number => {
      const interval = meanInterval(clusters, { key, repetitions: 20000 });
      return (interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN);
    };
    expect(relative(width(subjects) / width(subjects.flat().map((value) => [value])), 3)).toBeLessThan(0.05);
  });

  test("of fewer than two clusters says nothing", () => {
    expect(meanInterval([[1, 2, 3]])).toBeNull();
    expect(meanInterval([[], [1, 2], []])).toBeNull();
  });
});

describe("two runs on the same pictures", () => {
  const random = randomStream(sampleKey(5, 1, "pairs"));
  const pictures = Array.from({ length: 40 }, () => 10 * random.normal());

  test("that differ by a constant differ by it for certain, however much pictures differ", () => {
    const comparison = comparePairs(pictures.map((value) => [{ first: value, second: value + 0.5 }]));
    expect(comparison?.difference).toBeCloseTo(0.5, 12);
    expect(comparison?.interval?.low).toBeCloseTo(0.5, 12);
    expect(comparison?.interval?.high).toBeCloseTo(0.5, 12);
    expect(comparison?.bootstrapP).toBeCloseTo(2 / 2001, 12);
    // Every sign is positive, ranks shared: 2 / 2⁴⁰.
    expect(comparison?.wilcoxonP).toBeLessThan(1e-10);
  });

  test("that are the same do not differ", () => {
    const same = comparePairs(pictures.map((value) => [{ first: value, second: value }]));
    expect(same).toMatchObject({ difference: 0, wilcoxonP: 1, bootstrapP: 1 });
    expect(comparePairs([[], []])).toBeUndefined();
  });

  test("without a difference are called different about one time in twenty", () => {
    const trials = 400;
    let called = 0;
    for (let trial = 0; trial < trials; trial++) {
      const stream = randomStream(sampleKey(11, trial, "null"));
      const clusters = Array.from({ length: 40 }, () => [
        { first: stream.normal(), second: stream.normal() },
      ]);
      const result = comparePairs(clusters, { key: sampleKey(12, trial, "null"), repetitions: 400 });
      if ((result?.bootstrapP ?? 1) <= 0.05) called++;
    }
    // Binomial of 400 at 0.05: SD 0.011. The percentile bootstrap of 40 numbers is slightly bold (about 0.06): four deviations above that.
    expect(called / trials).toBeGreaterThan(0.05 - 4 * 0.011);
    expect(called / trials).toBeLessThan(0.06 + 4 * 0.012);
  });
});
