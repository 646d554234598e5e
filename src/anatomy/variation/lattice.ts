import { type Grid, spacingMm } from "../../geometry/grid.ts";
import { applyToPoint, invert, type Transform, transform } from "../../geometry/transform.ts";
import type { Vector3 } from "../../geometry/vector.ts";

/**
 * A displacement on the nodes of a coarse lattice, linear between them. The lattice lies along the axes of a grid, every
 * `step` voxels, so that rows of voxels run along rows of nodes. Node (0, 0, 0) is voxel (0, 0, 0); the last node of an axis lies
 * at or beyond the last voxel.
 */
export interface Lattice {
  readonly nodes: readonly [number, number, number];
  readonly step: readonly [number, number, number];
  /** Three components per node, in nodes. */
  readonly displacement: Float32Array;
}

/** Distance of nodes in mm, about: a deformation is smooth over many times that. */
const NODE_MM = 8;

export function emptyLattice(grid: Grid, nodeMm = NODE_MM): Lattice {
  const step = spacingMm(grid).map((mm) => Math.max(1, Math.round(nodeMm / mm)));
  const nodes = grid.shape.map((n, axis) => Math.max(2, Math.ceil((n - 1) / step[axis]) + 1));
  const [a, b, c] = nodes;
  return {
    nodes: [a, b, c],
    step: [step[0], step[1], step[2]],
    displacement: new Float32Array(3 * a * b * c),
  };
}

/** The place of nodes in the patient: lps = matrix · node. */
export function lpsFromNode(grid: Grid, { step }: Lattice): Transform<"lps", "voxel"> {
  const m = grid.lpsFromVoxel.matrix;
  return transform(
    "lps",
    "voxel",
    Array.from(m, (value, n) => (n % 4 < 3 && n < 12 ? value * step[n % 4] : value)),
  );
}

/** First the one map, then the other from where it leads: x -> next(first(x)), at the nodes. */
export function chained(first: Lattice, next: Lattice): Lattice {
  const displacement = new Float32Array(first.displacement.length);
  const moved = new Float64Array(3);
  forEachNode(first, (index, a, b, c) => {
    const d = first.displacement;
    const [x, y, z] = [d[3 * index], d[3 * index + 1], d[3 * index + 2]];
    displacementAt(next, [a + x, b + y, c + z], moved);
    displacement[3 * index] = x + moved[0];
    displacement[3 * index + 1] = y + moved[1];
    displacement[3 * index + 2] = z + moved[2];
  });
  return { ...first, displacement };
}

/** Calls back for every node with its index and its coordinates. */
export function forEachNode(
  { nodes: [na, nb, nc] }: Lattice,
  visit: (index: number, a: number, b: number, c: number) => void,
): void {
  let index = 0;
  for (let c = 0; c < nc; c++)
    for (let b = 0; b < nb; b++) for (let a = 0; a < na; a++) visit(index++, a, b, c);
}

/** Displacement in nodes at a place in nodes; outside, that of the nearest place inside. */
export function displacementAt({ nodes, displacement }: Lattice, place: Vector3, out: Float64Array): void {
  const [na, nb, nc] = nodes;
  const x = Math.min(Math.max(place[0], 0), na - 1);
  const y = Math.min(Math.max(place[1], 0), nb - 1);
  const z = Math.min(Math.max(place[2], 0), nc - 1);
  const a = Math.min(Math.floor(x), na - 2);
  const b = Math.min(Math.floor(y), nb - 2);
  const c = Math.min(Math.floor(z), nc - 2);
  const [u, v, w] = [x - a, y - b, z - c];
  const first = 3 * ((c * nb + b) * na + a);
  const [over, up] = [3 * na, 3 * na * nb];
  for (let component = 0; component < 3; component++) {
    const n = first + component;
    const d = displacement;
    const front =
      (1 - v) * ((1 - u) * d[n] + u * d[n + 3]) + v * ((1 - u) * d[n + over] + u * d[n + over + 3]);
    const m = n + up;
    const back =
      (1 - v) * ((1 - u) * d[m] + u * d[m + 3]) + v * ((1 - u) * d[m + over] + u * d[m + over + 3]);
    out[component] = (1 - w) * front + w * back;
  }
}

/** Where the lattice sends a place, in LPS mm. */
export function latticeMap(grid: Grid, lattice: Lattice): (lps: Vector3) => Vector3 {
  const lpsFrom = lpsFromNode(grid, lattice);
  const nodeFrom = invert(lpsFrom);
  const moved = new Float64Array(3);
  return (lps) => {
    const node = applyToPoint(nodeFrom, lps);
    displacementAt(lattice, node, moved);
    return applyToPoint(lpsFrom, [node[0] + moved[0], node[1] + moved[1], node[2] + moved[2]]);
  };
}

/**
 * Determinants of x -> x + displacement(x) at the corners of all cells: the smallest. Positive means that nothing is turned inside
 * out there; 1 is no change of volume.
 */
export function smallestJacobian(lattice: Lattice): number {
  const [na, nb] = lattice.nodes;
  const d = lattice.displacement;
  const strides = [3, 3 * na, 3 * na * nb];
  const columns = new Float64Array(9);
  let smallest = Infinity;
  forEachNode(lattice, (index, a, b, c) => {
    const at = [a, b, c];
    // Each node is a corner of eight cells: forward or backward along each axis.
    for (let corner = 0; corner < 8; corner++) {
      let exists = true;
      for (let axis = 0; axis < 3; axis++) {
        const sign = (corner >> axis) & 1 ? 1 : -1;
        const next = at[axis] + sign;
        if (next < 0 || next >= lattice.nodes[axis]) exists = false;
        else
          for (let row = 0; row < 3; row++) {
            const n = 3 * index + row;
            columns[3 * axis + row] = (row === axis ? 1 : 0) + sign * (d[n + sign * strides[axis]] - d[n]);
          }
      }
      if (!exists) continue;
      const m = columns;
      const det =
        m[0] * (m[4] * m[8] - m[5] * m[7]) -
        m[3] * (m[1] * m[8] - m[2] * m[7]) +
        m[6] * (m[1] * m[5] - m[2] * m[4]);
      smallest = Math.min(smallest, det);
    }
  });
  return smallest;
}
