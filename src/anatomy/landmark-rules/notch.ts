import { dot, type Vector3 } from "../../geometry/vector.ts";
import { fill, planeMm, type Silhouette } from "./silhouette.ts";

/**
 * The deepest point of the largest notch of an outline that opens in a given direction.
 *
 * A notch is what lies between the shadow and an edge of its convex hull. Its depth is measured from that edge; only edges whose
 * outward normal lies within 60° of `opens` count.
 *
 * @returns the point in mm on the plane (the middle of the bottom, to half a pixel), and the depth; undefined without a notch
 */
export function deepestNotch(
  shadow: Silhouette,
  opens: Vector3,
): { planeMm: [number, number]; depthMm: number } | undefined {
  const { mask, width, height } = shadow;
  const towards = [dot(opens, shadow.across), dot(opens, shadow.up)];
  const length = Math.hypot(...towards);
  if (!(length > 0.1)) return undefined;
  const hull = convexHull(shadow);
  let best: { planeMm: [number, number]; depthMm: number } | undefined;
  for (const [n, a] of hull.entries()) {
    const b = hull[(n + 1) % hull.length];
    const [ex, ey] = [b[0] - a[0], b[1] - a[1]];
    const edge = Math.hypot(ex, ey);
    // The hull runs anticlockwise, so (ey, −ex) points outwards.
    const [nx, ny] = [ey / edge, -ex / edge];
    if ((nx * towards[0] + ny * towards[1]) / length < 0.5) continue;
    const depthPx = (column: number, row: number): number => (a[0] - column) * nx + (a[1] - row) * ny;
    // Background reached from the edge without leaving the hull.
    const pocket = new Uint8Array(mask.length);
    const seeds: number[] = [];
    for (let pixel = 0; pixel < mask.length; pixel++) {
      const [column, row] = [pixel % width, Math.floor(pixel / width)];
      if (mask[pixel] === 1) continue;
      const depth = depthPx(column, row);
      if (depth < 0) continue;
      pocket[pixel] = 1;
      if (depth < 1) {
        const along = ((column - a[0]) * ex + (row - a[1]) * ey) / edge;
        if (along > 0 && along < edge) seeds.push(pixel);
      }
    }
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        if (!insideHull(hull, column, row)) pocket[row * width + column] = 0;
    fill(pocket, width, seeds, 1, 2);
    let deepest = 0;
    for (let pixel = 0; pixel < pocket.length; pixel++)
      if (pocket[pixel] === 2) deepest = Math.max(deepest, depthPx(pixel % width, Math.floor(pixel / width)));
    if (deepest * shadow.pitchMm <= (best?.depthMm ?? 0)) continue;
    let [count, sx, sy] = [0, 0, 0];
    for (let pixel = 0; pixel < pocket.length; pixel++)
      if (pocket[pixel] === 2 && depthPx(pixel % width, Math.floor(pixel / width)) > deepest - 1) {
        const [x, y] = planeMm(shadow, pixel);
        count++;
        sx += x;
        sy += y;
      }
    best = { planeMm: [sx / count, sy / count], depthMm: deepest * shadow.pitchMm };
  }
  return best;
}

type Corner = readonly [number, number];

/** Corners in pixels, anticlockwise in (column, row): Andrew's monotone chain. */
function convexHull({ mask, width, height }: Silhouette): Corner[] {
  const points: Corner[] = [];
  for (let column = 0; column < width; column++) {
    let [first, last] = [-1, -1];
    for (let row = 0; row < height; row++)
      if (mask[row * width + column] === 1) {
        if (first < 0) first = row;
        last = row;
      }
    if (first >= 0) points.push([column, first]);
    if (last > first) points.push([column, last]);
  }
  const chain = (ordered: readonly Corner[]): Corner[] => {
    const corners: Corner[] = [];
    for (const p of ordered) {
      while (corners.length > 1 && turn(corners[corners.length - 2], corners[corners.length - 1], p) <= 0)
        corners.pop();
      corners.push(p);
    }
    return corners.slice(0, -1);
  };
  return [...chain(points), ...chain(points.toReversed())];
}

const turn = (a: Corner, b: Corner, c: Corner): number =>
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

const insideHull = (hull: readonly Corner[], column: number, row: number): boolean =>
  hull.every((corner, n) => turn(corner, hull[(n + 1) % hull.length], [column, row]) >= 0);
