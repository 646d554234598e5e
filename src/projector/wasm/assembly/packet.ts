// Four neighbouring rays of a row, side by side in vector lanes; their state lies in the worker's scratch memory.
import { LAYER } from "./occupancy";
import { ray, VOXEL_RAY, parameter } from "./parameters";
import { axisA, axisB, axisC, sourceA } from "./tile-axis";

/** Types that say yes or no where the code is compiled: `isYes<T>()` costs nothing, and each answer has a loop of its own. */
export type Yes = i32;
export type No = u32;

// @ts-ignore: decorator
@inline
export function isYes<T>(): bool {
  return isSigned<T>();
}

// Offsets in a packet. Slopes (voxels a plane) of rays 0, 1 and 2, 3 along b and c in float64, steps from plane to
// plane in fixed point. Sums, maxima and first hits: u8x4 a vector of channels for each ray, u16 one vector of rays.
export const SLOPE_B: usize = 0, SLOPE_C: usize = 32, STEP_B: usize = 64, STEP_C: usize = 80;
export const SUM: usize = 96, MAXIMUM: usize = 160, HIT: usize = 224;
export const PACKET_BYTES: usize = 288;

/** Positions in voxels have 14 bits before and 18 behind the point. */
export const FRACTION_BITS = 18;
/** Adding 1.5 · 2^(52 − 18) leaves a float64 as a whole number of 2^-18 in its low 32 bits. */
const TO_FIXED: f64 = 1.5 * 17179869184;
/** Weights take 15 bits of a position; b is cut off, without bias because 32767 and not 32768 is one; c is rounded. */
export const SHIFT_B: f64 = -0.5 / 262144, SHIFT_C: f64 = 0.5 / 32768 - 0.5 / 262144;
/** A weight of one. */
export const WEIGHT_ONE: i32 = 32767;

// @ts-ignore: decorator
@inline
function rays(axis: i32, u: v128, v: f64): v128 {
  const first = VOXEL_RAY + 3 * axis;
  return f64x2.add(
    f64x2.add(f64x2.mul(f64x2.splat(parameter(first)), u), f64x2.splat(parameter(first + 1) * v)),
    f64x2.splat(parameter(first + 2)),
  );
}

// Float64 to fixed point.
// @ts-ignore: decorator
@inline
function fixed(low: v128, high: v128): v128 {
  const magic = f64x2.splat(TO_FIXED);
  return v128.shuffle<i32>(f64x2.add(low, magic), f64x2.add(high, magic), 0, 2, 4, 6);
}

/** Sets up the rays of columns u … u + 3, none beyond `last`. */
export function beginPacket(packet: usize, u: i32, last: i32, row: i32): void {
  const v = <f64>row;
  const u01 = f64x2.replace_lane(f64x2.splat(<f64>u), 1, <f64>min(u + 1, last));
  const u23 = f64x2.replace_lane(f64x2.splat(<f64>min(u + 2, last)), 1, <f64>min(u + 3, last));
  const a01 = rays(axisA, u01, v), a23 = rays(axisA, u23, v);
  const b01 = f64x2.div(rays(axisB, u01, v), a01), b23 = f64x2.div(rays(axisB, u23, v), a23);
  const c01 = f64x2.div(rays(axisC, u01, v), a01), c23 = f64x2.div(rays(axisC, u23, v), a23);
  v128.store(packet + SLOPE_B, b01);
  v128.store(packet + SLOPE_B + 16, b23);
  v128.store(packet + SLOPE_C, c01);
  v128.store(packet + SLOPE_C + 16, c23);
  v128.store(packet + STEP_B, fixed(b01, b23));
  v128.store(packet + STEP_C, fixed(c01, c23));
  for (let n: usize = 0; n < 128; n += 16) v128.store(packet + SUM + n, i32x4.splat(0));
  for (let n: usize = 0; n < 64; n += 16) v128.store(packet + HIT + n, i32x4.splat(-1));
}

