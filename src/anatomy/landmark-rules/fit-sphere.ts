import type { Vector3 } from "../../geometry/vector.ts";
import { meanPoint, type Points, pointsWhere } from "./points.ts";

export interface Sphere {
  readonly centreLps: Vector3;
  readonly radiusMm: number;
  /** Root mean square distance of the points used from the sphere. */
  readonly residualMm: number;
  /** Share of the points that were used. */
  readonly used: number;
}

const ROUNDS = 20;
/** Points further from the sphere than this many robust standard deviations are left out. */
const OUTLIER = 2.5;
/** Median of |x| of a normal distribution is 1/1.4826 of its standard deviation. */
const SD_PER_MEDIAN = 1.4826;

/**
 * Sphere through surface points by least squares on  |x|² = 2 c·x + (r² − |c|²),  again and again without the points that lie
 * further off than 2.5 robust standard deviations (never less than half a voxel): bony rims, a neck, a fovea fall out.
 *
 * Undefined for fewer than ten points, or points in a plane. Held by test/anatomy/sphere-fit.test.ts.
 */
export function fitSphere(points: Points, voxelMm: number): Sphere | undefined {
  let kept = points;
  let sphere: { centreLps: Vector3; radiusMm: number } | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    if (kept.length < 30) return undefined;
    sphere = leastSquares(kept);
    if (!sphere) return undefined;
    const { centreLps, radiusMm } = sphere;
    const distance = (point: Vector3): number =>
      Math.abs(
        Math.hypot(point[0] - centreLps[0], point[1] - centreLps[1], point[2] - centreLps[2]) - radiusMm,
      );
    const sorted = distances(kept, distance).toSorted();
    const limit = Math.max(OUTLIER * SD_PER_MEDIAN * sorted[sorted.length >> 1], voxelMm / 2);
    const next = pointsWhere(points, (point) => distance(point) <= limit);
    const isSettled = next.length === kept.length && next.every((value, n) => value === kept[n]);
    kept = next;
    if (isSettled) break;
  }
  if (!sphere) return undefined;
  const { centreLps: c, radiusMm } = sphere;
  const squares = distances(kept, ([x, y, z]) => (Math.hypot(x - c[0], y - c[1], z - c[2]) - radiusMm) ** 2);
  return {
    ...sphere,
    residualMm: Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length),
    used: kept.length / points.length,
  };
}

const distances = (points: Points, of: (point: Vector3) => number): Float64Array =>
  Float64Array.from({ length: points.length / 3 }, (_, n) =>
    of([points[3 * n], points[3 * n + 1], points[3 * n + 2]]),
  );

/** Normal equations about the mean point, where the constant term separates from the other three. */
function leastSquares(points: Points): { centreLps: Vector3; radiusMm: number } | undefined {
  const [mx, my, mz] = meanPoint(points);
  const count = points.length / 3;
  let [xx, xy, xz, yy, yz, zz, xs, ys, zs, meanSquare] = new Float64Array(10);
  for (let n = 0; n < points.length; n += 3) {
    const [x, y, z] = [points[n] - mx, points[n + 1] - my, points[n + 2] - mz];
    const square = x * x + y * y + z * z;
    xx += x * x;
    xy += x * y;
    xz += x * z;
    yy += y * y;
    yz += y * z;
    zz += z * z;
    xs += x * square;
    ys += y * square;
    zs += z * square;
    meanSquare += square / count;
  }
  const det = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz);
  if (!(det > 1e-9 * (xx + yy + zz) ** 3)) return undefined;
  const a = (xs * (yy * zz - yz * yz) + ys * (xz * yz - xy * zz) + zs * (xy * yz - xz * yy)) / (2 * det);
  const b = (xs * (yz * xz - xy * zz) + ys * (xx * zz - xz * xz) + zs * (xy * xz - xx * yz)) / (2 * det);
  const c = (xs * (xy * yz - yy * xz) + ys * (xy * xz - xx * yz) + zs * (xx * yy - xy * xy)) / (2 * det);
  return { centreLps: [mx + a, my + b, mz + c], radiusMm: Math.sqrt(meanSquare + a * a + b * b + c * c) };
}
