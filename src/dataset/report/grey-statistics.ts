import type { GreyPicture } from "./grey-picture.ts";

/** Histograms of many pictures. */
export interface GreyStatistics {
  readonly pictures: number;
  /** Share of pixels in each of `GREY_BINS` bins from black to white. */
  readonly greys: readonly number[];
  /** Share of pixels by (value − mean) / standard deviation of their picture, in `GREY_BINS` bins from −4 to 4. */
  readonly standardised: readonly number[];
  readonly sizes: ReadonlyMap<string, number>;
}

export const GREY_BINS = 64;
export const STANDARD_RANGE = 4;

export interface GreyTally {
  add(picture: GreyPicture): void;
  statistics(): GreyStatistics;
}

/** Gathers grey values. Every picture counts the same, whatever its size. */
export function greyTally(): GreyTally {
  const greys = new Float64Array(GREY_BINS);
  const standardised = new Float64Array(GREY_BINS);
  const sizes = new Map<string, number>();
  let pictures = 0;
  return {
    add({ values, widthPx, heightPx }) {
      pictures++;
      const size = `${widthPx} × ${heightPx}`;
      if (sizes.has(size) || sizes.size < 100) sizes.set(size, (sizes.get(size) ?? 0) + 1);
      const { mean, deviation } = moments(values);
      const share = 1 / values.length;
      const perDeviation = deviation > 0 ? 1 / deviation : 0;
      for (const value of values) {
        greys[bin(value)] += share;
        standardised[bin(((value - mean) * perDeviation + STANDARD_RANGE) / (2 * STANDARD_RANGE))] += share;
      }
    },
    statistics: () => ({
      pictures,
      greys: Array.from(greys, (sum) => sum / pictures),
      standardised: Array.from(standardised, (sum) => sum / pictures),
      sizes,
    }),
  };
}

const bin = (share: number): number => Math.min(Math.max(Math.floor(share * GREY_BINS), 0), GREY_BINS - 1);

function moments(values: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/**
 * Earth mover's distance of two histograms over the same bins, as a share of their range: how far, on average, a grey value has to move to
 * make one of the other. 0 for equal ones, at most 1.
 */
export function histogramDistance(a: readonly number[], b: readonly number[]): number {
  let [ahead, moved] = [0, 0];
  for (const [index, share] of a.entries()) {
    ahead += share - b[index];
    moved += Math.abs(ahead);
  }
  return moved / a.length;
}
