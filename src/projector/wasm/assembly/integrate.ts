// The inner loops: sums of bilinear samples in 1/32767 counts over one layer of planes.
import { clamped, fartherShare, FRACTION_BITS, isYes, PACKET_BYTES, pairsPattern, positions, SHIFT_B, SHIFT_C, signPattern, SLOPE_B, SLOPE_C, STEP_B, STEP_C, SUM, twicePattern, upsideDownPattern, weightsAlongB } from "./packet";
import { origin, shapeB, shapeC, sourceB, sourceC, strideA, strideB, strideC } from "./tile-axis";

/** Byte offsets of the nearest lower voxel of four rays. */
// @ts-ignore: decorator
@inline
export function addresses<Contiguous>(b: v128, c: v128, plane: v128, strideC: v128, voxelShift: i32): v128 {
  const whole = i32x4.shr_s(b, FRACTION_BITS);
  const along = isYes<Contiguous>() ? i32x4.shl(whole, voxelShift) : i32x4.mul(whole, i32x4.splat(strideB));
  return i32x4.add(i32x4.add(along, i32x4.mul(i32x4.shr_s(c, FRACTION_BITS), strideC)), plane);
}

// Two neighbours along b of four rays, 16-bit pairs.
// @ts-ignore: decorator
@inline
function pairsU16<Contiguous>(a0: u32, a1: u32, a2: u32, a3: u32, next: u32): v128 {
  if (isYes<Contiguous>()) {
    let both = v128.load_zero<u32>(a0);
    both = v128.load_lane<u32>(a1, both, 1);
    both = v128.load_lane<u32>(a2, both, 2);
    return v128.load_lane<u32>(a3, both, 3);
  }
  let both = v128.load_lane<u16>(a0, i32x4.splat(0), 0);
  both = v128.load_lane<u16>(a0 + next, both, 1);
  both = v128.load_lane<u16>(a1, both, 2);
  both = v128.load_lane<u16>(a1 + next, both, 3);
  both = v128.load_lane<u16>(a2, both, 4);
  both = v128.load_lane<u16>(a2 + next, both, 5);
  both = v128.load_lane<u16>(a3, both, 6);
  return v128.load_lane<u16>(a3 + next, both, 7);
}

/** One sample of four rays of a u16 field; counts are shifted into the range of signed numbers and back. */
// @ts-ignore: decorator
@inline
export function sampleU16<Contiguous>(b: v128, c: v128, plane: v128, across: v128, twice: v128, upsideDown: v128, sign: v128): v128 {
  const at = addresses<Contiguous>(b, c, plane, across, 1);
  const a0 = <u32>i32x4.extract_lane(at, 0), a1 = <u32>i32x4.extract_lane(at, 1);
  const a2 = <u32>i32x4.extract_lane(at, 2), a3 = <u32>i32x4.extract_lane(at, 3);
  const next = <u32>strideB, row = <u32>strideC;
  const near = v128.xor(pairsU16<Contiguous>(a0, a1, a2, a3, next), sign);
  const far = v128.xor(pairsU16<Contiguous>(a0 + row, a1 + row, a2 + row, a3 + row, next), sign);
  const weights = weightsAlongB(b, twice, upsideDown);
  const farther = fartherShare(weights, c, twice);
  return i32x4.add(i32x4.dot_i16x8_s(near, i16x8.sub(weights, farther)), i32x4.dot_i16x8_s(far, farther));
}

/** What `sampleU16` lacks of a sample. */
export const SIGN_SHARE: i32 = 32767 * 32768;

/** Planes `from` … `to` (exclusive) of a layer, for the packets up to `end`. */
// @ts-ignore: decorator
@inline
export function integrateU16<Contiguous, Clamp>(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  const twice = twicePattern(), upsideDown = upsideDownPattern(), sign = signPattern();
  const stepPlane = i32x4.splat(strideA), across = i32x4.splat(strideC), share = i32x4.splat(SIGN_SHARE);
  for (; packet < end; packet += PACKET_BYTES) {
    const stepB = v128.load(packet + STEP_B), stepC = v128.load(packet + STEP_C);
    let b = positions(packet, SLOPE_B, stepB, sourceB + SHIFT_B, layer, from);
    let c = positions(packet, SLOPE_C, stepC, sourceC + SHIFT_C, layer, from);
    let plane = i32x4.splat(origin + from * strideA);
    let sum = v128.load(packet + SUM);
    for (let k = from; k < to; k++) {
      const pb = isYes<Clamp>() ? clamped(b, shapeB) : b, pc = isYes<Clamp>() ? clamped(c, shapeC) : c;
      const sample = i32x4.add(sampleU16<Contiguous>(pb, pc, plane, across, twice, upsideDown, sign), share);
      sum = f32x4.add(sum, f32x4.convert_i32x4_s(sample));
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
      plane = i32x4.add(plane, stepPlane);
    }
    v128.store(packet + SUM, sum);
  }
}

