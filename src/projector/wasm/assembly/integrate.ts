// The inner loops: sums of bilinear samples in 1/32767 counts, eight planes a layer.
import { advance, clampedB, clampedC, enterLayer, fartherShare, positionB, positionC, stepB, stepC, weightsAlongB } from "./packet";
import { LAYER } from "./occupancy";
import { origin, strideA, strideB, strideC } from "./tile-axis";

/** Four channels of each ray, or (u16) the rays in the lanes of sum0. */
export let sum0: v128 = f32x4.splat(0), sum1: v128 = f32x4.splat(0), sum2: v128 = f32x4.splat(0), sum3: v128 = f32x4.splat(0);

/** Byte offsets of the nearest lower voxel of four rays. */
// @ts-ignore: decorator
@inline
export function addresses(b: v128, c: v128, plane: v128, contiguous: bool, voxelShift: i32): v128 {
  const whole = i32x4.shr_s(b, 16);
  const along = contiguous ? i32x4.shl(whole, voxelShift) : i32x4.mul(whole, i32x4.splat(strideB));
  return i32x4.add(i32x4.add(along, i32x4.mul(i32x4.shr_s(c, 16), i32x4.splat(strideC))), plane);
}

// Two neighbours along b of four rays, 16-bit pairs.
// @ts-ignore: decorator
@inline
function pairsU16(a0: u32, a1: u32, a2: u32, a3: u32, contiguous: bool, next: u32): v128 {
  if (contiguous) {
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
export function sampleU16(b: v128, c: v128, plane: v128, contiguous: bool): v128 {
  const at = addresses(b, c, plane, contiguous, 1);
  const a0 = <u32>i32x4.extract_lane(at, 0), a1 = <u32>i32x4.extract_lane(at, 1);
  const a2 = <u32>i32x4.extract_lane(at, 2), a3 = <u32>i32x4.extract_lane(at, 3);
  const next = <u32>strideB, row = <u32>strideC;
  const sign = i16x8.splat(-32768);
  const near = v128.xor(pairsU16(a0, a1, a2, a3, contiguous, next), sign);
  const far = v128.xor(pairsU16(a0 + row, a1 + row, a2 + row, a3 + row, contiguous, next), sign);
  const weights = weightsAlongB(b);
  const farther = fartherShare(weights, c);
  const sum = i32x4.add(i32x4.dot_i16x8_s(near, i16x8.sub(weights, farther)), i32x4.dot_i16x8_s(far, farther));
  return i32x4.add(sum, i32x4.splat(32767 * 32768));
}

// @ts-ignore: decorator
@inline
function layerU16(from: i32, to: i32, total: v128, contiguous: bool, clamp: bool): v128 {
  let b = positionB, c = positionC;
  const db = stepB, dc = stepC;
  const dPlane = i32x4.splat(strideA);
  let plane = i32x4.splat(origin + from * strideA);
  for (let k = from; k < to; k++) {
    total = f32x4.add(total, f32x4.convert_i32x4_s(sampleU16(clamp ? clampedB(b) : b, clamp ? clampedC(c) : c, plane, contiguous)));
    b = i32x4.add(b, db);
    c = i32x4.add(c, dc);
    plane = i32x4.add(plane, dPlane);
  }
  return total;
}

// @ts-ignore: decorator
@inline
export function integrateU16(list: usize, end: usize, first: i32, last: i32, contiguous: bool): void {
  let total = f32x4.splat(0);
  for (; list < end; list += 2) {
    const entry = <i32>load<u16>(list);
    const layer = entry >> 1;
    enterLayer(layer);
    const from = layer * LAYER;
    const start = max(from, first), to = min(from + LAYER, last);
    if (start > from) advance(start - from);
    total = entry & 1 ? layerU16(start, to, total, contiguous, true) : layerU16(start, to, total, contiguous, false);
  }
  sum0 = total;
}

// Two neighbours along b of one ray, four channels each, as pairs for the dot product: c0 d0 c1 d1 c2 d2 c3 d3.
// @ts-ignore: decorator
@inline
function pairsU8(address: u32, contiguous: bool, next: u32): v128 {
  const both = contiguous ? v128.load_zero<u64>(address) : v128.load_lane<u32>(address + next, v128.load_zero<u32>(address), 1);
  return i8x16.swizzle(both, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
}

/** The four channels of one sample of one ray; the weights are those of this ray in every lane. */
// @ts-ignore: decorator
@inline
export function sampleU8(address: u32, near: v128, far: v128, contiguous: bool, next: u32, row: u32): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(pairsU8(address, contiguous, next), near),
    i32x4.dot_i16x8_s(pairsU8(address + row, contiguous, next), far),
  );
}

// @ts-ignore: decorator
@inline
function layerU8(from: i32, to: i32, contiguous: bool, clamp: bool): void {
  let b = positionB, c = positionC;
  const db = stepB, dc = stepC;
  const dPlane = i32x4.splat(strideA);
  let plane = i32x4.splat(origin + from * strideA);
  let part0 = i32x4.splat(0), part1 = i32x4.splat(0), part2 = i32x4.splat(0), part3 = i32x4.splat(0);
  const next = <u32>strideB, row = <u32>strideC;
  for (let k = from; k < to; k++) {
    const pb = clamp ? clampedB(b) : b, pc = clamp ? clampedC(c) : c;
    const at = addresses(pb, pc, plane, contiguous, 2);
    const weights = weightsAlongB(pb);
    const far = fartherShare(weights, pc);
    const near = i16x8.sub(weights, far);
    part0 = i32x4.add(part0, sampleU8(i32x4.extract_lane(at, 0), v128.shuffle<i32>(near, near, 0, 0, 0, 0), v128.shuffle<i32>(far, far, 0, 0, 0, 0), contiguous, next, row));
    part1 = i32x4.add(part1, sampleU8(i32x4.extract_lane(at, 1), v128.shuffle<i32>(near, near, 1, 1, 1, 1), v128.shuffle<i32>(far, far, 1, 1, 1, 1), contiguous, next, row));
    part2 = i32x4.add(part2, sampleU8(i32x4.extract_lane(at, 2), v128.shuffle<i32>(near, near, 2, 2, 2, 2), v128.shuffle<i32>(far, far, 2, 2, 2, 2), contiguous, next, row));
    part3 = i32x4.add(part3, sampleU8(i32x4.extract_lane(at, 3), v128.shuffle<i32>(near, near, 3, 3, 3, 3), v128.shuffle<i32>(far, far, 3, 3, 3, 3), contiguous, next, row));
    b = i32x4.add(b, db);
    c = i32x4.add(c, dc);
    plane = i32x4.add(plane, dPlane);
  }
  sum0 = f32x4.add(sum0, f32x4.convert_i32x4_s(part0));
  sum1 = f32x4.add(sum1, f32x4.convert_i32x4_s(part1));
  sum2 = f32x4.add(sum2, f32x4.convert_i32x4_s(part2));
  sum3 = f32x4.add(sum3, f32x4.convert_i32x4_s(part3));
}

// @ts-ignore: decorator
@inline
export function integrateU8(list: usize, end: usize, first: i32, last: i32, contiguous: bool): void {
  sum0 = sum1 = sum2 = sum3 = f32x4.splat(0);
  for (; list < end; list += 2) {
    const entry = <i32>load<u16>(list);
    const layer = entry >> 1;
    enterLayer(layer);
    const from = layer * LAYER;
    const start = max(from, first), to = min(from + LAYER, last);
    if (start > from) advance(start - from);
    if (entry & 1) layerU8(start, to, contiguous, true);
    else layerU8(start, to, contiguous, false);
  }
}