/** Positions on plane `from` of a layer, exact in the middle of the layer, so that the rounding of steps cancels. */
// @ts-ignore: decorator
@inline
export function positions(packet: usize, slope: usize, step: v128, source: f64, layer: i32, from: i32): v128 {
  const distance = f64x2.splat(<f64>(layer * LAYER) + 0.5 * <f64>(LAYER - 1) - sourceA);
  const start = f64x2.splat(source);
  const middle = fixed(
    f64x2.add(start, f64x2.mul(distance, v128.load(packet + slope))),
    f64x2.add(start, f64x2.mul(distance, v128.load(packet + slope + 16))),
  );
  return i32x4.add(middle, i32x4.shr_s(i32x4.mul(step, i32x4.splat(2 * (from - layer * LAYER) - (LAYER - 1))), 1));
}

/** A position clamped into the padding, where voxels are zero. */
// @ts-ignore: decorator
@inline
export function clamped(position: v128, shape: i32): v128 {
  return i32x4.min_s(i32x4.max_s(position, i32x4.splat(-1 << FRACTION_BITS)), i32x4.splat(shape << FRACTION_BITS));
}

/** Byte patterns and masks of the inner loops. */
export let patterns: usize = 0;
const TWICE: usize = 0, UPSIDE_DOWN: usize = 16, PAIRS: usize = 32, SIGN: usize = 48;
export const PATTERN_BYTES: usize = 64;

/**
 * Keeps the patterns at an address. Loaded from memory they stay in registers; written as constants, some engines make
 * them anew wherever they are used.
 */
export function usePatterns(address: usize): void {
  patterns = address;
  v128.store(address + TWICE, i8x16(2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15));
  v128.store(address + UPSIDE_DOWN, i32x4.splat(0x7fff));
  v128.store(address + PAIRS, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
  v128.store(address + SIGN, i16x8.splat(-32768));
}

/** The highest 16 bits of each lane, twice. */
// @ts-ignore: decorator
@inline
export function twicePattern(): v128 {
  return v128.load(patterns + TWICE);
}

/** Flips the first of two fractions of 15 bits: 32767 − f. */
// @ts-ignore: decorator
@inline
export function upsideDownPattern(): v128 {
  return v128.load(patterns + UPSIDE_DOWN);
}

/** Bytes c0 … c3 d0 … d3 to 16-bit pairs c0 d0 c1 d1 c2 d2 c3 d3. */
// @ts-ignore: decorator
@inline
export function pairsPattern(): v128 {
  return v128.load(patterns + PAIRS);
}

/** The highest bit of each 16. */
// @ts-ignore: decorator
@inline
export function signPattern(): v128 {
  return v128.load(patterns + SIGN);
}

// The highest 15 bits of the fractions, twice in each lane.
// @ts-ignore: decorator
@inline
function fraction15(position: v128, twice: v128): v128 {
  const high = i32x4.shl(position, 32 - FRACTION_BITS);
  // The relaxed swizzle is one instruction for a pattern that is not a constant. No index is from 16 to 127, where hosts may differ.
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.shr_u(i8x16.relaxed_swizzle(high, twice), 1);
  return i16x8.shr_u(i8x16.swizzle(high, i8x16(2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15)), 1);
}

/** Weights along b of the two voxels of a pair: 16-bit pairs (32767 − f, f). */
// @ts-ignore: decorator
@inline
export function weightsAlongB(position: v128, twice: v128, upsideDown: v128): v128 {
  return v128.xor(fraction15(position, twice), upsideDown);
}

/** The part of those weights that belongs to the farther row, rounded; the rest belongs to the nearer one. */
// @ts-ignore: decorator
@inline
export function fartherShare(weights: v128, position: v128, twice: v128): v128 {
  const fraction = fraction15(position, twice);
  // No operand is −32768, the one case in which hosts may differ.
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_q15mulr_s(weights, fraction);
  return i16x8.q15mulr_sat_s(weights, fraction);
}