// Two neighbours along b of one ray, four channels each, as pairs for the dot product: c0 d0 c1 d1 c2 d2 c3 d3.
// @ts-ignore: decorator
@inline
function pairsU8<Contiguous>(address: u32, next: u32, pairs: v128): v128 {
  const both = isYes<Contiguous>() ? v128.load_zero<u64>(address) : v128.load_lane<u32>(address + next, v128.load_zero<u32>(address), 1);
  // As in fraction15; indices of 128 and more make a zero everywhere.
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(both, pairs);
  return i8x16.swizzle(both, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
}

/** The four channels of one sample of one ray, on top of `sum`; the weights are those of this ray in every lane. */
// @ts-ignore: decorator
@inline
export function addSampleU8<Contiguous>(sum: v128, address: u32, near: v128, far: v128, next: u32, row: u32, pairs: v128): v128 {
  const nearer = i32x4.dot_i16x8_s(pairsU8<Contiguous>(address, next, pairs), near);
  const farther = i32x4.dot_i16x8_s(pairsU8<Contiguous>(address + row, next, pairs), far);
  return i32x4.add(i32x4.add(sum, nearer), farther);
}

/** Adds an integer sum of this layer to the float of all. */
// @ts-ignore: decorator
@inline
export function addTo(sum: usize, part: v128): void {
  v128.store(sum, f32x4.add(v128.load(sum), f32x4.convert_i32x4_s(part)));
}

/** Planes `from` … `to` (exclusive) of a layer, for the packets up to `end`. */
// @ts-ignore: decorator
@inline
export function integrateU8<Contiguous, Clamp>(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  const twice = twicePattern(), upsideDown = upsideDownPattern(), pairs = pairsPattern();
  const stepPlane = i32x4.splat(strideA), across = i32x4.splat(strideC);
  const next = <u32>strideB, row = <u32>strideC;
  for (; packet < end; packet += PACKET_BYTES) {
    const stepB = v128.load(packet + STEP_B), stepC = v128.load(packet + STEP_C);
    let b = positions(packet, SLOPE_B, stepB, sourceB + SHIFT_B, layer, from);
    let c = positions(packet, SLOPE_C, stepC, sourceC + SHIFT_C, layer, from);
    let plane = i32x4.splat(origin + from * strideA);
    let part0 = i32x4.splat(0), part1 = i32x4.splat(0), part2 = i32x4.splat(0), part3 = i32x4.splat(0);
    for (let k = from; k < to; k++) {
      const pb = isYes<Clamp>() ? clamped(b, shapeB) : b, pc = isYes<Clamp>() ? clamped(c, shapeC) : c;
      const at = addresses<Contiguous>(pb, pc, plane, across, 2);
      const weights = weightsAlongB(pb, twice, upsideDown);
      const far = fartherShare(weights, pc, twice);
      const near = i16x8.sub(weights, far);
      part0 = addSampleU8<Contiguous>(part0, i32x4.extract_lane(at, 0), v128.shuffle<i32>(near, near, 0, 0, 0, 0), v128.shuffle<i32>(far, far, 0, 0, 0, 0), next, row, pairs);
      part1 = addSampleU8<Contiguous>(part1, i32x4.extract_lane(at, 1), v128.shuffle<i32>(near, near, 1, 1, 1, 1), v128.shuffle<i32>(far, far, 1, 1, 1, 1), next, row, pairs);
      part2 = addSampleU8<Contiguous>(part2, i32x4.extract_lane(at, 2), v128.shuffle<i32>(near, near, 2, 2, 2, 2), v128.shuffle<i32>(far, far, 2, 2, 2, 2), next, row, pairs);
      part3 = addSampleU8<Contiguous>(part3, i32x4.extract_lane(at, 3), v128.shuffle<i32>(near, near, 3, 3, 3, 3), v128.shuffle<i32>(far, far, 3, 3, 3, 3), next, row, pairs);
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
      plane = i32x4.add(plane, stepPlane);
    }
    addTo(packet + SUM, part0);
    addTo(packet + SUM + 16, part1);
    addTo(packet + SUM + 32, part2);
    addTo(packet + SUM + 48, part3);
  }
}
