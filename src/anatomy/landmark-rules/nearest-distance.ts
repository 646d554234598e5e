import type { Vector3 } from "../../geometry/vector.ts";
import type { Points } from "./points.ts";

/**
 * Distance in mm from any point to the nearest of a set, as far as `limitMm`; Infinity beyond. The set is sorted into cubes
 * of that size, so a query looks at 27 of them.
 */
export function nearestDistance(points: Points, limitMm: number): (point: Vector3) => number {
  const cells = new Map<number, number[]>();
  const cell = (x: number): number => Math.floor(x / limitMm);
  // Three indices within ±65,536 make one whole number below 2⁵³.
  const keyOf = (a: number, b: number, c: number): number =>
    ((a + 65536) * 131072 + (b + 65536)) * 131072 + (c + 65536);
  for (let n = 0; n < points.length; n += 3) {
    const key = keyOf(cell(points[n]), cell(points[n + 1]), cell(points[n + 2]));
    const list = cells.get(key);
    if (list) list.push(n);
    else cells.set(key, [n]);
  }
  return ([x, y, z]) => {
    let least = limitMm * limitMm;
    let found = false;
    for (let a = cell(x) - 1; a <= cell(x) + 1; a++)
      for (let b = cell(y) - 1; b <= cell(y) + 1; b++)
        for (let c = cell(z) - 1; c <= cell(z) + 1; c++)
          for (const n of cells.get(keyOf(a, b, c)) ?? []) {
            const squared = (points[n] - x) ** 2 + (points[n + 1] - y) ** 2 + (points[n + 2] - z) ** 2;
            if (squared <= least) {
              least = squared;
              found = true;
            }
          }
    return found ? Math.sqrt(least) : Infinity;
  };
}
