import type { Vector3 } from "../../geometry/vector.ts";
import { boundsOf, type TriangleMesh, vertexAt } from "./triangle-mesh.ts";
import { cutPoints, triangleDistanceMm, trianglesCut } from "./triangle-pair.ts";
import { triangleAt, triangleTree } from "./triangle-tree.ts";

/**
 * Whether two solids share a place, or come nearer to each other than a margin. Surfaces that touch without cutting each other
 * do not collide; a wire in the bore of a screw does not either, nor where they meet in a void.
 *
 * @param voids holes of either, in which there is no matter; a margin does not know them
 */
export function meshesCollide(
  a: TriangleMesh,
  b: TriangleMesh,
  marginMm: number,
  voids: readonly TriangleMesh[] = [],
): boolean {
  const isMatter = (point: Vector3): boolean => !voids.some((hole) => isInside(hole, point));
  const [boundsA, boundsB] = [boundsOf(a), boundsOf(b)];
  const low = [0, 1, 2].map((axis) => Math.max(boundsA.low[axis], boundsB.low[axis]) - marginMm);
  const high = [0, 1, 2].map((axis) => Math.min(boundsA.high[axis], boundsB.high[axis]) + marginMm);
  if (low.some((x, axis) => x > high[axis])) return false;
  const [nearA, nearB] = [trianglesIn(a, low, high), trianglesIn(b, low, high)];
  const tree = triangleTree(b, nearB);
  for (const n of nearA) {
    const triangle = triangleAt(a, n);
    const from = [0, 1, 2].map((axis) => Math.min(...triangle.map((corner) => corner[axis])) - marginMm);
    const to = [0, 1, 2].map((axis) => Math.max(...triangle.map((corner) => corner[axis])) + marginMm);
    const isMet = tree.near(from, to, (other) =>
      marginMm > 0
        ? triangleDistanceMm(triangle, triangleAt(b, other)) < marginMm
        : cutPoints(triangle, triangleAt(b, other)).some(isMatter),
    );
    if (isMet) return true;
  }
  const isIn = (outer: TriangleMesh, point: Vector3): boolean => isInside(outer, point) && isMatter(point);
  return isIn(a, vertexAt(b, 0)) || isIn(b, vertexAt(a, 0));
}

function trianglesIn({ vertices: p, triangles }: TriangleMesh, low: number[], high: number[]): Uint32Array {
  const found: number[] = [];
  for (let n = 0; n < triangles.length; n += 3) {
    let isNear = true;
    for (let axis = 0; axis < 3 && isNear; axis++) {
      const [a, b, c] = [0, 1, 2].map((corner) => p[3 * triangles[n + corner] + axis]);
      isNear = Math.min(a, b, c) <= high[axis] && Math.max(a, b, c) >= low[axis];
    }
    if (isNear) found.push(n / 3);
  }
  return Uint32Array.from(found);
}

/**
 * Whether a point lies in a solid: the solid angle of its surface, Σ 2 atan2(a·(b×c), abc + (a·b)c + (b·c)a + (c·a)b), is 4π
 * there and 0 outside (Van Oosterom and Strackee 1983).
 */
export function isInside(mesh: TriangleMesh, [x, y, z]: Vector3): boolean {
  const { vertices: p, triangles } = mesh;
  let angle = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const [i, j, k] = [3 * triangles[n], 3 * triangles[n + 1], 3 * triangles[n + 2]];
    const [ax, ay, az] = [p[i] - x, p[i + 1] - y, p[i + 2] - z];
    const [bx, by, bz] = [p[j] - x, p[j + 1] - y, p[j + 2] - z];
    const [cx, cy, cz] = [p[k] - x, p[k + 1] - y, p[k + 2] - z];
    const a = Math.sqrt(ax * ax + ay * ay + az * az);
    const b = Math.sqrt(bx * bx + by * by + bz * bz);
    const c = Math.sqrt(cx * cx + cy * cy + cz * cz);
    const volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
    const [ab, bc, ca] = [
      ax * bx + ay * by + az * bz,
      bx * cx + by * cy + bz * cz,
      cx * ax + cy * ay + cz * az,
    ];
    angle += 2 * Math.atan2(volume, a * b * c + ab * c + bc * a + ca * b);
  }
  return angle > 2 * Math.PI;
}

/**
 * Pairs of triangles of one surface that cut each other; neighbours, which share a vertex, are not counted.
 *
 * @param most the search ends when so many were found
 */
export function selfIntersections(mesh: TriangleMesh, most: number): number {
  const { triangles } = mesh;
  const tree = triangleTree(mesh);
  const { boxes } = tree;
  let found = 0;
  const isEnough = (): boolean => found >= most;
  for (let n = 0; n < triangles.length / 3 && !isEnough(); n++) {
    const triangle = triangleAt(mesh, n);
    const own = triangles.subarray(3 * n, 3 * n + 3);
    tree.near(boxes.subarray(6 * n, 6 * n + 3), boxes.subarray(6 * n + 3, 6 * n + 6), (other) => {
      if (other <= n) return false;
      for (let corner = 3 * other; corner < 3 * other + 3; corner++)
        if (own.includes(triangles[corner])) return false;
      if (trianglesCut(triangle, triangleAt(mesh, other))) found++;
      return isEnough();
    });
  }
  return found;
}
