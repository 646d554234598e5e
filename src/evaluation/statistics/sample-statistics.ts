/** Mean, spread and normal interval of numbers. */
export interface SampleStatistics {
  readonly count: number;
  /** NaN of none. */
  readonly mean: number;
  /** Sample standard deviation (n − 1); NaN below two numbers. */
  readonly sd: number;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Half width of the published 95 % interval, 1.96 · SD / √n; NaN below two numbers. */
  readonly ci95: number;
}

export function sampleStatistics(values: readonly number[]): SampleStatistics {
  const count = values.length;
  const average = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  const sd = count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1));
  const sorted = values.toSorted((a, b) => a - b);
  return {
    count,
    mean: average,
    sd,
    median: quantileOf(sorted, 0.5),
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
    ci95: normalInterval(sd, count),
  };
}

/** 1.96 · SD / √n: half of the interval that holds the mean in 95 of 100 repetitions, were the numbers independent and many. */
export const normalInterval = (sd: number, count: number): number => (1.96 * sd) / Math.sqrt(count);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The value that a share of ascending numbers lies below, between neighbours by linear interpolation; NaN of none. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
