import type { TriangleMesh } from "./triangle-mesh.ts";

/** How the triangles of a mesh hang together. An edge has the number of the corner that it begins at in its triangle. */
export interface MeshEdges {
  /** The edge of the other triangle, where an edge has exactly two; else −1. */
  readonly mate: Int32Array;
  /** Edges with one triangle, by the corner they begin at. */
  readonly openCorners: readonly number[];
  /** Edges that are run through unequally often in both directions; none, of a closed surface. */
  readonly unbalanced: number;
}

/** Corners of a mesh are numbered below this: five million triangles have fifteen million. */
const MOST_CORNERS = 2 ** 24;

const nextCorner = (corner: number): number => (corner % 3 === 2 ? corner - 2 : corner + 1);

export function meshEdges({ vertices, triangles }: TriangleMesh): MeshEdges {
  // Edges by their smaller vertex, and within it by the larger one: larger · 2²⁴ + corner.
  const begin = new Uint32Array(vertices.length / 3 + 1);
  for (let corner = 0; corner < triangles.length; corner++)
    begin[Math.min(triangles[corner], triangles[nextCorner(corner)]) + 1]++;
  for (let n = 1; n < begin.length; n++) begin[n] += begin[n - 1];
  const next = begin.slice();
  const edges = new Float64Array(triangles.length);
  for (let corner = 0; corner < triangles.length; corner++) {
    const [a, b] = [triangles[corner], triangles[nextCorner(corner)]];
    edges[next[Math.min(a, b)]++] = Math.max(a, b) * MOST_CORNERS + corner;
  }
  const mate = new Int32Array(triangles.length).fill(-1);
  const openCorners: number[] = [];
  let unbalanced = 0;
  for (let vertex = 0; vertex + 1 < begin.length; vertex++) {
    const end = begin[vertex + 1];
    if (end - begin[vertex] > 1) edges.subarray(begin[vertex], end).sort();
    for (let first = begin[vertex]; first < end; ) {
      const larger = Math.floor(edges[first] / MOST_CORNERS);
      let [last, balance] = [first, 0];
      for (; last < end && Math.floor(edges[last] / MOST_CORNERS) === larger; last++)
        balance += triangles[edges[last] % MOST_CORNERS] === vertex ? 1 : -1;
      if (last - first === 1) openCorners.push(edges[first] % MOST_CORNERS);
      if (balance !== 0) unbalanced++;
      if (last - first === 2) {
        const [a, b] = [edges[first] % MOST_CORNERS, edges[first + 1] % MOST_CORNERS];
        mate[a] = b;
        mate[b] = a;
      }
      first = last;
    }
  }
  return { mate, openCorners, unbalanced };
}

/**
 * Pieces that hang together by edges of two triangles, and which triangles must be turned so that all of a piece face
 * the way of most of them.
 */
export function pieces(
  { triangles }: TriangleMesh,
  { mate }: MeshEdges,
): { count: number; of: Int32Array; isTurned: Uint8Array } {
  const total = triangles.length / 3;
  const of = new Int32Array(total).fill(-1);
  const isTurned = new Uint8Array(total);
  const members = new Int32Array(total);
  let count = 0;
  for (let start = 0; start < total; start++) {
    if (of[start] >= 0) continue;
    members[0] = start;
    of[start] = count;
    let [found, turned] = [1, 0];
    for (let n = 0; n < found; n++) {
      const triangle = members[n];
      turned += isTurned[triangle];
      for (let corner = 3 * triangle; corner < 3 * triangle + 3; corner++) {
        const other = mate[corner];
        const neighbour = Math.floor(other / 3);
        if (other < 0 || of[neighbour] >= 0) continue;
        // Neighbours that face the same way run through their edge in opposite directions.
        const agrees = triangles[corner] !== triangles[other];
        of[neighbour] = count;
        isTurned[neighbour] = agrees ? isTurned[triangle] : 1 - isTurned[triangle];
        members[found++] = neighbour;
      }
    }
    if (2 * turned > found) for (let n = 0; n < found; n++) isTurned[members[n]] = 1 - isTurned[members[n]];
    count++;
  }
  return { count, of, isTurned };
}
