import type { EvaluationSummary } from "../summarise.ts";
import { type EvaluationFinding, finding } from "./finding.ts";

const FEW_PICTURES = 10;

/** How far the pictures themselves allow conclusions. */
export function sampleFindings({ pictures: count, subjects }: EvaluationSummary): EvaluationFinding[] {
  if (count > 1 && subjects === 1)
    return [
      finding(
        "info",
        "one-subject",
        `All ${count} pictures are of one subject: the intervals tell about more pictures of that subject, not about other people.`,
      ),
    ];
  if (count < FEW_PICTURES)
    return [finding("info", "few-pictures", `${count} pictures are few: look at the intervals.`)];
  return [];
}
