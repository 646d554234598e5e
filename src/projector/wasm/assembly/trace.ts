// The loops of `integrate` that also keep the largest sample and the first one at or above the threshold.
import { addresses, sampleU16, sampleU8 } from "./integrate";
import { LAYER } from "./occupancy";
import { advance, clampedB, clampedC, enterLayer, fartherShare, positionB, positionC, stepB, stepC, weightsAlongB } from "./packet";
import { origin, shapeA, strideA, strideB, strideC } from "./tile-axis";

/** u8x4: a vector of channels for each ray; u16: a vector of rays, the first of each. Hits count planes from the source. */
export let sum0: v128 = f32x4.splat(0), sum1: v128 = f32x4.splat(0), sum2: v128 = f32x4.splat(0), sum3: v128 = f32x4.splat(0);
export let max0: v128 = i32x4.splat(0), max1: v128 = i32x4.splat(0), max2: v128 = i32x4.splat(0), max3: v128 = i32x4.splat(0);
export let hit0: v128 = i32x4.splat(-1), hit1: v128 = i32x4.splat(-1), hit2: v128 = i32x4.splat(-1), hit3: v128 = i32x4.splat(-1);

// @ts-ignore: decorator
@inline
function earlier(hit: v128, sample: v128, thresholds: v128, order: v128): v128 {
  return i32x4.min_u(hit, v128.or(i32x4.lt_s(sample, thresholds), order));
}

// @ts-ignore: decorator
@inline
export function traceU8(list: usize, end: usize, first: i32, last: i32, contiguous: bool, forward: bool, thresholds: v128): void {
  sum0 = sum1 = sum2 = sum3 = f32x4.splat(0);
  let m0 = i32x4.splat(0), m1 = i32x4.splat(0), m2 = i32x4.splat(0), m3 = i32x4.splat(0);
  let h0 = i32x4.splat(-1), h1 = i32x4.splat(-1), h2 = i32x4.splat(-1), h3 = i32x4.splat(-1);
  const next = <u32>strideB, row = <u32>strideC;
  for (; list < end; list += 2) {
    const layer = <i32>load<u16>(list) >> 1;
    enterLayer(layer);
    const from = layer * LAYER;
    const start = max(from, first), to = min(from + LAYER, last);
    if (start > from) advance(start - from);
    let b = positionB, c = positionC;
    let part0 = i32x4.splat(0), part1 = i32x4.splat(0), part2 = i32x4.splat(0), part3 = i32x4.splat(0);
    for (let k = start; k < to; k++) {
      const pb = clampedB(b), pc = clampedC(c);
      const at = addresses(pb, pc, i32x4.splat(origin + k * strideA), contiguous, 2);
      const weights = weightsAlongB(pb);
      const far = fartherShare(weights, pc);
      const near = i16x8.sub(weights, far);
      const order = i32x4.splat(forward ? k : shapeA - 1 - k);
      const sample0 = sampleU8(i32x4.extract_lane(at, 0), v128.shuffle<i32>(near, near, 0, 0, 0, 0), v128.shuffle<i32>(far, far, 0, 0, 0, 0), contiguous, next, row);
      part0 = i32x4.add(part0, sample0);
      m0 = i32x4.max_s(m0, sample0);
      h0 = earlier(h0, sample0, thresholds, order);
      const sample1 = sampleU8(i32x4.extract_lane(at, 1), v128.shuffle<i32>(near, near, 1, 1, 1, 1), v128.shuffle<i32>(far, far, 1, 1, 1, 1), contiguous, next, row);
      part1 = i32x4.add(part1, sample1);
      m1 = i32x4.max_s(m1, sample1);
      h1 = earlier(h1, sample1, thresholds, order);
      const sample2 = sampleU8(i32x4.extract_lane(at, 2), v128.shuffle<i32>(near, near, 2, 2, 2, 2), v128.shuffle<i32>(far, far, 2, 2, 2, 2), contiguous, next, row);
      part2 = i32x4.add(part2, sample2);
      m2 = i32x4.max_s(m2, sample2);
      h2 = earlier(h2, sample2, thresholds, order);
      const sample3 = sampleU8(i32x4.extract_lane(at, 3), v128.shuffle<i32>(near, near, 3, 3, 3, 3), v128.shuffle<i32>(far, far, 3, 3, 3, 3), contiguous, next, row);
      part3 = i32x4.add(part3, sample3);
      m3 = i32x4.max_s(m3, sample3);
      h3 = earlier(h3, sample3, thresholds, order);
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
    }
    sum0 = f32x4.add(sum0, f32x4.convert_i32x4_s(part0));
    sum1 = f32x4.add(sum1, f32x4.convert_i32x4_s(part1));
    sum2 = f32x4.add(sum2, f32x4.convert_i32x4_s(part2));
    sum3 = f32x4.add(sum3, f32x4.convert_i32x4_s(part3));
  }
  max0 = m0;
  max1 = m1;
  max2 = m2;
  max3 = m3;
  hit0 = h0;
  hit1 = h1;
  hit2 = h2;
  hit3 = h3;
}

// @ts-ignore: decorator
@inline
export function traceU16(list: usize, end: usize, first: i32, last: i32, contiguous: bool, forward: bool, thresholds: v128): void {
  let total = f32x4.splat(0), largest = i32x4.splat(0), hit = i32x4.splat(-1);
  for (; list < end; list += 2) {
    const layer = <i32>load<u16>(list) >> 1;
    enterLayer(layer);
    const from = layer * LAYER;
    const start = max(from, first), to = min(from + LAYER, last);
    if (start > from) advance(start - from);
    let b = positionB, c = positionC;
    for (let k = start; k < to; k++) {
      const sample = sampleU16(clampedB(b), clampedC(c), i32x4.splat(origin + k * strideA), contiguous);
      total = f32x4.add(total, f32x4.convert_i32x4_s(sample));
      largest = i32x4.max_s(largest, sample);
      hit = earlier(hit, sample, thresholds, i32x4.splat(forward ? k : shapeA - 1 - k));
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
    }
  }
  sum0 = total;
  max0 = largest;
  hit0 = hit;
}
