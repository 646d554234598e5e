import type { CaseScore } from "../score-case.ts";
import type { EvaluationSummary } from "../summarise.ts";
import { type EvaluationFinding, finding, listed, ofPictures } from "./finding.ts";

/** A picture in which less than this share of the true pixels is found at all. */
const NEARLY_NOTHING = 0.02;
/** A mean Dice under which prediction and truth have nothing to do with each other. */
const NO_AGREEMENT = 0.1;

/** Pictures in which next to nothing is right: of another body part, turned, or of the other polarity. */
export function agreementFindings(
  { dice }: EvaluationSummary,
  scores: readonly CaseScore[],
): EvaluationFinding[] {
  if (dice.mean !== null && dice.mean < NO_AGREEMENT)
    return [
      finding(
        "error",
        "no-agreement",
        `Prediction and truth hardly overlap (mean Dice ${dice.mean.toFixed(2)}): pictures of another body part, another order of classes, another orientation or bone dark instead of bright.`,
      ),
    ];
  const empty = scores.filter(({ structures }) => {
    const counts = structures.flatMap((structure) => structure.counts ?? []);
    const found = counts.reduce((sum, { truePositive }) => sum + truePositive, 0);
    const there = counts.reduce(
      (sum, { truePositive, falseNegative }) => sum + truePositive + falseNegative,
      0,
    );
    return there > 0 && found < NEARLY_NOTHING * there;
  });
  if (empty.length === 0) return [];
  return [
    finding(
      empty.length > 0.5 * scores.length ? "error" : "warning",
      "nearly-nothing-found",
      `In ${ofPictures(empty.length, scores.length)} nearly nothing of the truth was found; are they of another body part? ${listed(empty.map(({ name }) => name))}.`,
    ),
  ];
}
