import { type Grid, sameGrid, spacingMm } from "../../geometry/grid.ts";
import type { Finding } from "../finding.ts";
import type { LabelMap } from "../label-map.ts";
import { orientationCode } from "../orientation.ts";
import type { Volume } from "../volume.ts";
import { anatomyFindings } from "./anatomy-findings.ts";
import { assumedNamesMisfit } from "./assumed-label-names.ts";
import type { LabelStatistics } from "./label-statistics.ts";

/** Does the label map belong to this CT? */
export function labelFindings(
  ct: Volume,
  labelMap: LabelMap,
  statistics: readonly LabelStatistics[],
): Finding[] {
  const findings: Finding[] = [];
  const add = (code: string, severity: Finding["severity"], message: string) =>
    findings.push({ code, severity, message });
  if (statistics.length === 0) add("labels-empty", "error", "the label map holds no labels");
  const [ctCode, labelCode] = [orientationCode(ct.grid), orientationCode(labelMap.grid)];
  if (ctCode !== labelCode)
    add(
      "labels-orientation-differs",
      "error",
      `the CT runs ${ctCode}, the labels ${labelCode}: resample the labels onto the grid of the CT`,
    );
  else if (!sameGrid(ct.grid, labelMap.grid))
    add(
      "labels-grid-differs",
      "error",
      `CT and labels lie on different grids (${gridText(ct.grid)}; ${gridText(labelMap.grid)}): resample the labels onto the grid of the CT`,
    );
  const unnamed = statistics.filter(({ label }) => !labelMap.names.has(label));
  if (unnamed.length > 0) {
    const examples = unnamed.slice(0, 8).map(({ label }) => label);
    add(
      "labels-unnamed",
      "info",
      `${unnamed.length} labels have no name (${examples.join(", ")}): give --label-names FILE`,
    );
  }
  const misfit = labelMap.names.size === 0 ? assumedNamesMisfit(statistics) : undefined;
  if (misfit) findings.push(misfit);
  return [...findings, ...anatomyFindings(statistics)];
}

function gridText(grid: Grid): string {
  const numbers = (values: readonly number[], between: string) =>
    values.map((value) => value.toFixed(2)).join(between);
  const m = grid.lpsFromVoxel.matrix;
  return `${grid.shape.join(" × ")} voxels of ${numbers(spacingMm(grid), " × ")} mm from LPS (${numbers([m[3], m[7], m[11]], ", ")})`;
}
