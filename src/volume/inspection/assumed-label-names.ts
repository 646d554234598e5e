import { sameGrid } from "../../geometry/grid.ts";
import type { LabelMap } from "../label-map.ts";
import { totalSegmentatorLabels } from "../totalsegmentator-labels.ts";
import type { Volume } from "../volume.ts";
import { anatomyFindings } from "./anatomy-findings.ts";
import { type LabelStatistics, labelStatistics } from "./label-statistics.ts";

/** Fewer labels than this may carry numbers of the table by chance. */
const MANY_LABELS = 12;

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
export function assumedNamesMisfit(statistics: readonly LabelStatistics[]): string | undefined {
  return statistics.length >= MANY_LABELS && areInTable(statistics) ? mistake(statistics) : undefined;
}

const areInTable = (statistics: readonly LabelStatistics[]): boolean =>
  statistics.every(({ label }) => totalSegmentatorLabels.has(label));

function mistake(statistics: readonly LabelStatistics[]): string | undefined {
  const named = statistics.map((entry) => ({
    ...entry,
    name: totalSegmentatorLabels.get(entry.label) ?? entry.name,
  }));
  return anatomyFindings(named).find(({ severity }) => severity === "error")?.message;
}
