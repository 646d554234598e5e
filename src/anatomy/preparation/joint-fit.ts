import type { Transform } from "../../geometry/transform.ts";
import { applyToPoint, determinant } from "../../geometry/transform.ts";
import { add, normalize, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import { fitSphere, type Sphere } from "../landmark-rules/fit-sphere.ts";
import { type Points, pointAt, pointsWhere } from "../landmark-rules/points.ts";
import { nearestPoint } from "./nearest-point.ts";

/** A place of the registered template that is moved by a few mm so that a joint fits. */
export interface JointShift {
  readonly name: string;
  /** Where the joint is after the shift. */
  readonly atLps: Vector3;
  readonly shiftMm: Vector3;
}

/** Cartilage and joint space: how far the bone of the head may lie from the bone of the socket. */
const JOINT_MM = 8;
const LARGEST_SHIFT_MM = 16;
const CARTILAGE_MM = 2;
/** From how far off a socket is found; of the fits, the one with the smallest residual counts. */
const STARTING_BANDS_MM = [5, 8, 11];
const NARROWEST_BAND_MM = 3;
const LARGEST_RADIUS_ERROR_MM = 5;
const LARGEST_RESIDUAL_MM = 1.6;

/** The sphere of a femoral head: through the points of the femur that face the hip bone. */
export function femoralHead(femur: Points, hip: Points, voxelMm: number): Sphere | undefined {
  const nearest = nearestPoint(hip);
  return fitSphere(
    pointsWhere(femur, (point) => nearest(...point).squaredMm2 < JOINT_MM * JOINT_MM),
    voxelMm,
  );
}

/**
 * What brings a femoral head into a socket that another patient's hip has: the sphere through the socket's surface, found near the place to
 * which the registration takes the head. Undefined when there is no round socket there, as after a fracture through it.
 */
export function socketShift(
  name: string,
  head: Sphere,
  boneFromTemplate: Transform<"lps", "lps">,
  hip: Points,
  voxelMm: number,
): (JointShift & { socket: Sphere }) | undefined {
  const expected = applyToPoint(boneFromTemplate, head.centreLps);
  const radiusMm = head.radiusMm * Math.cbrt(Math.abs(determinant(boneFromTemplate))) + CARTILAGE_MM;
  const sockets = STARTING_BANDS_MM.flatMap((bandMm) => {
    const socket = seenSphere(hip, { centreLps: expected, radiusMm }, bandMm, voxelMm);
    return socket &&
      Math.hypot(...subtract(socket.centreLps, expected)) <= LARGEST_SHIFT_MM &&
      Math.abs(socket.radiusMm - radiusMm) <= LARGEST_RADIUS_ERROR_MM &&
      socket.residualMm <= LARGEST_RESIDUAL_MM
      ? [socket]
      : [];
  });
  const [best] = sockets.toSorted((a, b) => a.residualMm - b.residualMm);
  if (!best) return undefined;
  return { name, atLps: best.centreLps, shiftMm: subtract(best.centreLps, expected), socket: best };
}

/** A sphere through the bone seen from a centre in a band about a radius; the band narrows and both follow the fit. */
function seenSphere(
  hip: Points,
  start: { centreLps: Vector3; radiusMm: number },
  startingBandMm: number,
  voxelMm: number,
): Sphere | undefined {
  let sphere: Sphere | undefined;
  for (let bandMm = startingBandMm; bandMm >= NARROWEST_BAND_MM; bandMm -= 1) {
    const { centreLps, radiusMm } = sphere ?? start;
    const seen = firstSeen(hip, centreLps, radiusMm + bandMm);
    sphere = fitSphere(
      pointsWhere(seen, (point) => Math.abs(Math.hypot(...subtract(point, centreLps)) - radiusMm) < bandMm),
      voxelMm,
    );
    if (!sphere || Math.hypot(...subtract(sphere.centreLps, start.centreLps)) > LARGEST_SHIFT_MM)
      return undefined;
  }
  return sphere;
}

/** The translation that brings some points of the template onto a surface, by iterated nearest points. */
export function surfaceShift(
  name: string,
  template: Points,
  boneFromTemplate: Transform<"lps", "lps">,
  fixed: Points,
): JointShift | undefined {
  const count = template.length / 3;
  if (count < 30) return undefined;
  const nearest = nearestPoint(fixed);
  let shift: Vector3 = [0, 0, 0];
  let centre: Vector3 = [0, 0, 0];
  for (let round = 0; round < 30; round++) {
    let [sum, mean]: [Vector3, Vector3] = [
      [0, 0, 0],
      [0, 0, 0],
    ];
    for (let n = 0; n < count; n++) {
      const moved = add(applyToPoint(boneFromTemplate, pointAt(template, n)), shift);
      mean = add(mean, moved);
      sum = add(sum, subtract(pointAt(fixed, nearest(...moved).index), moved));
    }
    shift = [shift[0] + sum[0] / count, shift[1] + sum[1] / count, shift[2] + sum[2] / count];
    centre = [mean[0] / count, mean[1] / count, mean[2] / count];
  }
  if (Math.hypot(...shift) > LARGEST_SHIFT_MM) return undefined;
  return { name, atLps: centre, shiftMm: shift };
}

const DISC_MM = 2;
/** Share of a vertebra's points that may lie in the sacrum's bone. */
const TOUCHING_SHARE = 0.02;
const LARGEST_LIFT_MM = 16;

/**
 * Lifts a vertebra off the sacrum along the line from the sacrum's top to the vertebra, in steps of a millimetre until no more than one
 * in fifty of its points lies in bone, and by the height of a thin disc more if it had to be lifted at all.
 */
export function liftedOff(
  joint: JointShift,
  vertebra: Points,
  boneFromTemplate: Transform<"lps", "lps">,
  isBone: (x: number, y: number, z: number) => boolean,
): JointShift {
  const count = vertebra.length / 3;
  if (count === 0) return joint;
  const start = Array.from({ length: count }, (_, n) =>
    add(applyToPoint(boneFromTemplate, pointAt(vertebra, n)), joint.shiftMm),
  );
  const centre = scale(
    start.reduce((sum, point) => add(sum, point), [0, 0, 0] as Vector3),
    1 / count,
  );
  const away = normalize(subtract(centre, joint.atLps));
  const inBone = (mm: number): number =>
    start.filter((point) => isBone(...add(point, scale(away, mm)))).length / count;
  if (inBone(0) <= TOUCHING_SHARE) return joint;
  let lift = 1;
  while (lift < LARGEST_LIFT_MM && inBone(lift) > TOUCHING_SHARE) lift++;
  return { ...joint, shiftMm: add(joint.shiftMm, scale(away, lift + DISC_MM)) };
}

const CORE_MM = 30;

/**
 * A smooth field of shifts: about each joint its own, elsewhere their mean with weights 1/(r² + 30²)². Within a femoral head it differs from
 * the head's own shift by less than a hundredth.
 */
export function shiftField(
  joints: readonly JointShift[],
): (x: number, y: number, z: number, out: Float64Array) => void {
  return (x, y, z, out) => {
    let [total, sx, sy, sz] = [0, 0, 0, 0];
    for (const { atLps, shiftMm } of joints) {
      const square = (x - atLps[0]) ** 2 + (y - atLps[1]) ** 2 + (z - atLps[2]) ** 2 + CORE_MM * CORE_MM;
      const weight = 1 / (square * square);
      total += weight;
      sx += weight * shiftMm[0];
      sy += weight * shiftMm[1];
      sz += weight * shiftMm[2];
    }
    out[0] = total > 0 ? sx / total : 0;
    out[1] = total > 0 ? sy / total : 0;
    out[2] = total > 0 ? sz / total : 0;
  };
}

const DIRECTIONS = 24;

/** Of the points in each direction from a centre the nearest one: what an eye in the joint would see of the bone. */
function firstSeen(points: Points, centre: Vector3, reachMm: number): Points {
  const nearest = new Map<number, { n: number; mm: number }>();
  for (let n = 0; n < points.length / 3; n++) {
    const [x, y, z] = subtract(pointAt(points, n), centre);
    const mm = Math.hypot(x, y, z);
    if (mm > reachMm) continue;
    // Cells of a cube's faces, 24 × 24 on each: about 4° wide.
    const largest = Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
    const cell = [x, y, z].reduce(
      (sum, along) => sum * (DIRECTIONS + 1) + Math.round(((along / largest + 1) / 2) * DIRECTIONS),
      0,
    );
    const known = nearest.get(cell);
    if (!known || mm < known.mm) nearest.set(cell, { n, mm });
  }
  const kept = new Set([...nearest.values()].map(({ n }) => n));
  return pointsWhere(points, (_, n) => kept.has(n));
}
