import type { CaseScore, EvaluatedNames } from "../score-case.ts";
import type { EvaluationSummary } from "../summarise.ts";
import { agreementFindings } from "./agreement-findings.ts";
import type { EvaluationFinding } from "./finding.ts";
import { landmarkFindings } from "./landmark-findings.ts";
import { sampleFindings } from "./sample-findings.ts";
import { sideFindings } from "./side-findings.ts";
import { confusionFindings, structureFindings } from "./structure-findings.ts";

/** All that is to be said about an evaluation beside its numbers, the gravest first within each subject. */
export const evaluationFindings = (
  summary: EvaluationSummary,
  scores: readonly CaseScore[],
  names: EvaluatedNames,
): EvaluationFinding[] => [
  ...agreementFindings(summary, scores),
  ...structureFindings(summary),
  ...sideFindings(scores, names),
  ...confusionFindings(scores, names),
  ...landmarkFindings(summary),
  ...sampleFindings(summary),
];
