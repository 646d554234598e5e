import { sameGrid, spacingMm, voxelVolumeMm3 } from "../../geometry/grid.ts";
import { applyToPoint } from "../../geometry/transform.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import type { Finding } from "../finding.ts";
import type { LabelMap } from "../label-map.ts";
import { orientationCode } from "../orientation.ts";
import type { Volume } from "../volume.ts";

export interface LabelStatistics {
  readonly label: number;
  readonly name: string;
  readonly voxels: number;
  readonly volumeMl: number;
  readonly centroidLps: Vector3;
  /** Mean CT number under the label; absent when the grids differ. */
  readonly meanHu?: number;
}

/** Volume, place and CT number of every label that occurs. */
export function labelStatistics(labelMap: LabelMap, ct: Volume | undefined): LabelStatistics[] {
  const { grid, labels, names } = labelMap;
  const [ni, nj, nk] = grid.shape;
  const sums = Array.from({ length: 5 }, () => new Float64Array(65536));
  const [count, si, sj, sk, hu] = sums;
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        const label = labels[n];
        if (label === 0) continue;
        count[label]++;
        si[label] += i;
        sj[label] += j;
        sk[label] += k;
        if (ct) hu[label] += ct.values[n];
      }
  return Array.from(count.keys())
    .filter((label) => count[label] > 0)
    .map((label) => ({
      label,
      name: names.get(label) ?? `label_${label}`,
      voxels: count[label],
      volumeMl: (count[label] * voxelVolumeMm3(grid)) / 1000,
      centroidLps: applyToPoint(grid.lpsFromVoxel, [
        si[label] / count[label],
        sj[label] / count[label],
        sk[label] / count[label],
      ]),
      ...(ct ? { meanHu: hu[label] / count[label] } : {}),
    }));
}

const BONE = /^(hip|femur|sacrum|vertebrae|rib|humerus|scapula|clavicula|skull|sternum)(_|$)/;
const LUNG = /^lung(_|$)/;

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
      `CT and labels lie on different grids (${gridText(ct)} against ${gridText(labelMap)}): resample the labels onto the grid of the CT`,
    );
  const unnamed = statistics.filter(({ label }) => !labelMap.names.has(label));
  if (unnamed.length > 0)
    add(
      "labels-unnamed",
      "info",
      `${unnamed.length} labels have no name (${unnamed
        .slice(0, 8)
        .map(({ label }) => label)
        .join(", ")}): give --label-names FILE`,
    );
  findings.push(...sideFindings(statistics));
  const wrong = statistics.filter(
    ({ name, meanHu }) =>
      meanHu !== undefined && ((BONE.test(name) && meanHu < 50) || (LUNG.test(name) && meanHu > -300)),
  );
  if (wrong.length > 0)
    add(
      "labels-on-wrong-tissue",
      wrong.length > statistics.length / 4 ? "error" : "warning",
      `labels do not lie on their tissue: ${wrong
        .slice(0, 5)
        .map(({ name, meanHu }) => `${name} (mean ${meanHu?.toFixed(0)} HU)`)
        .join(", ")}; are they shifted, flipped, or of another CT?`,
    );
  return findings;
}

/** Pairs `X_left` and `X_right` must lie the right way round: left at larger LPS x. */
function sideFindings(statistics: readonly LabelStatistics[]): Finding[] {
  const byName = new Map(statistics.map((entry) => [entry.name, entry]));
  const pairs = statistics.flatMap((left) => {
    const right = /_left(?=_|$)/.test(left.name)
      ? byName.get(left.name.replace(/_left(?=_|$)/, "_right"))
      : undefined;
    return right ? [{ name: left.name, differenceMm: left.centroidLps[0] - right.centroidLps[0] }] : [];
  });
  const swapped = pairs.filter(({ differenceMm }) => differenceMm < -5);
  if (swapped.length === 0) return [];
  const all = swapped.length > pairs.length / 2;
  return [
    {
      code: "labels-left-right-swapped",
      severity: all ? "error" : "warning",
      message: `left lies to the right of right for ${swapped.length} of ${pairs.length} pairs (${swapped
        .slice(0, 3)
        .map(({ name }) => name)
        .join(", ")}): ${all ? "the volume or the names are mirrored" : "check these labels"}`,
    },
  ];
}

const gridText = ({ grid }: { grid: LabelMap["grid"] }): string =>
  `${grid.shape.join(" × ")} voxels of ${spacingMm(grid)
    .map((mm) => mm.toFixed(2))
    .join(" × ")} mm`;
