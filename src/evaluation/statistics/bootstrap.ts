import type { PhiloxKey } from "../../random/philox.ts";
import { randomStream } from "../../random/random-stream.ts";
import { sampleKey } from "../../random/sample-key.ts";
import { quantileOf } from "./sample-statistics.ts";

export interface BootstrapOptions {
  /** Of the random numbers: the same key gives the same interval. */
  readonly key?: PhiloxKey;
  /** Default 2,000. */
  readonly repetitions?: number;
  /** Share of repetitions inside the interval, default 0.95. */
  readonly level?: number;
}

/** Bounds of a number by the percentiles of its repetitions. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Repetitions that gave a number. */
  readonly repetitions: number;
}

const DEFAULT_KEY = sampleKey(0, 0, "bootstrap");

/**
 * Repeats a number on clusters drawn anew with replacement, as many as there are. Pictures of one subject are alike, so subjects are
 * the clusters where there are several; single pictures tell only about more pictures of the same subjects.
 *
 * @param statistic of the clusters with these indices
 * @returns ascending; repetitions that gave no number are left out
 */
export function bootstrapRepetitions(
  clusters: number,
  statistic: (drawn: Uint32Array) => number,
  { key = DEFAULT_KEY, repetitions = 2000 }: BootstrapOptions = {},
): Float64Array {
  const random = randomStream(key);
  const drawn = new Uint32Array(clusters);
  const values: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (let n = 0; n < clusters; n++) drawn[n] = random.integerBelow(clusters);
    const value = statistic(drawn);
    if (Number.isFinite(value)) values.push(value);
  }
  return Float64Array.from(values).toSorted();
}

/** The percentile interval of ascending repetitions; null of none. */
export function percentileInterval(sorted: Float64Array, level = 0.95): Interval | null {
  if (sorted.length === 0) return null;
  const tail = (1 - level) / 2;
  return {
    low: quantileOf(sorted, tail),
    high: quantileOf(sorted, 1 - tail),
    repetitions: sorted.length,
  };
}

/** Interval of the mean of all values, clusters drawn anew; null below two clusters with values. */
export function meanInterval(
  clusters: readonly (readonly number[])[],
  options: BootstrapOptions = {},
): Interval | null {
  const filled = clusters.filter(({ length }) => length > 0);
  if (filled.length < 2) return null;
  const sums = Float64Array.from(filled, (values) => values.reduce((sum, value) => sum + value, 0));
  const counts = Float64Array.from(filled, ({ length }) => length);
  const repetitions = bootstrapRepetitions(
    filled.length,
    (drawn) => ratioOfSums(drawn, sums, counts),
    options,
  );
  return percentileInterval(repetitions, options.level);
}

/** Σ sums / Σ counts of the drawn clusters. */
export function ratioOfSums(drawn: Uint32Array, sums: Float64Array, counts: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const n of drawn) {
    sum += sums[n];
    count += counts[n];
  }
  return sum / count;
}
