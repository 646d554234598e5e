import { add, cross, dot, norm, scale, subtract, type Vector3 } from "../../geometry/vector.ts";

export type Triangle = readonly [Vector3, Vector3, Vector3];

/** Whether two triangles cut each other: an edge of one goes through the other. Those that only touch, or lie in one plane, do not. */
export const trianglesCut = (a: Triangle, b: Triangle): boolean => cutPoints(a, b).length > 0;

/** Where edges of one of two triangles go through the other: the ends of the line in which they cut each other. */
export function cutPoints(a: Triangle, b: Triangle): Vector3[] {
  const points: Vector3[] = [];
  for (const [edges, face] of [
    [a, b],
    [b, a],
  ] as const)
    for (let n = 0; n < 3; n++) {
      const point = cutPoint(edges[n], edges[(n + 1) % 3], face);
      if (point) points.push(point);
    }
  return points;
}

/** A point nearer than this to a plane lies in it: what rounding makes of neighbours that lie in one plane. */
const IN_PLANE_MM = 1e-7;

/**
 * Where a segment goes through a triangle: its ends lie on both sides of the plane, and the volumes that the line makes with the edges have one
 * sign.
 */
function cutPoint(from: Vector3, to: Vector3, [a, b, c]: Triangle): Vector3 | undefined {
  const normal = cross(subtract(b, a), subtract(c, a));
  const above = dot(normal, subtract(from, a));
  const below = dot(normal, subtract(to, a));
  const least = IN_PLANE_MM * norm(normal);
  if (!(Math.min(above, below) < -least && Math.max(above, below) > least)) return undefined;
  const [p, q, r] = [subtract(a, from), subtract(b, from), subtract(c, from)];
  const along = subtract(to, from);
  const [u, v, w] = [dot(along, cross(p, q)), dot(along, cross(q, r)), dot(along, cross(r, p))];
  const isThrough = (u > 0 && v > 0 && w > 0) || (u < 0 && v < 0 && w < 0);
  return isThrough ? add(from, scale(along, above / (above - below))) : undefined;
}

/** Distance of two triangles in mm; 0 where they cut each other. */
export function triangleDistanceMm(a: Triangle, b: Triangle): number {
  if (trianglesCut(a, b)) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 3; n++) {
    least = Math.min(least, pointDistanceMm(a[n], b), pointDistanceMm(b[n], a));
    for (let m = 0; m < 3; m++)
      least = Math.min(least, segmentDistanceMm(a[n], a[(n + 1) % 3], b[m], b[(m + 1) % 3]));
  }
  return least;
}

/** From a point to the inside of a triangle; Infinity where its foot lies outside: an edge is nearer then. */
function pointDistanceMm(point: Vector3, [a, b, c]: Triangle): number {
  const normal = cross(subtract(b, a), subtract(c, a));
  const squared = dot(normal, normal);
  if (!(squared > 0)) return Number.POSITIVE_INFINITY;
  const isInside = [
    [a, b],
    [b, c],
    [c, a],
  ].every(([from, to]) => dot(cross(subtract(to, from), subtract(point, from)), normal) >= 0);
  return isInside ? Math.abs(dot(normal, subtract(point, a))) / Math.sqrt(squared) : Number.POSITIVE_INFINITY;
}

/** Of two segments a₀a₁ and b₀b₁: the parameters of the nearest points are cut off at the ends, first one, then the other. */
function segmentDistanceMm(a0: Vector3, a1: Vector3, b0: Vector3, b1: Vector3): number {
  const [u, v, w] = [subtract(a1, a0), subtract(b1, b0), subtract(a0, b0)];
  const [a, b, c, d, e] = [dot(u, u), dot(u, v), dot(v, v), dot(u, w), dot(v, w)];
  const determinant = a * c - b * b;
  const within = (x: number): number => Math.min(Math.max(x, 0), 1);
  let s = determinant > 1e-12 * a * c ? within((b * e - c * d) / determinant) : 0;
  const t = c > 0 ? within((b * s + e) / c) : 0;
  s = a > 0 ? within((b * t - d) / a) : 0;
  return norm(subtract(add(a0, scale(u, s)), add(b0, scale(v, t))));
}
