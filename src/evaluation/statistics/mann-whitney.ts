import { midranks, tieTerm } from "./midranks.ts";
import { normalTail } from "./normal-tail.ts";
import type { TestResult } from "./wilcoxon.ts";

/**
 * Mann and Whitney's U test of two independent samples: whether numbers of one tend to be larger.
 *
 * Exact where the smaller sample has at most 8 numbers and none are equal; else U is taken as normal with mean nm/2 and variance
 * nm/12 · (N + 1 − Σ(t³ − t) / N(N − 1)), with a correction of ½ for continuity. Source: H. B. Mann, D. R. Whitney,
 * Ann. Math. Statist. 18 (1947) 50. Without numbers, or with all equal, p is 1.
 *
 * @returns U of the first sample: pairs in which its number is the larger, equal ones counting half
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): TestResult {
  const [n, m] = [first.length, second.length];
  const { ranks, ties } = midranks([...first, ...second]);
  const statistic = ranks.subarray(0, n).reduce((sum, rank) => sum + rank, 0) - (n * (n + 1)) / 2;
  const larger = Math.max(statistic, n * m - statistic);
  if (n === 0 || m === 0) return { statistic: 0, p: 1, method: "exact" };
  if (Math.min(n, m) <= 8 && ties.every((size) => size === 1))
    return { statistic, p: Math.min(1, 2 * shareFrom(larger, n, m)), method: "exact" };
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - tieTerm(ties) / (all * (all - 1)));
  const z = variance === 0 ? 0 : (larger - (n * m) / 2 - 0.5) / Math.sqrt(variance);
  return { statistic, p: Math.min(1, 2 * normalTail(z)), method: "normal" };
}

/**
 * Share of all interleavings of n and m numbers with at least this U. Of the choices with U = u of i and j numbers, the largest number belongs to the
 * first sample (then it beats all j) or to the second: f(i, j, u) = i/(i + j) · f(i − 1, j, u − j) + j/(i + j) · f(i, j − 1, u).
 */
function shareFrom(statistic: number, n: number, m: number): number {
  let previous: Float64Array[] = [];
  for (let i = 0; i <= n; i++) {
    const current: Float64Array[] = [];
    for (let j = 0; j <= m; j++) {
      const shares = new Float64Array(i * j + 1);
      if (i === 0 || j === 0) shares[0] = 1;
      else
        for (let u = 0; u <= i * j; u++)
          shares[u] = (i * (previous[j][u - j] ?? 0) + j * (current[j - 1][u] ?? 0)) / (i + j);
      current.push(shares);
    }
    previous = current;
  }
  return previous[m].subarray(statistic).reduce((sum, share) => sum + share, 0);
}
