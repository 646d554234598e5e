import { sameGrid } from "../../geometry/grid.ts";
import type { LabelMap } from "../label-map.ts";
import { totalSegmentatorLabels } from "../totalsegmentator-labels.ts";
import type { Volume } from "../volume.ts";
import { labelFindings, labelStatistics } from "./label-findings.ts";

/**
 * Gives a label map without names those of TotalSegmentator v2, but only where they fit: every label is in its table, and with
 * these names bones lie on bone, lungs on air, and left is on the left. Otherwise the map stays as it is.
 */
export function withAssumedLabelNames(labelMap: LabelMap, ct: Volume): LabelMap {
  if (labelMap.names.size > 0 || !sameGrid(ct.grid, labelMap.grid)) return labelMap;
  const named: LabelMap = { ...labelMap, names: totalSegmentatorLabels };
  const statistics = labelStatistics(named, ct);
  if (statistics.some(({ label }) => !totalSegmentatorLabels.has(label))) return labelMap;
  return labelFindings(ct, named, statistics).some(({ severity }) => severity === "error") ? labelMap : named;
}
