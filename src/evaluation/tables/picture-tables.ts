import { isActivated, type LandmarkRule, PUBLISHED_RULE } from "../landmark-rule.ts";
import type { CaseScore, EvaluatedNames } from "../score-case.ts";
import { mean } from "../statistics/sample-statistics.ts";
import { diceValues } from "../summarise.ts";
import type { Table } from "./table.ts";

/** One row a picture: the mean of its Dice and each of them; empty where a structure does not count. */
export const pictureTable = (scores: readonly CaseScore[], names: EvaluatedNames): Table => ({
  columns: ["picture", "subject", "dice_mean", ...names.structures.map((name) => `dice_${name}`)],
  rows: scores.map((score) => [
    score.name,
    score.subject,
    mean(diceValues(score)),
    ...score.structures.map(({ dice }) => dice),
  ]),
});

/** One row a landmark of a picture: truth and candidate in pixels, its confidence, whether it counts, its error. */
export function detectionTable(
  scores: readonly CaseScore[],
  names: EvaluatedNames,
  rule: LandmarkRule = PUBLISHED_RULE,
): Table {
  return {
    columns:
      "picture subject landmark state x_true y_true x y peak ncc found error_px error_mm demagnified_mm".split(
        " ",
      ),
    rows: scores.flatMap((score) =>
      score.landmarks.map((landmark, n) => {
        const { candidate } = landmark;
        const truth = "truth" in landmark ? landmark.truth : undefined;
        const isCompared = landmark.kind === "compared";
        return [
          score.name,
          score.subject,
          names.landmarks[n],
          landmark.kind,
          truth?.x,
          truth?.y,
          candidate?.x,
          candidate?.y,
          candidate?.peak,
          candidate?.ncc,
          candidate && isActivated(candidate, rule) ? "yes" : "no",
          isCompared ? landmark.errorPx : undefined,
          isCompared ? landmark.errorMm : undefined,
          isCompared ? landmark.demagnifiedMm : undefined,
        ];
      }),
    ),
  };
}
