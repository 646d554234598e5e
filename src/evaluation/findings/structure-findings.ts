import type { CaseScore, EvaluatedNames } from "../score-case.ts";
import type { EvaluationSummary } from "../summarise.ts";
import { type EvaluationFinding, finding, listed } from "./finding.ts";

/** A share of a structure's pixels under another name that is worth telling. */
const OFTEN = 0.1;

/** Structures that the network lost, and those about which these pictures say nothing. */
export function structureFindings({ dice }: EvaluationSummary): EvaluationFinding[] {
  const never = dice.structures.filter(({ present, predicted }) => present > 0 && predicted === 0);
  const absent = dice.structures.filter(({ present }) => present === 0);
  return [
    ...never.map(({ name, present }) =>
      finding(
        "error",
        "structure-never-predicted",
        `${name} is never predicted, though it is in ${present} ${present === 1 ? "picture" : "pictures"}.`,
      ),
    ),
    ...(absent.length === 0
      ? []
      : [
          finding(
            "info",
            "structure-never-present",
            `In no truth: ${listed(absent.map(({ name }) => name))}; nothing here tells how well they are found.`,
          ),
        ]),
  ];
}

/** The likeliest wrong name of every structure, where at least a tenth of its pixels has it. */
export function confusionFindings(scores: readonly CaseScore[], names: EvaluatedNames): EvaluationFinding[] {
  const size = names.structures.length;
  return names.structures.flatMap((name, i) => {
    const there = scores.reduce((sum, { structures }) => {
      const counts = structures[i]?.counts;
      return sum + (counts ? counts.truePositive + counts.falseNegative : 0);
    }, 0);
    // Overlapping masks count a pixel more than once, and that is no mistake: only what excludes each other can be taken for another.
    const found = scores.reduce((sum, { structures }) => sum + (structures[i]?.counts?.truePositive ?? 0), 0);
    const called = names.structures.map((_, j) =>
      scores.reduce((sum, { overlaps }) => sum + overlaps[i * size + j], 0),
    );
    const isExclusive = called.reduce((sum, count) => sum + count, 0) <= there;
    if (!isExclusive || found === 0) return [];
    const [worst] = called
      .map((count, j) => ({ j, share: count / there }))
      .filter(({ j }) => j !== i)
      .toSorted((a, b) => b.share - a.share);
    if (!worst || worst.share < OFTEN) return [];
    return [
      finding(
        "info",
        "taken-for-another",
        `${(100 * worst.share).toFixed(0)} % of the pixels of ${name} are called ${names.structures[worst.j]}.`,
      ),
    ];
  });
}
