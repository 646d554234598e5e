import { applyToPoint } from "../geometry/transform.ts";
import type { Vector3 } from "../geometry/vector.ts";
import type { LabelMap } from "./label-map.ts";

/** Mean position in LPS mm of the voxels with this label; undefined if there is none. */
export function labelCentroidLps({ grid, labels }: LabelMap, label: number): Vector3 | undefined {
  const [ni, nj, nk] = grid.shape;
  let [count, si, sj, sk] = [0, 0, 0, 0];
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++)
        if (labels[n++] === label) {
          count++;
          si += i;
          sj += j;
          sk += k;
        }
  return count === 0 ? undefined : applyToPoint(grid.lpsFromVoxel, [si / count, sj / count, sk / count]);
}
