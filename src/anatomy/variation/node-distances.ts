import type { Grid } from "../../geometry/grid.ts";
import { type Lattice, lpsFromNode } from "./lattice.ts";

/**
 * Distance in mm from every node to the nearest node in whose cell a voxel passes a test; Infinity if none does. Two sweeps over
 * 26 neighbours (a chamfer): right along the lattice and its diagonals, up to 9 % too long in between.
 */
export function nodeDistances(
  grid: Grid,
  lattice: Lattice,
  passes: (i: number, j: number, k: number) => boolean,
): Float32Array {
  const [na, nb, nc] = lattice.nodes;
  const distances = new Float32Array(na * nb * nc).fill(Infinity);
  const nodeOf = (voxel: number, axis: number): number =>
    Math.min(lattice.nodes[axis] - 1, Math.round(voxel / lattice.step[axis]));
  const [ni, nj, nk] = grid.shape;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      const row = (nodeOf(k, 2) * nb + nodeOf(j, 1)) * na;
      for (let i = 0; i < ni; i++) if (passes(i, j, k)) distances[row + nodeOf(i, 0)] = 0;
    }
  const m = lpsFromNode(grid, lattice).matrix;
  // The neighbours that come before a node in memory; those after it are their opposites.
  const before: { a: number; b: number; c: number; mm: number }[] = [];
  for (const c of [-1, 0, 1])
    for (const b of [-1, 0, 1])
      for (const a of [-1, 0, 1])
        if (c < 0 || (c === 0 && (b < 0 || (b === 0 && a < 0))))
          before.push({
            a,
            b,
            c,
            mm: Math.hypot(...[0, 4, 8].map((row) => m[row] * a + m[row + 1] * b + m[row + 2] * c)),
          });
  for (const sign of [1, -1])
    for (let n = 0; n < distances.length; n++) {
      const index = sign > 0 ? n : distances.length - 1 - n;
      const x = index % na;
      const y = Math.floor(index / na) % nb;
      const z = Math.floor(index / (na * nb));
      let least = distances[index];
      for (let m = 0; m < before.length; m++) {
        const { a, b, c, mm } = before[m];
        const i = x + sign * a;
        const j = y + sign * b;
        const k = z + sign * c;
        if (i < 0 || j < 0 || k < 0 || i >= na || j >= nb || k >= nc) continue;
        least = Math.min(least, distances[(k * nb + j) * na + i] + mm);
      }
      distances[index] = least;
    }
  return distances;
}
