import { spacingMm } from "../../geometry/grid.ts";
import { applyToDirection, applyToPoint } from "../../geometry/transform.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import type { LabelNames } from "./landmark-rule.ts";

/**
 * The surface of a structure as points: the centres of the faces between voxels inside and outside, which is where occupancy,
 * interpolated along the grid's lines, is one half. Faces on the border of the volume are no surface: there the structure is cut.
 */
export interface StructureSurface {
  /** x, y, z in LPS mm of every face centre, one after another. */
  readonly pointsLps: Float64Array;
  /** The same for the faces where the volume's border cuts the structure. */
  readonly cutLps: Float64Array;
  /** Centre of mass of the voxels, LPS mm. */
  readonly centroidLps: Vector3;
  readonly voxels: number;
  /** The largest spacing of the grid. */
  readonly voxelMm: number;
}

/** The label numbers of a structure: those that bear one of the names, and those given as numbers. */
export function labelNumbers(labelMap: LabelMap, wanted: LabelNames): Set<number> {
  const numbers = new Set(wanted.filter((label) => typeof label === "number"));
  for (const [label, name] of labelMap.names) if (wanted.includes(name)) numbers.add(label);
  return numbers;
}

/** The surface of the voxels with these labels; undefined if there are none. */
export function structureSurface(
  { grid, labels }: LabelMap,
  wanted: ReadonlySet<number>,
): StructureSurface | undefined {
  const [ni, nj, nk] = grid.shape;
  const belongs = new Uint8Array(65536);
  for (const label of wanted) belongs[label] = 1;
  const strides = [1, ni, ni * nj];
  const halfStep = ([0, 1, 2] as const).map((axis) =>
    applyToDirection(grid.lpsFromVoxel, [axis === 0 ? 0.5 : 0, axis === 1 ? 0.5 : 0, axis === 2 ? 0.5 : 0]),
  );
  const points: number[] = [];
  const cut: number[] = [];
  let [voxels, si, sj, sk] = [0, 0, 0, 0];
  let n = -1;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) {
        n++;
        if (belongs[labels[n]] === 0) continue;
        voxels++;
        si += i;
        sj += j;
        sk += k;
        for (let face = 0; face < 6; face++) {
          const axis = face >> 1;
          const sign = (face & 1) === 0 ? -1 : 1;
          const index = axis === 0 ? i : axis === 1 ? j : k;
          const isBorder = sign < 0 ? index === 0 : index === grid.shape[axis] - 1;
          if (!isBorder && belongs[labels[n + sign * strides[axis]]] === 1) continue;
          const [x, y, z] = applyToPoint(grid.lpsFromVoxel, [i, j, k]);
          const [dx, dy, dz] = halfStep[axis];
          (isBorder ? cut : points).push(x + sign * dx, y + sign * dy, z + sign * dz);
        }
      }
  if (voxels === 0) return undefined;
  return {
    pointsLps: Float64Array.from(points),
    cutLps: Float64Array.from(cut),
    centroidLps: applyToPoint(grid.lpsFromVoxel, [si / voxels, sj / voxels, sk / voxels]),
    voxels,
    voxelMm: Math.max(...spacingMm(grid)),
  };
}
