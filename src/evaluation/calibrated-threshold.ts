/** A candidate whose truth is known: how sure the network was, and whether it was right. */
export interface JudgedCandidate {
  readonly confidence: number;
  readonly isRight: boolean;
}

/**
 * The confidence that tells right candidates from wrong ones best: the one with the largest Youden's J, the share of right candidates that
 * reach it less the share of wrong ones that do. Of equal ones the lowest.
 *
 * @returns undefined where nothing is right
 */
export function calibratedThreshold(candidates: readonly JudgedCandidate[]): number | undefined {
  const sorted = candidates.toSorted((a, b) => b.confidence - a.confidence);
  const right = sorted.filter(({ isRight }) => isRight).length;
  const wrong = sorted.length - right;
  if (right === 0) return undefined;
  let best: { threshold: number; gain: number } | undefined;
  let [rightSoFar, wrongSoFar] = [0, 0];
  for (const [n, { confidence, isRight }] of sorted.entries()) {
    if (isRight) rightSoFar++;
    else wrongSoFar++;
    // Equal confidences are on the same side of every threshold.
    if (sorted[n + 1]?.confidence === confidence) continue;
    const gain = rightSoFar / right - (wrong > 0 ? wrongSoFar / wrong : 0);
    if (!best || gain >= best.gain) best = { threshold: confidence, gain };
  }
  return best?.threshold;
}
