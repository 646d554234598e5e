import type { Vector3 } from "../../geometry/vector.ts";
import type { Anatomy } from "../anatomy.ts";
import { boneTest } from "./bone-weight.ts";
import { rowEnds } from "./row-ends.ts";

/**
 * The bones' outline seen along the body: the convex hull of their x and y in LPS, a few mm outside. Anticlockwise.
 * A bone anywhere along the body belongs to it, so no bone is stretched when the tissue outside is.
 */
export type BoneHull = readonly (readonly [number, number])[];

const MARGIN_MM = 6;

/** Undefined if there is no bone. */
export function boneHull(anatomy: Anatomy): BoneHull | undefined {
  const ends = rowEnds(anatomy.ct.grid, boneTest(anatomy)).map(([x, y]): [number, number] => [x, y]);
  if (ends.length === 0) return undefined;
  const around = convexHull(ends).flatMap(([x, y]) =>
    Array.from({ length: 8 }, (_, n): [number, number] => {
      const turn = (n * Math.PI) / 4;
      return [x + MARGIN_MM * Math.cos(turn), y + MARGIN_MM * Math.sin(turn)];
    }),
  );
  return convexHull(around);
}

function convexHull(points: [number, number][]): BoneHull {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (ordered: readonly [number, number][]): [number, number][] => {
    const corners: [number, number][] = [];
    for (const p of ordered) {
      while (corners.length > 1) {
        const a = corners[corners.length - 2];
        const b = corners[corners.length - 1];
        if ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0) break;
        corners.pop();
      }
      corners.push(p);
    }
    return corners.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.toReversed())];
}

/** The place of the hull nearest to (x, y): itself when inside. */
export function nearestInHull(hull: BoneHull, x: number, y: number): [number, number] {
  let isInside = true;
  const nearest: [number, number] = [x, y];
  let least = Infinity;
  for (let n = 0; n < hull.length; n++) {
    const corner = hull[n];
    const next = n + 1 < hull.length ? hull[n + 1] : hull[0];
    const ax = corner[0];
    const ay = corner[1];
    const ex = next[0] - ax;
    const ey = next[1] - ay;
    if (ex * (y - ay) - ey * (x - ax) < 0) isInside = false;
    const along = Math.min(1, Math.max(0, ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey)));
    const px = ax + along * ex;
    const py = ay + along * ey;
    const squared = (px - x) ** 2 + (py - y) ** 2;
    if (squared < least) {
      least = squared;
      nearest[0] = px;
      nearest[1] = py;
    }
  }
  return isInside ? [x, y] : nearest;
}

/**
 * Distances from the hull change by a factor, along the straight way to it:  x' = P(x) + f (x − P(x)),  P the nearest place of the
 * hull. P of a convex set is continuous and P(x') = P(x), so the map is one to one for every f > 0 and its inverse is
 * the same map with 1/f.
 */
export function thickened(hull: BoneHull, factor: number, [x, y, z]: Vector3): Vector3 {
  const [px, py] = nearestInHull(hull, x, y);
  return [px + factor * (x - px), py + factor * (y - py), z];
}
