// Four neighbouring rays of a row, side by side in vector lanes.
import { ray, VOXEL_RAY, parameter } from "./parameters";
import { axisA, axisB, axisC, shapeB, shapeC, sourceA, sourceB, sourceC } from "./tile-axis";
import { LAYER } from "./occupancy";

/** Adding 1.5 · 2^36 leaves a float64 as a whole number of 2^-16 in its low 32 bits. */
const TO_FIXED: f64 = 1.5 * 68719476736;
/** Half a unit of a position: b is cut off to 15 bits where weights take it, c is rounded. */
const HALF_UNIT: f64 = 0.5 / 65536;

// Slopes of rays 0, 1 and 2, 3 along b and c, voxels a plane.
let slopeB01: v128 = i32x4.splat(0), slopeB23: v128 = i32x4.splat(0);
let slopeC01: v128 = i32x4.splat(0), slopeC23: v128 = i32x4.splat(0);
/** In-plane positions on the first plane of a layer and steps from plane to plane, 16.16 bit fixed point. */
export let positionB: v128 = i32x4.splat(0), positionC: v128 = i32x4.splat(0);
export let stepB: v128 = i32x4.splat(0), stepC: v128 = i32x4.splat(0);

// @ts-ignore: decorator
@inline
function rays(axis: i32, u: v128, v: f64): v128 {
  const first = VOXEL_RAY + 3 * axis;
  return f64x2.add(
    f64x2.add(f64x2.mul(f64x2.splat(parameter(first)), u), f64x2.splat(parameter(first + 1) * v)),
    f64x2.splat(parameter(first + 2)),
  );
}

// @ts-ignore: decorator
@inline
function fixed(low: v128, high: v128): v128 {
  const magic = f64x2.splat(TO_FIXED);
  return v128.shuffle<i32>(f64x2.add(low, magic), f64x2.add(high, magic), 0, 2, 4, 6);
}

/** Takes the rays of columns u … u + 3, none beyond `last`. */
export function usePacket(u: i32, last: i32, row: i32): void {
  const v = <f64>row;
  const u01 = f64x2.replace_lane(f64x2.splat(<f64>u), 1, <f64>min(u + 1, last));
  const u23 = f64x2.replace_lane(f64x2.splat(<f64>min(u + 2, last)), 1, <f64>min(u + 3, last));
  const a01 = rays(axisA, u01, v), a23 = rays(axisA, u23, v);
  slopeB01 = f64x2.div(rays(axisB, u01, v), a01);
  slopeB23 = f64x2.div(rays(axisB, u23, v), a23);
  slopeC01 = f64x2.div(rays(axisC, u01, v), a01);
  slopeC23 = f64x2.div(rays(axisC, u23, v), a23);
  stepB = fixed(slopeB01, slopeB23);
  stepC = fixed(slopeC01, slopeC23);
}

/** Puts the positions on the first plane of a layer; exact in its middle, so that the rounding of steps cancels. */
// @ts-ignore: decorator
@inline
export function enterLayer(layer: i32): void {
  const distance = f64x2.splat(<f64>(layer * LAYER) + 0.5 * <f64>(LAYER - 1) - sourceA);
  const b = f64x2.splat(sourceB - HALF_UNIT), c = f64x2.splat(sourceC + HALF_UNIT);
  const backB = i32x4.shr_s(i32x4.mul(stepB, i32x4.splat(LAYER - 1)), 1);
  const backC = i32x4.shr_s(i32x4.mul(stepC, i32x4.splat(LAYER - 1)), 1);
  positionB = i32x4.sub(fixed(f64x2.add(b, f64x2.mul(distance, slopeB01)), f64x2.add(b, f64x2.mul(distance, slopeB23))), backB);
  positionC = i32x4.sub(fixed(f64x2.add(c, f64x2.mul(distance, slopeC01)), f64x2.add(c, f64x2.mul(distance, slopeC23))), backC);
}

/** Moves on by some planes. */
export function advance(planes: i32): void {
  positionB = i32x4.add(positionB, i32x4.mul(stepB, i32x4.splat(planes)));
  positionC = i32x4.add(positionC, i32x4.mul(stepC, i32x4.splat(planes)));
}

/** A position clamped into the padding, where voxels are zero. */
// @ts-ignore: decorator
@inline
export function clampedB(position: v128): v128 {
  return i32x4.min_s(i32x4.max_s(position, i32x4.splat(-65536)), i32x4.splat(shapeB << 16));
}

// @ts-ignore: decorator
@inline
export function clampedC(position: v128): v128 {
  return i32x4.min_s(i32x4.max_s(position, i32x4.splat(-65536)), i32x4.splat(shapeC << 16));
}

// @ts-ignore: decorator
@inline
function fraction15(position: v128): v128 {
  return i16x8.shr_u(i8x16.swizzle(position, i8x16(0, 1, 0, 1, 4, 5, 4, 5, 8, 9, 8, 9, 12, 13, 12, 13)), 1);
}

/** Weights along b of the two nearer and farther voxels: 16-bit pairs (32767 − f, f). */
// @ts-ignore: decorator
@inline
export function weightsAlongB(position: v128): v128 {
  return v128.xor(fraction15(position), i32x4.splat(0x7fff));
}

/** The part of those weights that belongs to the farther row, rounded; the rest belongs to the nearer one. */
// @ts-ignore: decorator
@inline
export function fartherShare(weights: v128, position: v128): v128 {
  const fraction = fraction15(position);
  // No operand is −32768, the one case in which hosts may differ.
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_q15mulr_s(weights, fraction);
  return i16x8.q15mulr_sat_s(weights, fraction);
}

/** A weight of one. */
export const WEIGHT_ONE: i32 = 32767;
