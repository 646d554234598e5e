import type { TriangleMesh } from "./triangle-mesh.ts";

/** Where a triangle's edge is: `triangle` n runs through it from the vertex of the smaller number, or to it. */
interface Use {
  readonly triangle: number;
  readonly forward: boolean;
}

/** The triangles at every edge. The key of an edge is smaller · 2²⁶ + larger vertex. */
function usesOfEdges({ triangles }: TriangleMesh): Map<number, Use[]> {
  const uses = new Map<number, Use[]>();
  for (let corner = 0; corner < triangles.length; corner++) {
    const a = triangles[corner];
    const b = triangles[corner % 3 === 2 ? corner - 2 : corner + 1];
    const key = Math.min(a, b) * 2 ** 26 + Math.max(a, b);
    const use = { triangle: Math.floor(corner / 3), forward: a < b };
    const known = uses.get(key);
    if (known) known.push(use);
    else uses.set(key, [use]);
  }
  return uses;
}

/** Edges with one triangle, and edges that are run through unequally often in both directions: none, of a closed surface. */
export function edgeUse(mesh: TriangleMesh): { open: number; unbalanced: number } {
  let [open, unbalanced] = [0, 0];
  for (const uses of usesOfEdges(mesh).values()) {
    if (uses.length === 1) open++;
    if (uses.reduce((sum, { forward }) => sum + (forward ? 1 : -1), 0) !== 0) unbalanced++;
  }
  return { open, unbalanced };
}

/**
 * Pieces that hang together by edges of two triangles, and which triangles must be turned so that all of a piece face
 * the way of most of them.
 */
export function pieces(mesh: TriangleMesh): { count: number; of: Int32Array; isTurned: Uint8Array } {
  const triangles = mesh.triangles.length / 3;
  const neighbours: { triangle: number; agrees: boolean }[][] = Array.from({ length: triangles }, () => []);
  for (const uses of usesOfEdges(mesh).values()) {
    if (uses.length !== 2) continue;
    const [a, b] = uses;
    const agrees = a.forward !== b.forward;
    neighbours[a.triangle].push({ triangle: b.triangle, agrees });
    neighbours[b.triangle].push({ triangle: a.triangle, agrees });
  }
  const of = new Int32Array(triangles).fill(-1);
  const isTurned = new Uint8Array(triangles);
  let count = 0;
  for (let first = 0; first < triangles; first++) {
    if (of[first] >= 0) continue;
    const members = [first];
    of[first] = count;
    for (let n = 0; n < members.length; n++)
      for (const { triangle, agrees } of neighbours[members[n]]) {
        if (of[triangle] >= 0) continue;
        of[triangle] = count;
        isTurned[triangle] = agrees ? isTurned[members[n]] : 1 - isTurned[members[n]];
        members.push(triangle);
      }
    const turned = members.reduce((sum, n) => sum + isTurned[n], 0);
    if (2 * turned > members.length) for (const n of members) isTurned[n] = 1 - isTurned[n];
    count++;
  }
  return { count, of, isTurned };
}
