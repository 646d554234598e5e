import type { DetectedLandmark } from "./prediction.ts";

/**
 * When a candidate counts as found.
 *
 * - `correlation` (rule 3 of the published code, its default with 0.9): the heat-map about it looks like the ideal one;
 * - `peak` (rule 2, 0.1): the heat-map, normalised over the picture, is high enough;
 * - `always`: the highest response, whatever it is.
 */
export type LandmarkRule =
  | { readonly kind: "correlation"; readonly threshold: number }
  | { readonly kind: "peak"; readonly threshold: number }
  | { readonly kind: "always" };

export const PUBLISHED_RULE: LandmarkRule = { kind: "correlation", threshold: 0.9 };

/** By the correlation from which a model's own landmarks are believed, else as published. */
export const ruleOfModel = (model: { readonly landmarkThreshold?: number | undefined }): LandmarkRule =>
  model.landmarkThreshold === undefined
    ? PUBLISHED_RULE
    : { kind: "correlation", threshold: model.landmarkThreshold };

/** Whether a candidate reaches the rule's threshold; one that is equal to it does. */
export const isActivated = (landmark: DetectedLandmark, rule: LandmarkRule): boolean =>
  rule.kind === "always" || confidence(landmark, rule.kind) >= rule.threshold;

/** The number that a rule compares with its threshold. */
export const confidence = (landmark: DetectedLandmark, kind: LandmarkRule["kind"]): number =>
  kind === "peak" ? landmark.peak : landmark.ncc;
