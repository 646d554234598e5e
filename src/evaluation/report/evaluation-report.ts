import type { EvaluationFinding } from "../findings/finding.ts";
import type { RunComparison } from "../compare-runs.ts";
import type { CaseScore, EvaluatedNames } from "../score-case.ts";
import type { EvaluationSummary } from "../summarise.ts";

/** All that a report shows; it draws nothing itself but charts. */
export interface EvaluationReport {
  /** "hip on pelvis_deepfluoro". */
  readonly title: string;
  /** One line below it: what was evaluated on what. */
  readonly description?: string;
  readonly summary: EvaluationSummary;
  readonly scores: readonly CaseScore[];
  readonly names: EvaluatedNames;
  readonly findings: readonly EvaluationFinding[];
  /** The best, median and worst pictures, in the order in which they are shown. */
  readonly pictures?: readonly ReportPicture[];
  readonly comparison?: ReportComparison;
  /** Names and values for the end: model, data, options, software. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
}

export interface ReportPicture {
  readonly rank: "best" | "median" | "worst";
  readonly name: string;
  /** "Dice 0.93, error 3.2 mm". */
  readonly caption: string;
  readonly png: Uint8Array;
}

export interface ReportComparison {
  readonly firstName: string;
  readonly secondName: string;
  readonly comparison: RunComparison;
  /** Summary of the first run, for its curve beside this one's (the second is the report's own). */
  readonly first?: EvaluationSummary;
}
