import { sameGrid } from "../../geometry/grid.ts";
import type { Finding } from "../finding.ts";
import type { LabelMap } from "../label-map.ts";
import { totalSegmentatorLabels } from "../totalsegmentator-labels.ts";
import type { Volume } from "../volume.ts";
import { anatomyFindings, sidePairs } from "./anatomy-findings.ts";
import { type LabelStatistics, labelStatistics } from "./label-statistics.ts";

/** Fewer labels than this may carry numbers of the table by chance. */
const MANY_LABELS = 12;
const MANY_PAIRS = 6;

/**
 * Gives a label map without names those of TotalSegmentator v2, but only where they fit: every label is in its table, and with
 * these names bones lie on bone, lungs on air, and left is on the left. Otherwise the map stays as it is.
 */
export function withAssumedLabelNames(labelMap: LabelMap, ct: Volume): LabelMap {
  if (labelMap.names.size > 0 || !sameGrid(ct.grid, labelMap.grid)) return labelMap;
  const statistics = labelStatistics(labelMap, ct);
  if (!areInTable(statistics) || mistake(statistics) !== undefined) return labelMap;
  return { ...labelMap, names: totalSegmentatorLabels };
}

/** What is wrong if these labels, too many for chance, are called as TotalSegmentator calls them; undefined if nothing is. */
export function assumedNamesMisfit(statistics: readonly LabelStatistics[]): Finding | undefined {
  if (statistics.length < MANY_LABELS || !areInTable(statistics)) return undefined;
  const misfit = mistake(statistics);
  if (!misfit) return undefined;
  const about = `the numbers are those of TotalSegmentator, but with its names ${misfit.message}`;
  const message = `${about}; if the labels are not its own, give --label-names FILE`;
  return isMirrored(statistics)
    ? { code: "labels-left-right-swapped", severity: "error", message }
    : { code: "labels-not-totalsegmentator", severity: "warning", message };
}

/** Every pair swapped, and as many as here: no other table has its sides so by chance. */
function isMirrored(statistics: readonly LabelStatistics[]): boolean {
  const pairs = sidePairs(called(statistics));
  return pairs.length >= MANY_PAIRS && pairs.every(({ isSwapped }) => isSwapped);
}

const areInTable = (statistics: readonly LabelStatistics[]): boolean =>
  statistics.every(({ label }) => totalSegmentatorLabels.has(label));

const mistake = (statistics: readonly LabelStatistics[]): Finding | undefined =>
  anatomyFindings(called(statistics)).find(({ severity }) => severity === "error");

const called = (statistics: readonly LabelStatistics[]): LabelStatistics[] =>
  statistics.map((entry) => ({ ...entry, name: totalSegmentatorLabels.get(entry.label) ?? entry.name }));
