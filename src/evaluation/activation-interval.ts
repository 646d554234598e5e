import { errorAtActivation, errorIn, PUBLISHED_THRESHOLDS } from "./activation-curve.ts";
import { confidence } from "./landmark-rule.ts";
import type { LandmarkScore } from "./score-case.ts";
import {
  type BootstrapOptions,
  bootstrapRepetitions,
  type Interval,
  percentileInterval,
} from "./statistics/bootstrap.ts";

/**
 * Interval of the error at a share of landmarks, clusters (pictures or subjects) drawn anew; null below two clusters, or where it was never reached.
 *
 * Each cluster is kept as counts and sums between thresholds, so a repetition costs clusters × thresholds.
 */
export function activationInterval(
  clusters: readonly (readonly LandmarkScore[])[],
  options: BootstrapOptions & { kind: "correlation" | "peak"; unit: "mm" | "px"; activation: number },
): Interval | null {
  const { kind, unit, activation } = options;
  const thresholds = PUBLISHED_THRESHOLDS;
  const size = thresholds.length;
  const tallies = clusters
    .map((scores) => tally(scores, { kind, unit, thresholds }))
    .filter(({ visible }) => visible > 0);
  if (tallies.length < 2) return null;
  const readOut = (drawn: Uint32Array): number => {
    const [counts, sums] = [new Float64Array(size), new Float64Array(size)];
    let visible = 0;
    for (const n of drawn) {
      visible += tallies[n].visible;
      for (let t = 0; t < size; t++) {
        counts[t] += tallies[n].counts[t];
        sums[t] += tallies[n].sums[t];
      }
    }
    const points = thresholds.map((threshold, t) => ({
      threshold,
      activated: counts[t] / visible,
      count: counts[t],
      meanError: sums[t] / counts[t],
      sd: Number.NaN,
    }));
    const result = errorAtActivation({ unit, visible, points }, activation);
    return "error" in result ? result.error : Number.NaN;
  };
  return percentileInterval(bootstrapRepetitions(tallies.length, readOut, options), options.level);
}

/** Landmarks that count at each threshold, and the sum of their errors. */
function tally(
  scores: readonly LandmarkScore[],
  options: { kind: "correlation" | "peak"; unit: "mm" | "px"; thresholds: readonly number[] },
): { visible: number; counts: Float64Array; sums: Float64Array } {
  const { kind, unit, thresholds } = options;
  const [counts, sums] = [new Float64Array(thresholds.length), new Float64Array(thresholds.length)];
  let visible = 0;
  for (const score of scores) {
    if (score.kind === "compared" || score.kind === "missed") visible++;
    if (score.kind !== "compared") continue;
    const error = errorIn(score, unit);
    for (const [t, threshold] of thresholds.entries())
      if (confidence(score.candidate, kind) >= threshold) {
        counts[t]++;
        sums[t] += error;
      }
  }
  return { visible, counts, sums };
}
