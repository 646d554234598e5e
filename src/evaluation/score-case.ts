import { InputError } from "../error/input-error.ts";
import { countOverlaps, countPixels, type PixelCounts } from "./pixel-counts.ts";
import { dice } from "./pixel-metrics.ts";
import type { DetectedLandmark, Prediction } from "./prediction.ts";
import type { PixelPoint, Truth } from "./truth.ts";

/** Names in the order of classes (without background), masks and landmarks. */
export interface EvaluatedNames {
  readonly structures: readonly string[];
  readonly landmarks: readonly string[];
}

/** One picture to be judged. */
export interface EvaluationCase {
  readonly name: string;
  /** Whose picture it is: pictures of one subject are not independent. */
  readonly subject?: string;
  readonly prediction: Prediction;
  readonly truth: Truth;
}

export interface ScoreOptions {
  /** Structures with fewer pixels of truth are left out of a picture's Dice (default 0: all count, 1 where both are empty). */
  readonly minimumTruthPx?: number;
  /** Added to both sides of Dice; 0 by default. */
  readonly epsilon?: number;
  /** Landmarks whose truth or detection is on the border or outside count as not in the picture, as published (default true). */
  readonly strictlyInside?: boolean;
}

/** What is kept of a picture: small, so that thousands can wait for the summary; `scoresToJson` writes it for a later comparison. */
export interface CaseScore {
  readonly name: string;
  readonly subject: string | undefined;
  readonly structures: readonly StructureScore[];
  /** Pixels that are structure i and were called structure j, at i · structures + j; of those annotated. */
  readonly overlaps: readonly number[];
  readonly landmarks: readonly LandmarkScore[];
}

export interface StructureScore {
  /** undefined: not annotated in this picture. */
  readonly counts: PixelCounts | undefined;
  /** undefined: not annotated, or too few pixels of truth. */
  readonly dice: number | undefined;
}

/**
 * - `compared`: in the picture, with a candidate;
 * - `missed`: in the picture, no pixel to look for it, or a candidate on the border;
 * - `absent`: not in the picture; a `candidate` that counts is a false alarm;
 * - `unknown`: not annotated.
 */
export type LandmarkScore =
  | {
      readonly kind: "compared";
      readonly truth: PixelPoint;
      readonly candidate: DetectedLandmark;
      readonly errorPx: number;
      /** At the detector; undefined without a pixel pitch. */
      readonly errorMm: number | undefined;
      /** In the patient; undefined without a magnification. */
      readonly demagnifiedMm: number | undefined;
    }
  | {
      readonly kind: "missed";
      readonly truth: PixelPoint;
      /** One on the border, where `strictlyInside` rules it out. */
      readonly candidate: DetectedLandmark | undefined;
    }
  | { readonly kind: "absent"; readonly candidate: DetectedLandmark | undefined }
  | { readonly kind: "unknown"; readonly candidate: DetectedLandmark | undefined };

/**
 * Holds one prediction against its truth.
 *
 * @throws InputError `evaluation-size`, `evaluation-class`, `evaluation-masks`, `evaluation-landmarks`
 */
export function scoreCase(
  { name, subject, prediction, truth }: EvaluationCase,
  names: EvaluatedNames,
  options: ScoreOptions = {},
): CaseScore {
  const { minimumTruthPx = 0, epsilon = 0 } = options;
  const structures = countPixels(prediction, truth, names.structures.length).map((counts): StructureScore => {
    const isLeftOut = !counts || counts.truePositive + counts.falseNegative < minimumTruthPx;
    return { counts, dice: isLeftOut ? undefined : dice(counts, epsilon) };
  });
  return {
    name,
    subject,
    structures,
    overlaps: Array.from(countOverlaps(prediction, truth, names.structures.length)),
    landmarks: landmarkScores(prediction, truth, names, options),
  };
}

function landmarkScores(
  { landmarks: found }: Prediction,
  truth: Truth,
  names: EvaluatedNames,
  { strictlyInside = true }: ScoreOptions,
): LandmarkScore[] {
  for (const [whose, list] of [
    ["the prediction", found],
    ["the truth", truth.landmarks],
  ] as const)
    if (list && list.length !== names.landmarks.length)
      throw new InputError(
        "evaluation-landmarks",
        `${whose} has ${list.length} landmarks, but ${names.landmarks.length} are named`,
      );
  const isInside = ({ x, y }: PixelPoint): boolean =>
    x > 0 && y > 0 && x < truth.widthPx && y < truth.heightPx;
  return names.landmarks.map((_, landmark): LandmarkScore => {
    const candidate = found?.[landmark];
    const place = truth.landmarks ? truth.landmarks[landmark] : "unknown";
    if (place === "unknown") return { kind: "unknown", candidate };
    if (!place || (strictlyInside && !isInside(place))) return { kind: "absent", candidate };
    if (!candidate || (strictlyInside && !isInside(candidate)))
      return { kind: "missed", truth: place, candidate };
    return { kind: "compared", truth: place, candidate, ...errors(place, candidate, truth) };
  });
}

function errors(
  place: PixelPoint,
  candidate: PixelPoint,
  { pixelPitchMm, magnification }: Truth,
): { errorPx: number; errorMm: number | undefined; demagnifiedMm: number | undefined } {
  const errorPx = Math.hypot(candidate.x - place.x, candidate.y - place.y);
  const errorMm = pixelPitchMm === undefined ? undefined : errorPx * pixelPitchMm;
  const demagnifiedMm =
    errorMm === undefined || magnification === undefined ? undefined : errorMm / magnification;
  return { errorPx, errorMm, demagnifiedMm };
}
