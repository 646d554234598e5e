/** Lowest and highest value of a picture, or the values that stand for black and white. */
export interface IntensityRange {
  readonly low: number;
  readonly high: number;
}

/** From 0 to 1: the range of pictures within a step of kind `unit-range`. */
export const UNIT_RANGE: IntensityRange = { low: 0, high: 1 };

/** Least and greatest value. */
export function rangeOf(values: Float32Array): IntensityRange {
  let [low, high] = [values[0], values[0]];
  for (let n = 1; n < values.length; n++) {
    if (values[n] < low) low = values[n];
    if (values[n] > high) high = values[n];
  }
  return { low, high };
}

const BINS = 1024;

/** The values below which the given shares of the pixels lie, from a histogram of 1024 bins. */
export function quantilesOf(values: Float32Array, shares: readonly number[]): number[] {
  const { low, high } = rangeOf(values);
  if (!(high > low)) return shares.map(() => low);
  const counts = new Int32Array(BINS + 1);
  const perValue = BINS / (high - low);
  for (let n = 0; n < values.length; n++) counts[((values[n] - low) * perValue) | 0]++;
  counts[BINS - 1] += counts[BINS];
  return shares.map((share) => {
    const wanted = share * values.length;
    let below = 0;
    for (let bin = 0; bin < BINS; bin++) {
      if (below + counts[bin] >= wanted && counts[bin] > 0)
        return low + (bin + (wanted - below) / counts[bin]) / perValue;
      below += counts[bin];
    }
    return high;
  });
}
