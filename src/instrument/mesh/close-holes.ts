import { meshEdges } from "./mesh-edges.ts";
import type { TriangleMesh } from "./triangle-mesh.ts";

export interface ClosedMesh {
  readonly mesh: TriangleMesh;
  /** Lids that were put on. */
  readonly lids: number;
  /** Twice the largest distance of a vertex from the centre of its rim. */
  readonly widestMm: number;
}

/**
 * Puts a lid on every hole whose rim is one simple ring of edges: a fan of triangles about the rim's centre, flat where the rim is. The winding number is right
 * then for every ray, whatever the lid's shape; only matter between the lid and what was there before is not.
 *
 * Rims that touch themselves or each other stay open.
 */
export function closeHoles(mesh: TriangleMesh): ClosedMesh {
  const rings = rims(mesh);
  if (rings.length === 0) return { mesh, lids: 0, widestMm: 0 };
  const added: number[] = [];
  const lids: number[] = [];
  let count = mesh.vertices.length / 3;
  let widestMm = 0;
  for (const ring of rings) {
    const points = ring.map((vertex) => mesh.vertices.subarray(3 * vertex, 3 * vertex + 3));
    const centre = [0, 1, 2].map(
      (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length,
    );
    const reach = Math.max(
      ...points.map((point) => Math.hypot(point[0] - centre[0], point[1] - centre[1], point[2] - centre[2])),
    );
    widestMm = Math.max(widestMm, 2 * reach);
    if (ring.length === 3) {
      lids.push(...ring);
      continue;
    }
    added.push(...centre);
    for (const [n, vertex] of ring.entries()) lids.push(vertex, ring[(n + 1) % ring.length], count);
    count++;
  }
  const vertices = new Float64Array(mesh.vertices.length + added.length);
  vertices.set(mesh.vertices);
  vertices.set(added, mesh.vertices.length);
  const triangles = new Uint32Array(mesh.triangles.length + lids.length);
  triangles.set(mesh.triangles);
  triangles.set(lids, mesh.triangles.length);
  return { mesh: { vertices, triangles }, lids: rings.length, widestMm };
}

/** Rings of open edges, each run through against its triangles, as a lid does. */
function rims(mesh: TriangleMesh): number[][] {
  const after = new Map<number, number>();
  const branching = new Set<number>();
  for (const corner of meshEdges(mesh).openCorners) {
    const from = mesh.triangles[corner % 3 === 2 ? corner - 2 : corner + 1];
    if (after.has(from)) branching.add(from);
    after.set(from, mesh.triangles[corner]);
  }
  const seen = new Set<number>();
  return [...after.keys()].flatMap((start) => {
    const ring: number[] = [];
    let at: number | undefined = start;
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      ring.push(at);
      at = after.get(at);
    }
    const isRing = at === start && ring.length >= 3 && !ring.some((vertex) => branching.has(vertex));
    return isRing ? [ring] : [];
  });
}
