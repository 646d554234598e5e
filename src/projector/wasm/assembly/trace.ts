// The loops of `integrate` that also keep the largest sample and the first one at or above the threshold.
import { addresses, addSampleU8, addTo, sampleU16, SIGN_SHARE } from "./integrate";
import { clamped, fartherShare, HIT, MAXIMUM, PACKET_BYTES, pairsPattern, positions, SHIFT_B, SHIFT_C, signPattern, SLOPE_B, SLOPE_C, STEP_B, STEP_C, SUM, twicePattern, upsideDownPattern, weightsAlongB } from "./packet";
import { origin, shapeA, shapeB, shapeC, sourceB, sourceC, strideA, strideB, strideC } from "./tile-axis";

/** The lowest samples, in 1/32767 counts, that are at or above the threshold. */
export let thresholds: v128 = i32x4.splat(0);

export function useThresholds(all: v128): void {
  thresholds = all;
}

/** Planes counted from the side of the source, unsigned; −1 for none. */
// @ts-ignore: decorator
@inline
export function earlier(hit: v128, sample: v128, thresholds: v128, order: v128): v128 {
  return i32x4.min_u(hit, v128.or(i32x4.lt_s(sample, thresholds), order));
}

// @ts-ignore: decorator
@inline
export function traceU8<Contiguous>(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  const twice = twicePattern(), upsideDown = upsideDownPattern(), pairs = pairsPattern();
  const across = i32x4.splat(strideC), none = i32x4.splat(0);
  const next = <u32>strideB, row = <u32>strideC;
  for (; packet < end; packet += PACKET_BYTES) {
    const stepB = v128.load(packet + STEP_B), stepC = v128.load(packet + STEP_C);
    let b = positions(packet, SLOPE_B, stepB, sourceB + SHIFT_B, layer, from);
    let c = positions(packet, SLOPE_C, stepC, sourceC + SHIFT_C, layer, from);
    let part0 = none, part1 = none, part2 = none, part3 = none;
    let max0 = v128.load(packet + MAXIMUM), max1 = v128.load(packet + MAXIMUM + 16);
    let max2 = v128.load(packet + MAXIMUM + 32), max3 = v128.load(packet + MAXIMUM + 48);
    let hit0 = v128.load(packet + HIT), hit1 = v128.load(packet + HIT + 16);
    let hit2 = v128.load(packet + HIT + 32), hit3 = v128.load(packet + HIT + 48);
    for (let k = from; k < to; k++) {
      const pb = clamped(b, shapeB), pc = clamped(c, shapeC);
      const at = addresses<Contiguous>(pb, pc, i32x4.splat(origin + k * strideA), across, 2);
      const weights = weightsAlongB(pb, twice, upsideDown);
      const far = fartherShare(weights, pc, twice);
      const near = i16x8.sub(weights, far);
      const order = i32x4.splat(forward ? k : shapeA - 1 - k);
      const sample0 = addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 0), v128.shuffle<i32>(near, near, 0, 0, 0, 0), v128.shuffle<i32>(far, far, 0, 0, 0, 0), next, row, pairs);
      part0 = i32x4.add(part0, sample0);
      max0 = i32x4.max_s(max0, sample0);
      hit0 = earlier(hit0, sample0, thresholds, order);
      const sample1 = addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 1), v128.shuffle<i32>(near, near, 1, 1, 1, 1), v128.shuffle<i32>(far, far, 1, 1, 1, 1), next, row, pairs);
      part1 = i32x4.add(part1, sample1);
      max1 = i32x4.max_s(max1, sample1);
      hit1 = earlier(hit1, sample1, thresholds, order);
      const sample2 = addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 2), v128.shuffle<i32>(near, near, 2, 2, 2, 2), v128.shuffle<i32>(far, far, 2, 2, 2, 2), next, row, pairs);
      part2 = i32x4.add(part2, sample2);
      max2 = i32x4.max_s(max2, sample2);
      hit2 = earlier(hit2, sample2, thresholds, order);
      const sample3 = addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 3), v128.shuffle<i32>(near, near, 3, 3, 3, 3), v128.shuffle<i32>(far, far, 3, 3, 3, 3), next, row, pairs);
      part3 = i32x4.add(part3, sample3);
      max3 = i32x4.max_s(max3, sample3);
      hit3 = earlier(hit3, sample3, thresholds, order);
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
    }
    addTo(packet + SUM, part0);
    addTo(packet + SUM + 16, part1);
    addTo(packet + SUM + 32, part2);
    addTo(packet + SUM + 48, part3);
    v128.store(packet + MAXIMUM + 0, max0);
    v128.store(packet + MAXIMUM + 16, max1);
    v128.store(packet + MAXIMUM + 32, max2);
    v128.store(packet + MAXIMUM + 48, max3);
    v128.store(packet + HIT + 0, hit0);
    v128.store(packet + HIT + 16, hit1);
    v128.store(packet + HIT + 32, hit2);
    v128.store(packet + HIT + 48, hit3);
  }
}

// @ts-ignore: decorator
@inline
export function traceU16<Contiguous>(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  const twice = twicePattern(), upsideDown = upsideDownPattern(), sign = signPattern();
  const across = i32x4.splat(strideC), share = i32x4.splat(SIGN_SHARE);
  for (; packet < end; packet += PACKET_BYTES) {
    const stepB = v128.load(packet + STEP_B), stepC = v128.load(packet + STEP_C);
    let b = positions(packet, SLOPE_B, stepB, sourceB + SHIFT_B, layer, from);
    let c = positions(packet, SLOPE_C, stepC, sourceC + SHIFT_C, layer, from);
    let sum = v128.load(packet + SUM), largest = v128.load(packet + MAXIMUM), hit = v128.load(packet + HIT);
    for (let k = from; k < to; k++) {
      const plane = i32x4.splat(origin + k * strideA);
      const sample = i32x4.add(sampleU16<Contiguous>(clamped(b, shapeB), clamped(c, shapeC), plane, across, twice, upsideDown, sign), share);
      sum = f32x4.add(sum, f32x4.convert_i32x4_s(sample));
      largest = i32x4.max_s(largest, sample);
      hit = earlier(hit, sample, thresholds, i32x4.splat(forward ? k : shapeA - 1 - k));
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
    }
    v128.store(packet + SUM, sum);
    v128.store(packet + MAXIMUM, largest);
    v128.store(packet + HIT, hit);
  }
}
