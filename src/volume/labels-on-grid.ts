import { type Grid, sameGrid } from "../geometry/grid.ts";
import { transform } from "../geometry/transform.ts";
import type { Finding } from "./finding.ts";
import type { LabelMap } from "./label-map.ts";
import { orientationCode } from "./orientation.ts";

/**
 * Labels whose voxels are those of the CT, but stored along other or reversed axes, are put into the order of the CT; nothing is
 * resampled. NIfTI files made from a DICOM series are like that: their rows usually run the other way. Others come back as they are.
 */
export function labelsOnGrid(labelMap: LabelMap, grid: Grid): { labelMap: LabelMap; findings: Finding[] } {
  if (sameGrid(labelMap.grid, grid)) return { labelMap, findings: [] };
  for (const order of ORDERS)
    for (const reversed of REVERSALS) {
      const turned = turnedGrid(labelMap.grid, order, reversed);
      if (!sameGrid(turned, grid)) continue;
      return {
        labelMap: { grid: turned, labels: turnedLabels(labelMap, order, reversed), names: labelMap.names },
        findings: [
          {
            code: "labels-orientation-differs",
            severity: "info",
            message: `the CT runs ${orientationCode(grid)}, the labels ${orientationCode(labelMap.grid)}, with the same voxels: the labels were put into the order of the CT`,
          },
        ],
      };
    }
  return { labelMap, findings: [] };
}

type Axes<T> = readonly [T, T, T];

/** Which old axis each new one is. */
const ORDERS: readonly Axes<number>[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** Which new axes run against the old ones. */
const REVERSALS: readonly Axes<boolean>[] = Array.from(
  { length: 8 },
  (_, n): Axes<boolean> => [(n & 1) > 0, (n & 2) > 0, (n & 4) > 0],
);

function turnedGrid(grid: Grid, order: Axes<number>, reversed: Axes<boolean>): Grid {
  const m = grid.lpsFromVoxel.matrix;
  const rows = [0, 1, 2].flatMap((row) => {
    let origin = m[4 * row + 3];
    const columns = order.map((old, axis) => {
      const step = m[4 * row + old];
      if (reversed[axis]) origin += step * (grid.shape[old] - 1);
      return reversed[axis] ? -step : step;
    });
    return [...columns, origin];
  });
  return {
    shape: [grid.shape[order[0]], grid.shape[order[1]], grid.shape[order[2]]],
    lpsFromVoxel: transform("lps", "voxel", [...rows, 0, 0, 0, 1]),
  };
}

function turnedLabels(
  { grid, labels }: LabelMap,
  order: Axes<number>,
  reversed: Axes<boolean>,
): LabelMap["labels"] {
  const strides = [1, grid.shape[0], grid.shape[0] * grid.shape[1]];
  const [ni, nj, nk] = order.map((old) => grid.shape[old]);
  const [di, dj, dk] = order.map((old, axis) => (reversed[axis] ? -strides[old] : strides[old]));
  const turned = labels.slice();
  const first = order.reduce(
    (sum, old, axis) => sum + (reversed[axis] ? strides[old] * (grid.shape[old] - 1) : 0),
    0,
  );
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) turned[n++] = labels[first + i * di + j * dj + k * dk];
  return turned;
}
