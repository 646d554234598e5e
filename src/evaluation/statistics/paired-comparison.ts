import {
  type BootstrapOptions,
  bootstrapRepetitions,
  type Interval,
  percentileInterval,
} from "./bootstrap.ts";
import { wilcoxonSignedRank } from "./wilcoxon.ts";

/** The same thing measured in two runs. */
export interface Pair {
  readonly first: number;
  readonly second: number;
}

/** Two runs on the same pictures. */
export interface PairedComparison {
  readonly pairs: number;
  readonly meanFirst: number;
  readonly meanSecond: number;
  /** Second less first. */
  readonly difference: number;
  /** Of the difference, clusters drawn anew; null below two clusters. */
  readonly interval: Interval | null;
  /** Two-sided: twice the share of repetitions on the rarer side of zero, (k + 1) / (B + 1); null below two clusters. */
  readonly bootstrapP: number | null;
  /** Wilcoxon's signed-rank test on one difference a cluster, its mean. */
  readonly wilcoxonP: number;
}

/** Compares pairs that come in clusters (pictures, or subjects of several pictures); undefined without any. */
export function comparePairs(
  clusters: readonly (readonly Pair[])[],
  options: BootstrapOptions = {},
): PairedComparison | undefined {
  const filled = clusters.filter(({ length }) => length > 0);
  const pairs = filled.flat();
  if (pairs.length === 0) return undefined;
  const average = (of: (pair: Pair) => number): number =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  const sums = filled.map((list) => list.reduce((sum, { first, second }) => sum + second - first, 0));
  const differenceOf = (drawn: Iterable<number>): number => {
    let [sum, count] = [0, 0];
    for (const n of drawn) {
      sum += sums[n];
      count += filled[n].length;
    }
    return sum / count;
  };
  const repetitions =
    filled.length < 2 ? undefined : bootstrapRepetitions(filled.length, differenceOf, options);
  return {
    pairs: pairs.length,
    meanFirst: average(({ first }) => first),
    meanSecond: average(({ second }) => second),
    difference: average(({ first, second }) => second - first),
    interval: repetitions ? percentileInterval(repetitions, options.level) : null,
    bootstrapP: repetitions ? twoSided(repetitions) : null,
    wilcoxonP: wilcoxonSignedRank(sums.map((sum, n) => sum / filled[n].length)).p,
  };
}

function twoSided(repetitions: Float64Array): number {
  const below = repetitions.filter((value) => value <= 0).length;
  const above = repetitions.filter((value) => value >= 0).length;
  return Math.min(1, (2 * (Math.min(below, above) + 1)) / (repetitions.length + 1));
}
