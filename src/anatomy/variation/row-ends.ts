import type { Grid } from "../../geometry/grid.ts";
import { applyToPoint } from "../../geometry/transform.ts";
import type { Vector3 } from "../../geometry/vector.ts";

/** The first and the last voxel of every row that pass a test, in LPS mm: all others of the row lie between them. */
export function rowEnds(grid: Grid, passes: (index: number) => boolean): Vector3[] {
  const [ni, nj, nk] = grid.shape;
  const ends: Vector3[] = [];
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      const row = (k * nj + j) * ni;
      let first = 0;
      while (first < ni && !passes(row + first)) first++;
      if (first === ni) continue;
      let last = ni - 1;
      while (!passes(row + last)) last--;
      ends.push(
        applyToPoint(grid.lpsFromVoxel, [first, j, k]),
        applyToPoint(grid.lpsFromVoxel, [last, j, k]),
      );
    }
  return ends;
}
