/** Ranks of numbers from 1 on, equal numbers sharing the mean of theirs, and the sizes of the groups of equal numbers. */
export function midranks(values: readonly number[]): { ranks: Float64Array; ties: number[] } {
  const order = Array.from(values.keys()).toSorted((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  const ties: number[] = [];
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let n = start; n < end; n++) ranks[order[n]] = (start + 1 + end) / 2;
    ties.push(end - start);
    start = end;
  }
  return { ranks, ties };
}

/** Σ t³ − t over groups of equal numbers: what ties take from the variance of a rank sum. */
export const tieTerm = (ties: readonly number[]): number =>
  ties.reduce((sum, size) => sum + size ** 3 - size, 0);
