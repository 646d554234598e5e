import type { VoxelArray } from "../volume.ts";

const LOWEST_HU = -4096;
const HIGHEST_HU = 32767;

/** How often each whole HU occurs; values beyond −4096 and 32767 count at the ends. */
export interface HuHistogram {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly voxels: number;
  /** Share of voxels with low ≤ HU < high. */
  share(low: number, high: number): number;
  percentile(percent: number): number;
}

export function huHistogram(values: VoxelArray): HuHistogram {
  const counts = new Uint32Array(HIGHEST_HU - LOWEST_HU + 1);
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let n = 0; n < values.length; n++) {
    const value = values[n];
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    counts[bin(Math.floor(value))]++;
  }
  const voxels = values.length;
  return {
    min,
    max,
    mean: sum / voxels,
    voxels,
    share(low, high) {
      let count = 0;
      // Beyond the last number there is nothing, so that an open end takes the last one in.
      const end = high > HIGHEST_HU ? counts.length : bin(high);
      for (let index = bin(Math.floor(low)); index < end; index++) count += counts[index];
      return count / voxels;
    },
    percentile(percent) {
      let left = (percent / 100) * voxels;
      for (let index = 0; index < counts.length; index++) {
        left -= counts[index];
        if (left <= 0) return index + LOWEST_HU;
      }
      return max;
    },
  };
}

const bin = (hu: number): number => Math.min(Math.max(hu, LOWEST_HU), HIGHEST_HU) - LOWEST_HU;
