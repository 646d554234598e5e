import { voxelVolumeMm3 } from "../../geometry/grid.ts";
import { applyToPoint } from "../../geometry/transform.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../label-map.ts";
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
