// Where rays first reach the thresholds of a u8x4 field, without sums: the largest sample of a layer says whether to look closer.
import { addresses, addSampleU8 } from "./integrate";
import { clamped, fartherShare, HIT, isYes, PACKET_BYTES, pairsPattern, positions, SHIFT_B, SHIFT_C, SLOPE_B, SLOPE_C, STEP_B, STEP_C, twicePattern, upsideDownPattern, weightsAlongB } from "./packet";
import { origin, shapeB, shapeC, sourceB, sourceC, strideA, strideB, strideC } from "./tile-axis";
import { thresholds, traceU8Across, traceU8AlongRows } from "./trace";

// Lanes of a ray's channels that reach the threshold in this layer and in none before.
// @ts-ignore: decorator
@inline
function newly(hit: v128, largest: v128): v128 {
  return v128.andnot(i32x4.lt_s(hit, i32x4.splat(0)), i32x4.lt_s(largest, thresholds));
}

/** Planes `from` … `to` (exclusive) of a layer, for the packets up to `end`; packets with new hits are traced. */
// @ts-ignore: decorator
@inline
export function firstHits<Contiguous, Clamp>(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  const twice = twicePattern(), upsideDown = upsideDownPattern(), pairs = pairsPattern();
  const stepPlane = i32x4.splat(strideA), across = i32x4.splat(strideC), none = i32x4.splat(0);
  const next = <u32>strideB, row = <u32>strideC;
  for (; packet < end; packet += PACKET_BYTES) {
    const stepB = v128.load(packet + STEP_B), stepC = v128.load(packet + STEP_C);
    let b = positions(packet, SLOPE_B, stepB, sourceB + SHIFT_B, layer, from);
    let c = positions(packet, SLOPE_C, stepC, sourceC + SHIFT_C, layer, from);
    let plane = i32x4.splat(origin + from * strideA);
    let max0 = none, max1 = none, max2 = none, max3 = none;
    for (let k = from; k < to; k++) {
      const pb = isYes<Clamp>() ? clamped(b, shapeB) : b, pc = isYes<Clamp>() ? clamped(c, shapeC) : c;
      const at = addresses<Contiguous>(pb, pc, plane, across, 2);
      const weights = weightsAlongB(pb, twice, upsideDown);
      const far = fartherShare(weights, pc, twice);
      const near = i16x8.sub(weights, far);
      max0 = i32x4.max_s(max0, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 0), v128.shuffle<i32>(near, near, 0, 0, 0, 0), v128.shuffle<i32>(far, far, 0, 0, 0, 0), next, row, pairs));
      max1 = i32x4.max_s(max1, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 1), v128.shuffle<i32>(near, near, 1, 1, 1, 1), v128.shuffle<i32>(far, far, 1, 1, 1, 1), next, row, pairs));
      max2 = i32x4.max_s(max2, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 2), v128.shuffle<i32>(near, near, 2, 2, 2, 2), v128.shuffle<i32>(far, far, 2, 2, 2, 2), next, row, pairs));
      max3 = i32x4.max_s(max3, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 3), v128.shuffle<i32>(near, near, 3, 3, 3, 3), v128.shuffle<i32>(far, far, 3, 3, 3, 3), next, row, pairs));
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
      plane = i32x4.add(plane, stepPlane);
    }
    const any = v128.or(
      v128.or(newly(v128.load(packet + HIT), max0), newly(v128.load(packet + HIT + 16), max1)),
      v128.or(newly(v128.load(packet + HIT + 32), max2), newly(v128.load(packet + HIT + 48), max3)),
    );
    if (!v128.any_true(any)) continue;
    if (isYes<Contiguous>()) traceU8Across(packet, packet + PACKET_BYTES, layer, from, to, forward);
    else traceU8AlongRows(packet, packet + PACKET_BYTES, layer, from, to, forward);
  }
}

/** The channels, as bits, that some ray of the packets up to `end` has not reached. */
export function openChannels(packet: usize, end: usize): i32 {
  let open = i32x4.splat(0);
  for (; packet < end; packet += PACKET_BYTES) {
    const first = v128.or(v128.load(packet + HIT), v128.load(packet + HIT + 16));
    const second = v128.or(v128.load(packet + HIT + 32), v128.load(packet + HIT + 48));
    open = v128.or(open, v128.or(first, second));
  }
  return i32x4.bitmask(open);
}
