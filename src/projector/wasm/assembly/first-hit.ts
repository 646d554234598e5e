// Where rays first reach the thresholds of a u8x4 field, without sums: first whether any voxel beside the rays does at all.
import { addresses, addSampleU8 } from "./integrate";
import { clamped, fartherShare, HIT, isYes, No, PACKET_BYTES, pairsPattern, positions, SHIFT_B, SHIFT_C, SLOPE_B, SLOPE_C, STEP_B, STEP_C, twicePattern, upsideDownPattern, weightsAlongB, Yes } from "./packet";
import { parameter, THRESHOLD } from "./parameters";
import { origin, shapeA, shapeB, shapeC, sourceB, sourceC, strideA, strideB, strideC } from "./tile-axis";
import { earlier, thresholds } from "./trace";

/** The lowest count of each channel that is at or above the threshold. */
let lowestCounts: v128 = i32x4.splat(0);

export function useLowestCounts(): void {
  lowestCounts = i32x4(lowestCount(0), lowestCount(1), lowestCount(2), lowestCount(3));
}

function lowestCount(channel: i32): i32 {
  return <i32>min(ceil(parameter(THRESHOLD + channel)), 256);
}

// The largest bytes of the four voxels around a ray, channels of two neighbours side by side, and those of before.
// @ts-ignore: decorator
@inline
function larger<Contiguous>(before: v128, address: u32, next: u32, row: u32): v128 {
  if (isYes<Contiguous>()) {
    const both = i8x16.max_u(v128.load_zero<u64>(address), v128.load_zero<u64>(address + row));
    return i8x16.max_u(before, both);
  }
  const near = i8x16.max_u(v128.load_zero<u32>(address), v128.load_zero<u32>(address + next));
  const far = i8x16.max_u(v128.load_zero<u32>(address + row), v128.load_zero<u32>(address + row + next));
  return i8x16.max_u(before, i8x16.max_u(near, far));
}

// Channels of a ray that may reach the threshold in this layer and have not in any before.
// @ts-ignore: decorator
@inline
function newly(hit: v128, largest: v128): v128 {
  const bytes = i8x16.max_u(largest, i64x2.shr_u(largest, 32));
  const counts = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  return v128.and(hit, i32x4.ge_s(counts, lowestCounts));
}

/** Planes `from` … `to` (exclusive) of a layer, for the packets up to `end`; packets with new hits in sight are looked at closer. */
// @ts-ignore: decorator
@inline
export function firstHits<Contiguous, Clamp>(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
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
      max0 = larger<Contiguous>(max0, i32x4.extract_lane(at, 0), next, row);
      max1 = larger<Contiguous>(max1, i32x4.extract_lane(at, 1), next, row);
      max2 = larger<Contiguous>(max2, i32x4.extract_lane(at, 2), next, row);
      max3 = larger<Contiguous>(max3, i32x4.extract_lane(at, 3), next, row);
      b = i32x4.add(b, stepB);
      c = i32x4.add(c, stepC);
      plane = i32x4.add(plane, stepPlane);
    }
    // Hits are negative where there is none yet.
    const any = v128.or(
      v128.or(newly(v128.load(packet + HIT), max0), newly(v128.load(packet + HIT + 16), max1)),
      v128.or(newly(v128.load(packet + HIT + 32), max2), newly(v128.load(packet + HIT + 48), max3)),
    );
    if (i32x4.bitmask(any) == 0) continue;
    if (isYes<Contiguous>()) lookCloserAcross(packet, layer, from, to, forward);
    else lookCloserAlongRows(packet, layer, from, to, forward);
  }
}

// The hits of one packet in a layer, exactly as a trace finds them.
// @ts-ignore: decorator
@inline
function lookCloser<Contiguous>(packet: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  const twice = twicePattern(), upsideDown = upsideDownPattern(), pairs = pairsPattern();
  const across = i32x4.splat(strideC), none = i32x4.splat(0), lowest = thresholds;
  const next = <u32>strideB, row = <u32>strideC;
  const stepB = v128.load(packet + STEP_B), stepC = v128.load(packet + STEP_C);
  let b = positions(packet, SLOPE_B, stepB, sourceB + SHIFT_B, layer, from);
  let c = positions(packet, SLOPE_C, stepC, sourceC + SHIFT_C, layer, from);
  let hit0 = v128.load(packet + HIT), hit1 = v128.load(packet + HIT + 16);
  let hit2 = v128.load(packet + HIT + 32), hit3 = v128.load(packet + HIT + 48);
  for (let k = from; k < to; k++) {
    const pb = clamped(b, shapeB), pc = clamped(c, shapeC);
    const at = addresses<Contiguous>(pb, pc, i32x4.splat(origin + k * strideA), across, 2);
    const weights = weightsAlongB(pb, twice, upsideDown);
    const far = fartherShare(weights, pc, twice);
    const near = i16x8.sub(weights, far);
    const order = i32x4.splat(forward ? k : shapeA - 1 - k);
    hit0 = earlier(hit0, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 0), v128.shuffle<i32>(near, near, 0, 0, 0, 0), v128.shuffle<i32>(far, far, 0, 0, 0, 0), next, row, pairs), lowest, order);
    hit1 = earlier(hit1, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 1), v128.shuffle<i32>(near, near, 1, 1, 1, 1), v128.shuffle<i32>(far, far, 1, 1, 1, 1), next, row, pairs), lowest, order);
    hit2 = earlier(hit2, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 2), v128.shuffle<i32>(near, near, 2, 2, 2, 2), v128.shuffle<i32>(far, far, 2, 2, 2, 2), next, row, pairs), lowest, order);
    hit3 = earlier(hit3, addSampleU8<Contiguous>(none, i32x4.extract_lane(at, 3), v128.shuffle<i32>(near, near, 3, 3, 3, 3), v128.shuffle<i32>(far, far, 3, 3, 3, 3), next, row, pairs), lowest, order);
    b = i32x4.add(b, stepB);
    c = i32x4.add(c, stepC);
  }
  v128.store(packet + HIT, hit0);
  v128.store(packet + HIT + 16, hit1);
  v128.store(packet + HIT + 32, hit2);
  v128.store(packet + HIT + 48, hit3);
}

export function lookCloserAcross(packet: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  lookCloser<Yes>(packet, layer, from, to, forward);
}
export function lookCloserAlongRows(packet: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  lookCloser<No>(packet, layer, from, to, forward);
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
