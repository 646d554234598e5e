import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Grid, grid, voxelCount } from "../../src/geometry/grid.ts";
import { applyToPoint, transform } from "../../src/geometry/transform.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import { labelsOnGrid } from "../../src/volume/labels-on-grid.ts";

/** A sheared grid: no two orders of its axes look alike. */
const ct = grid(
  [5, 4, 3],
  transform("lps", "voxel", [0.7, 0.1, 0, -10, 0, 0.8, 0.5, 20, 0.05, 0, 2.5, 30, 0, 0, 0, 1]),
);

/** A label of its own for every voxel of the CT, stored along the axes of another grid. */
function storedAlong(other: Grid): LabelMap {
  const numbers = new Map<string, number>();
  eachVoxel(ct, (voxel, n) => numbers.set(placeOf(ct, voxel), n + 1));
  const labels = new Uint8Array(voxelCount(other));
  eachVoxel(other, (voxel, n) => (labels[n] = numbers.get(placeOf(other, voxel)) ?? 0));
  return { grid: other, labels, names: new Map() };
}

const placeOf = (g: Grid, voxel: Vector3): string =>
  applyToPoint(g.lpsFromVoxel, voxel)
    .map((mm) => (mm + 1000).toFixed(6))
    .join(" ");

function eachVoxel({ shape }: Grid, visit: (voxel: Vector3, n: number) => void): void {
  let n = 0;
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++) for (let i = 0; i < shape[0]; i++) visit([i, j, k], n++);
}

/** The same voxels counted along other axes, some from the other end. */
function turned(order: readonly number[], reversed: readonly boolean[]): Grid {
  const shape = order.map((old) => ct.shape[old]) as [number, number, number];
  const corner = [0, 0, 0] as [number, number, number];
  for (const [axis, old] of order.entries()) if (reversed[axis]) corner[old] = ct.shape[old] - 1;
  const origin = applyToPoint(ct.lpsFromVoxel, corner);
  const m = ct.lpsFromVoxel.matrix;
  const rows = [0, 1, 2].flatMap((row) => [
    ...order.map((old, axis) => (reversed[axis] ? -1 : 1) * m[4 * row + old]),
    origin[row],
  ]);
  return grid(shape, transform("lps", "voxel", [...rows, 0, 0, 0, 1]));
}

describe("labels on the grid of the CT", () => {
  it("every order and direction of the axes comes back to the same place in the patient", () => {
    const axis = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
    const ends = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(axis, ends, (order, reversed) => {
        const { labelMap } = labelsOnGrid(storedAlong(turned(order, reversed)), ct);
        expect(labelMap.grid.shape).toEqual(ct.shape);
        expect(Array.from(labelMap.labels)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
      }),
    );
  });

  it("another grid is left as it is, without a finding", () => {
    const shifted = grid(ct.shape, transform("lps", "voxel", ct.lpsFromVoxel.matrix.with(3, -9.6)));
    const labelMap = storedAlong(shifted);
    const result = labelsOnGrid(labelMap, ct);
    expect(result.labelMap).toBe(labelMap);
    expect(result.findings).toEqual([]);
  });
});
