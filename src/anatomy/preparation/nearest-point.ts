import { type Points } from "../landmark-rules/points.ts";

/** Finds the nearest of a set of points: index and squared distance in mm². */
export interface NearestPoint {
  (x: number, y: number, z: number): { index: number; squaredMm2: number };
}

/** A k-d tree: the points sorted in place so that each range is split at its middle along its longest axis. */
export function nearestPoint(points: Points): NearestPoint {
  const count = points.length / 3;
  const order = Int32Array.from({ length: count }, (_, n) => n);
  const axes = new Uint8Array(count);
  const build = (start: number, end: number): void => {
    if (end - start < 2) return;
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (let n = start; n < end; n++)
      for (let axis = 0; axis < 3; axis++) {
        const x = points[3 * order[n] + axis];
        if (x < low[axis]) low[axis] = x;
        if (x > high[axis]) high[axis] = x;
      }
    const widths = low.map((x, axis) => high[axis] - x);
    const axis = widths.indexOf(Math.max(...widths));
    const sorted = order.subarray(start, end).toSorted((a, b) => points[3 * a + axis] - points[3 * b + axis]);
    order.set(sorted, start);
    const middle = (start + end) >> 1;
    axes[middle] = axis;
    build(start, middle);
    build(middle + 1, end);
  };
  build(0, count);
  const result = { index: -1, squaredMm2: Infinity };
  const query = [0, 0, 0];
  const search = (start: number, end: number): void => {
    if (start >= end) return;
    const middle = (start + end) >> 1;
    const at = 3 * order[middle];
    const squared =
      (points[at] - query[0]) ** 2 + (points[at + 1] - query[1]) ** 2 + (points[at + 2] - query[2]) ** 2;
    if (squared < result.squaredMm2) {
      result.squaredMm2 = squared;
      result.index = order[middle];
    }
    if (end - start === 1) return;
    const axis = axes[middle];
    const across = query[axis] - points[at + axis];
    if (across < 0) {
      search(start, middle);
      if (across * across < result.squaredMm2) search(middle + 1, end);
    } else {
      search(middle + 1, end);
      if (across * across < result.squaredMm2) search(start, middle);
    }
  };
  return (x, y, z) => {
    query[0] = x;
    query[1] = y;
    query[2] = z;
    result.index = -1;
    result.squaredMm2 = Infinity;
    search(0, count);
    return result;
  };
}
