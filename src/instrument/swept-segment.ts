import { cross, dot, norm, scale, subtract, type Vector3 } from "../geometry/vector.ts";
import type { SweptCurve } from "./swept-curve.ts";

/** One straight piece of a swept curve, seen from the source: points are differences from it, in mm. */
export interface SweptSegment {
  readonly from: Vector3;
  readonly to: Vector3;
  /** Unit direction n from → to; zero for a ball. */
  readonly axis: Vector3;
  /** from × n. */
  readonly moment: Vector3;
  /** from · n. */
  readonly start: number;
  readonly lengthMm: number;
  readonly radiusMm: number;
  readonly isFlat: boolean;
}

export function segmentsOf(curve: SweptCurve, sourceLps: Vector3): SweptSegment[] {
  const points = curve.pointsLps.map((point) => subtract(point, sourceLps));
  const segment = (from: Vector3, to: Vector3): SweptSegment => {
    const lengthMm = norm(subtract(to, from));
    const axis: Vector3 = lengthMm > 0 ? scale(subtract(to, from), 1 / lengthMm) : [0, 0, 0];
    return {
      from,
      to,
      axis,
      moment: cross(from, axis),
      start: dot(from, axis),
      lengthMm,
      radiusMm: curve.radiusMm,
      isFlat: curve.ends === "flat",
    };
  };
  if (points.length === 1) return [segment(points[0], points[0])];
  return points.slice(1).map((point, n) => segment(points[n], point));
}

/** Rays that lean less than this from the axis count as parallel to it: sine 1e-9, a micrometre over a kilometre. */
const PARALLEL = 1e-18;

/**
 * Where the ray t · d, t ≥ 0, runs inside a segment, as [t₀, t₁]; false when it misses. Closed form, float64:
 *
 *   cylinder   |(t d − a) × n| ≤ r   ⇒  t = (u·w ± √(r² u·u − (d·w)²)) / u·u,   u = d × n,  w = a × n
 *   between its ends   0 ≤ t d·n − a·n ≤ L
 *   ball at c  |t d − c| ≤ r         ⇒  t = (d·c ± √(r² d·d − |d × c|²)) / d·d
 *
 * A segment with round ends is convex, so it is met from the first of the three to the last.
 */
export function rayThroughSegment(
  segment: SweptSegment,
  dx: number,
  dy: number,
  dz: number,
  into: Float64Array,
): boolean {
  const { lengthMm, radiusMm, isFlat } = segment;
  into[0] = Number.POSITIVE_INFINITY;
  into[1] = Number.NEGATIVE_INFINITY;
  const met = lengthMm > 0 ? throughCylinder(segment, dx, dy, dz, into) : "ends";
  if (met === "nothing") return false;
  if (met === "ends" && !isFlat) {
    throughBall(segment.from, radiusMm, dx, dy, dz, into);
    if (lengthMm > 0) throughBall(segment.to, radiusMm, dx, dy, dz, into);
  }
  return into[1] > into[0];
}

/**
 * Widens `into` to the part of the ray between the ends of the cylinder. A ray that misses the endless cylinder misses the balls in it
 * too; one that crosses it wholly between the ends gets nothing more from them.
 */
function throughCylinder(
  { axis, moment, start, lengthMm, radiusMm }: SweptSegment,
  dx: number,
  dy: number,
  dz: number,
  into: Float64Array,
): "nothing" | "side" | "ends" {
  const nx = axis[0];
  const ny = axis[1];
  const nz = axis[2];
  const ux = dy * nz - dz * ny;
  const uy = dz * nx - dx * nz;
  const uz = dx * ny - dy * nx;
  const wx = moment[0];
  const wy = moment[1];
  const wz = moment[2];
  const uu = ux * ux + uy * uy + uz * uz;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  if (uu > PARALLEL * (dx * dx + dy * dy + dz * dz)) {
    const apart = dx * wx + dy * wy + dz * wz;
    const root = radiusMm * radiusMm * uu - apart * apart;
    if (!(root > 0)) return "nothing";
    const middle = ux * wx + uy * wy + uz * wz;
    const half = Math.sqrt(root);
    low = (middle - half) / uu;
    high = (middle + half) / uu;
  } else if (wx * wx + wy * wy + wz * wz >= radiusMm * radiusMm) return "nothing";
  const along = dx * nx + dy * ny + dz * nz;
  if (along !== 0) {
    const atStart = start / along;
    const atEnd = (start + lengthMm) / along;
    const near = Math.min(atStart, atEnd);
    const far = Math.max(atStart, atEnd);
    if (near <= low && high <= far) {
      into[0] = low;
      into[1] = high;
      return "side";
    }
    low = Math.max(low, near);
    high = Math.min(high, far);
  } else if (start > 0 || start + lengthMm < 0) return "ends";
  if (high > low) {
    into[0] = low;
    into[1] = high;
  }
  return "ends";
}

/** Widens `into` to the part of the ray in a ball. */
function throughBall(
  centre: Vector3,
  radiusMm: number,
  dx: number,
  dy: number,
  dz: number,
  into: Float64Array,
): void {
  const cx = centre[0];
  const cy = centre[1];
  const cz = centre[2];
  const ex = dy * cz - dz * cy;
  const ey = dz * cx - dx * cz;
  const ez = dx * cy - dy * cx;
  const squared = dx * dx + dy * dy + dz * dz;
  const root = radiusMm * radiusMm * squared - (ex * ex + ey * ey + ez * ez);
  if (!(root > 0)) return;
  const middle = dx * cx + dy * cy + dz * cz;
  const half = Math.sqrt(root);
  into[0] = Math.min(into[0], (middle - half) / squared);
  into[1] = Math.max(into[1], (middle + half) / squared);
}

/** Whether the endless line of a ray passes the endless axis of a segment (the centre of a ball) within a distance. */
export function passesWithin(
  { from, axis, moment, lengthMm }: SweptSegment,
  dx: number,
  dy: number,
  dz: number,
  distanceMm: number,
): boolean {
  const isBall = lengthMm === 0;
  const to = isBall ? from : axis;
  const ux = dy * to[2] - dz * to[1];
  const uy = dz * to[0] - dx * to[2];
  const uz = dx * to[1] - dy * to[0];
  const uu = ux * ux + uy * uy + uz * uz;
  if (isBall) return uu <= distanceMm * distanceMm * (dx * dx + dy * dy + dz * dz);
  const apart = dx * moment[0] + dy * moment[1] + dz * moment[2];
  return apart * apart <= distanceMm * distanceMm * uu || uu <= PARALLEL * (dx * dx + dy * dy + dz * dz);
}
