import { midranks, tieTerm } from "./midranks.ts";
import { normalTail } from "./normal-tail.ts";

export interface TestResult {
  readonly statistic: number;
  /** Two-sided. */
  readonly p: number;
  readonly method: "exact" | "normal";
}

const MOST_EXACT = 50;

/**
 * Wilcoxon's signed-rank test of paired differences: whether they lie about zero as often and as far on either side.
 *
 * Zeros are dropped, equal sizes share their ranks. Up to 50 differences the distribution is counted exactly, ties included: all 2ⁿ signs are
 * as likely. Beyond, W₊ is taken as normal with mean n(n + 1)/4 and variance n(n + 1)(2n + 1)/24 − Σ(t³ − t)/48.
 * Source: F. Wilcoxon, Biometrics Bulletin 1 (1945) 80. Without a difference p is 1.
 *
 * @returns the smaller of the two rank sums
 */
export function wilcoxonSignedRank(differences: readonly number[]): TestResult {
  const signed = differences.filter((difference) => difference !== 0);
  const count = signed.length;
  if (count === 0) return { statistic: 0, p: 1, method: "exact" };
  const { ranks, ties } = midranks(signed.map(Math.abs));
  const positive = signed.reduce((sum, difference, n) => sum + (difference > 0 ? ranks[n] : 0), 0);
  const total = (count * (count + 1)) / 2;
  const statistic = Math.min(positive, total - positive);
  if (count <= MOST_EXACT)
    return { statistic, p: Math.min(1, 2 * shareUpTo(statistic, ranks)), method: "exact" };
  const variance = (count * (count + 1) * (2 * count + 1)) / 24 - tieTerm(ties) / 48;
  const z = (statistic - total / 2) / Math.sqrt(variance);
  return { statistic, p: Math.min(1, 2 * normalTail(-z)), method: "normal" };
}

/** Share of all choices of signs whose positive ranks sum to at most `statistic`. */
function shareUpTo(statistic: number, ranks: Float64Array): number {
  // Shared ranks are halves, so sums are counted in halves.
  const doubled = Array.from(ranks, (rank) => Math.round(2 * rank));
  const most = doubled.reduce((sum, rank) => sum + rank, 0);
  const shares = new Float64Array(most + 1);
  shares[0] = 1;
  let reached = 0;
  for (const rank of doubled) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--)
      shares[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2;
  }
  return shares.subarray(0, Math.round(2 * statistic) + 1).reduce((sum, share) => sum + share, 0);
}
