/** Counts of numbers in equal bins from `low` to `high`; numbers outside fall into the first and the last. */
export function binned(values: readonly number[], low: number, high: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  const perValue = high > low ? bins / (high - low) : 0;
  for (const value of values) counts[Math.min(Math.max(Math.floor((value - low) * perValue), 0), bins - 1)]++;
  return counts;
}
