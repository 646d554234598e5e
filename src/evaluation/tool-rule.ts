import type { CaseScore, LandmarkScore } from "./score-case.ts";

/** How far apart the two landmarks of a tool can be, in mm at the detector. */
export interface ToolRule {
  readonly least: number;
  readonly most: number;
  readonly pixelPitchMm: number;
}

/** The continuum manipulator of the paper on pictures of 480 pixels. */
export const PUBLISHED_TOOL_RULE: ToolRule = { least: 15, most: 200, pixelPitchMm: 0.58 };

/**
 * Leaves out the landmarks of a picture in which the published evaluation of tools does not count: where a landmark is not in the picture, or
 * where the two detections are not `least` to `most` mm apart, which the tool cannot be. Its Dice stays.
 *
 * Landmarks that remain are then judged as others are: the published threshold is a correlation above 0.9, in a window of 71 pixels with σ 7.11.
 */
export function withToolRule(score: CaseScore, rule: ToolRule = PUBLISHED_TOOL_RULE): CaseScore {
  const [first, second] = score.landmarks;
  if (first?.kind === "compared" && second?.kind === "compared") {
    const [a, b] = [first.candidate, second.candidate];
    const apartMm = Math.hypot(a.x - b.x, a.y - b.y) * rule.pixelPitchMm;
    if (apartMm > rule.least && apartMm < rule.most) return score;
  }
  return {
    ...score,
    landmarks: score.landmarks.map(
      (landmark): LandmarkScore => ({
        kind: "unknown",
        candidate: landmark.candidate,
      }),
    ),
  };
}
