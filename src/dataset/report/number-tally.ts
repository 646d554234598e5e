import { evenlyKept } from "./evenly-kept.ts";

/** What is kept of numbers that came one after another. */
export interface NumberSummary {
  readonly count: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** An even selection of them in ascending order, for quantiles and histograms. */
  readonly sorted: readonly number[];
}

export interface NumberTally {
  add(value: number): void;
  summary(): NumberSummary;
}

const MOST_KEPT = 4096;

/** Gathers numbers in memory that does not grow with them. */
export function numberTally(): NumberTally {
  const kept = evenlyKept<number>(MOST_KEPT);
  let [count, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    add(value) {
      if (!Number.isFinite(value)) return;
      count++;
      sum += value;
      if (value < least) least = value;
      if (value > most) most = value;
      kept.add(value);
    },
    summary: () => ({
      count,
      least,
      most,
      mean: sum / count,
      sorted: kept.items.toSorted((a, b) => a - b),
    }),
  };
}

/** The value that a share of the numbers lies below, between neighbours by linear interpolation; NaN of none. */
export function quantile({ sorted }: NumberSummary, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  if (sorted.length === 0) return Number.NaN;
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}
