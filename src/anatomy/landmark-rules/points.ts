import type { Vector3 } from "../../geometry/vector.ts";

/** Points in LPS mm: x, y, z one after another. */
export type Points = Float64Array;

export const pointAt = (points: Points, n: number): Vector3 => [
  points[3 * n],
  points[3 * n + 1],
  points[3 * n + 2],
];

export function pointsWhere(points: Points, keep: (point: Vector3, index: number) => boolean): Points {
  const kept: number[] = [];
  for (let n = 0; n < points.length / 3; n++) {
    const point = pointAt(points, n);
    if (keep(point, n)) kept.push(...point);
  }
  return Float64Array.from(kept);
}

export function meanPoint(points: Points): Vector3 {
  let [x, y, z] = [0, 0, 0];
  for (let n = 0; n < points.length; n += 3) {
    x += points[n];
    y += points[n + 1];
    z += points[n + 2];
  }
  const count = points.length / 3;
  return [x / count, y / count, z / count];
}

/** Smallest and largest of direction · point. */
export function extent(points: Points, [a, b, c]: Vector3): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let n = 0; n < points.length; n += 3) {
    const along = a * points[n] + b * points[n + 1] + c * points[n + 2];
    if (along < low) low = along;
    if (along > high) high = along;
  }
  return [low, high];
}
