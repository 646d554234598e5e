import { calibratedThreshold, type JudgedCandidate } from "../evaluation/calibrated-threshold.ts";
import { confidence } from "../evaluation/landmark-rule.ts";
import { type Model, type Picture, predict } from "./predict.ts";
import { takenApart } from "./taken-apart.ts";

/** A picture whose landmarks are known. */
export interface CalibrationPicture extends Picture {
  /** In pixels; undefined: not visible. */
  readonly points: readonly ({ readonly x: number; readonly y: number } | undefined)[];
}

/** From where a model is to be believed. */
export interface ModelThresholds {
  /** Correlation of a landmark's heat-map with an ideal one; left out where no landmark was ever found where it is. */
  readonly landmarkThreshold?: number;
  /** Confidence in a whole picture; left out where it does not tell pictures from what is none. */
  readonly confidenceThreshold?: number;
}

/**
 * From where a model is to be believed, by pictures that are as hard as real ones. A landmark's candidate is right within `tolerancePx` of the
 * truth, wrong elsewhere and where there is none (`calibratedThreshold`). The confidence from which a picture is taken for one
 * of the kind that the model knows lies half-way between the median of these pictures and that of the same pictures taken apart (`takenApart`).
 */
export async function calibrateModel(
  model: Model,
  pictures: AsyncIterable<CalibrationPicture>,
  tolerancePx: number,
): Promise<ModelThresholds> {
  const judged: JudgedCandidate[] = [];
  const confidences: number[] = [];
  const withoutAnatomy: number[] = [];
  for await (const picture of pictures) {
    const { landmarks, confidence: ofPicture } = await predict([model], picture);
    confidences.push(ofPicture);
    withoutAnatomy.push((await predict([model], takenApart(picture))).confidence);
    for (const [index, found] of landmarks.entries()) {
      if (!found) continue;
      const truth = picture.points[index];
      judged.push({
        confidence: confidence(found, "correlation"),
        isRight: truth !== undefined && Math.hypot(found.x - truth.x, found.y - truth.y) <= tolerancePx,
      });
    }
  }
  const landmarkThreshold = calibratedThreshold(judged);
  const [known, other] = [medianOf(confidences), medianOf(withoutAnatomy)];
  return {
    ...(landmarkThreshold === undefined ? {} : { landmarkThreshold }),
    ...(known > other ? { confidenceThreshold: (known + other) / 2 } : {}),
  };
}

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
