import { resamplingTaps } from "../../image/resize-picture.ts";
import type { GreyPicture } from "./grey-picture.ts";

/** Histograms of many pictures, and a small fingerprint of each. */
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

const FINGERPRINT_PX = 16;

/**
 * A picture as a unit vector: 16 × 16 means of its parts, less their mean. The product of two of them is their correlation. Undefined for
 * a picture of one grey.
 */
export function fingerprint({ values, widthPx, heightPx }: GreyPicture): Float32Array | undefined {
  const across = resamplingTaps(widthPx, FINGERPRINT_PX);
  const down = resamplingTaps(heightPx, FINGERPRINT_PX);
  const vector = new Float32Array(FINGERPRINT_PX ** 2);
  for (let v = 0; v < FINGERPRINT_PX; v++)
    for (let m = 0; m < down.count[v]; m++) {
      const row = (down.first[v] + m) * widthPx;
      const rowWeight = down.weights[v * down.widest + m];
      for (let u = 0; u < FINGERPRINT_PX; u++) {
        let sum = 0;
        for (let n = 0; n < across.count[u]; n++)
          sum += across.weights[u * across.widest + n] * values[row + across.first[u] + n];
        vector[v * FINGERPRINT_PX + u] += rowWeight * sum;
      }
    }
  const { mean, deviation } = moments(vector);
  // Rounding leaves a little in a picture of one grey.
  if (!(deviation > 1e-6)) return undefined;
  const factor = 1 / (deviation * FINGERPRINT_PX);
  return vector.map((value) => (value - mean) * factor);
}
