import { calibratedThreshold, type JudgedCandidate } from "../evaluation/calibrated-threshold.ts";
import { confidence } from "../evaluation/landmark-rule.ts";
import { type Model, type Picture, predict } from "./predict.ts";

/** A picture whose landmarks are known. */
export interface CalibrationPicture extends Picture {
  /** In pixels; undefined: not visible. */
  readonly points: readonly ({ readonly x: number; readonly y: number } | undefined)[];
}

/**
 * The correlation from which a model's landmarks are to be believed, by pictures that are as hard as real ones: a candidate is right within
 * `tolerancePx` of the truth, wrong elsewhere and where there is none (`calibratedThreshold`).
 *
 * @returns undefined where no candidate is right
 */
export async function calibrateLandmarks(
  model: Model,
  pictures: AsyncIterable<CalibrationPicture>,
  tolerancePx: number,
): Promise<number | undefined> {
  const judged: JudgedCandidate[] = [];
  for await (const picture of pictures) {
    const { landmarks } = await predict([model], picture);
    for (const [index, found] of landmarks.entries()) {
      if (!found) continue;
      const truth = picture.points[index];
      judged.push({
        confidence: confidence(found, "correlation"),
        isRight: truth !== undefined && Math.hypot(found.x - truth.x, found.y - truth.y) <= tolerancePx,
      });
    }
  }
  return calibratedThreshold(judged);
}
