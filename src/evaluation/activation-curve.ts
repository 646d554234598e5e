import { confidence } from "./landmark-rule.ts";
import type { LandmarkScore } from "./score-case.ts";
import { sampleStatistics } from "./statistics/sample-statistics.ts";

/** The thresholds of the published sweep, for the correlation of rule 3. */
export const PUBLISHED_THRESHOLDS: readonly number[] = [
  0.01, 0.5, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.97, 0.98, 0.99, 0.993, 0.995, 0.997, 0.998,
  0.999, 0.9995,
];

/** What is found, and how well, when candidates below a threshold are dropped. */
export interface ActivationPoint {
  readonly threshold: number;
  /** Landmarks that count over all landmarks in the pictures, 0 to 1. */
  readonly activated: number;
  readonly count: number;
  /** Of those that count; NaN of none. */
  readonly meanError: number;
  readonly sd: number;
}

export interface ActivationCurve {
  /** mm where every compared landmark has a pixel pitch, else pixels. */
  readonly unit: "mm" | "px";
  /** Landmarks in the pictures, found or not. */
  readonly visible: number;
  /** In ascending order of threshold. */
  readonly points: readonly ActivationPoint[];
}

/** Mean error against the share of landmarks that count, while the threshold rises: the ideal is 100 % at no error. */
export function activationCurve(
  scores: readonly LandmarkScore[],
  options: { readonly kind?: "correlation" | "peak"; readonly thresholds?: readonly number[] } = {},
): ActivationCurve {
  const { kind = "correlation", thresholds = PUBLISHED_THRESHOLDS } = options;
  const compared = scores.filter((score) => score.kind === "compared");
  const visible = compared.length + scores.filter((score) => score.kind === "missed").length;
  const unit = compared.every(({ errorMm }) => errorMm !== undefined) ? "mm" : "px";
  const points = thresholds
    .toSorted((a, b) => a - b)
    .map((threshold): ActivationPoint => {
      const counting = compared.filter(({ candidate }) => confidence(candidate, kind) >= threshold);
      const { mean, sd, count } = sampleStatistics(counting.map((score) => errorIn(score, unit)));
      return {
        threshold,
        activated: visible === 0 ? Number.NaN : count / visible,
        count,
        meanError: mean,
        sd,
      };
    });
  return { unit, visible, points };
}

/** The error of a landmark in a unit that it has. */
export const errorIn = (score: LandmarkScore & { readonly kind: "compared" }, unit: "mm" | "px"): number =>
  unit === "mm" ? (score.errorMm ?? Number.NaN) : score.errorPx;

/**
 * The error at a given share of landmarks.
 *
 * - `reached`: linear between the two neighbouring thresholds (the published tables do not say how they read it);
 * - `above`: even the highest threshold that leaves a landmark keeps more; the error there;
 * - `not-reached`: even the lowest threshold keeps fewer; no error can be given;
 * - `nothing`: no landmark to look for.
 */
export type ActivationReadOut =
  | {
      readonly kind: "reached" | "above";
      readonly error: number;
      readonly sd: number;
      readonly threshold: number;
    }
  | { readonly kind: "not-reached"; readonly highest: number }
  | { readonly kind: "nothing" };

export function errorAtActivation({ points, visible }: ActivationCurve, share = 0.9): ActivationReadOut {
  if (visible === 0 || points.length === 0) return { kind: "nothing" };
  const highest = points[0].activated;
  if (highest < share) return { kind: "not-reached", highest };
  // Activation falls as the threshold rises.
  const last = points.findLastIndex(({ activated }) => activated >= share);
  const above = points[last];
  const below = points[last + 1];
  const at = { error: above.meanError, sd: above.sd, threshold: above.threshold };
  if (above.activated === share) return { kind: "reached", ...at };
  if (!below || below.count === 0) return { kind: "above", ...at };
  const part = (above.activated - share) / (above.activated - below.activated);
  const between = (a: number, b: number): number => a + part * (b - a);
  return {
    kind: "reached",
    error: between(above.meanError, below.meanError),
    sd: between(above.sd, below.sd),
    threshold: between(above.threshold, below.threshold),
  };
}
