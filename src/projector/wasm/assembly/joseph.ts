// AssemblyScript. Joseph projection of padded fields (docs/projector.md), four rays of a row at a time, with
// positions and weights in integers: the same bits on every host.
// Every worker runs the same code on the same shared memory and takes strips of 16 rows from a common counter.
import { firstHits, openChannels, useLowestCounts } from "./first-hit";
import { integrateU16, integrateU8 } from "./integrate";
import { HIT_LAYER, LAYER } from "./occupancy";
import { beginPacket, HIT, MAXIMUM, No, PACKET_BYTES, PATTERN_BYTES, SUM, usePatterns, WEIGHT_ONE, Yes } from "./packet";
import { CHANNELS, COUNTERS, FIRST_HITS, INTEGRATE, KIND, MODE, parameter, ray, REGION, SCRATCH, THRESHOLD, TRACE, useBlock, VIEW_AXIS, VOXEL_RAY } from "./parameters";
import { ACROSS_THE_EDGE, beginPencil, CHANNEL_SHIFT, EMPTY, lookAhead, PENCIL_BYTES } from "./pencil";
import { storeHit, storeNothing, storeSum, storeTrace, usePixel, useRegion } from "./results";
import { projectRay } from "./single-ray";
import { axisA, dominantAxis, firstPlane, isOrdinary, lastPlane, TILE, useAxis } from "./tile-axis";
import { traceU16, traceU8, useThresholds } from "./trace";

export { clear, countOccupied, countReached, findOccupied, findReached } from "./occupancy";
export { lookCloserAcross, lookCloserAlongRows } from "./first-hit";

/** Rays of a packet, and rows of packets that look ahead together. */
const LANES = 4;
const GROUP_ROWS = 8;
/** Patterns, a tile's packets column by column, and behind them the pencils: one of the tile, one of each group. */
const PENCILS: usize = 64 * PACKET_BYTES;
const SCRATCH_BYTES: usize = 20608;

let packets: usize = 0;

export function run(parameterBlock: usize): void {
  useBlock(parameterBlock);
  const counters = <usize>parameter(COUNTERS);
  const worker = atomic.add<i32>(counters + 4, 1);
  const scratch = <usize>parameter(SCRATCH) + <usize>worker * SCRATCH_BYTES;
  usePatterns(scratch);
  packets = scratch + PATTERN_BYTES;
  useRegion();
  if (parameter(MODE) != INTEGRATE) useThresholds(thresholds());
  if (parameter(MODE) == FIRST_HITS) useLowestCounts();
  const top = <i32>parameter(REGION + 1), left = <i32>parameter(REGION);
  const bottom = top + <i32>parameter(REGION + 3), right = left + <i32>parameter(REGION + 2);
  const viewAxis = <i32>parameter(VIEW_AXIS);
  if (viewAxis >= 0) useAxis(viewAxis);
  while (true) {
    const row = (top / TILE + atomic.add<i32>(counters, 1)) * TILE;
    if (row >= bottom) return;
    for (let column = (left / TILE) * TILE; column < right; column += TILE) {
      if (viewAxis < 0) useAxis(dominantAxis(<f64>column + 7.5, <f64>row + 7.5));
      projectTile(column, row, max(left, column), min(right, column + TILE), max(top, row), min(bottom, row + TILE));
    }
  }
}

/** A tile of 16 × 16 pixels of the image, of which columns u0 … u1 and rows v0 … v1 (exclusive) are in the region. */
export function projectTile(left: i32, top: i32, u0: i32, u1: i32, v0: i32, v1: i32): void {
  if (!isOrdinary(left, top)) {
    for (let v = v0; v < v1; v++) for (let u = u0; u < u1; u++) projectRay(u, v);
    return;
  }
  const forward = ray(VOXEL_RAY, axisA, <f64>left, <f64>top) > 0;
  const first = firstPlane(forward), last = lastPlane(forward);
  beginTile(u0, u1, v0, v1);
  if (parameter(MODE) == FIRST_HITS) marchFirstHits(u0, u1, v0, v1, first, last, forward);
  else marchTile(u0, u1, v0, v1, first, last, forward);
  for (let u = u0, column = packets; u < u1; u += LANES, column += TILE * PACKET_BYTES)
    for (let v = v0, packet = column; v < v1; v++, packet += PACKET_BYTES) store4(packet, u, min(u + LANES, u1), v);
}

export function marchTile(u0: i32, u1: i32, v0: i32, v1: i32, first: i32, last: i32, forward: bool): void {
  // Layer by layer, so that neighbouring rays find the voxels in the cache.
  const all = packets + PENCILS;
  for (let layer = first / LAYER; layer * LAYER < last; layer++) {
    const from = max(layer * LAYER, first), to = min(layer * LAYER + LAYER, last);
    if (lookAhead<No>(all, layer, from, to) == EMPTY) continue;
    let pencil = all;
    for (let u = u0, column = packets; u < u1; u += LANES, column += TILE * PACKET_BYTES)
      for (let v = v0, packet = column; v < v1; v += GROUP_ROWS, packet += GROUP_ROWS * PACKET_BYTES) {
        pencil += PENCIL_BYTES;
        const ahead = lookAhead<No>(pencil, layer, from, to);
        if (ahead == EMPTY) continue;
        marchGroup(packet, min(GROUP_ROWS, v1 - v), layer, from, to, ahead == ACROSS_THE_EDGE, forward);
      }
  }
}

/** From the source on, so that what all rays of a group have reached need not be looked for again. */
export function marchFirstHits(u0: i32, u1: i32, v0: i32, v1: i32, first: i32, last: i32, forward: bool): void {
  if (last <= first) return;
  const all = packets + PENCILS;
  const lowest = first / HIT_LAYER, highest = (last - 1) / HIT_LAYER;
  for (let n = lowest; n <= highest; n++) {
    const thin = forward ? n : highest - n + lowest;
    const from = max(thin * HIT_LAYER, first), to = min(thin * HIT_LAYER + HIT_LAYER, last);
    const layer = from / LAYER;
    if (lookAheadByChannel(all, thin, from, to) != EMPTY) {
      let pencil = all;
      for (let u = u0, column = packets; u < u1; u += LANES, column += TILE * PACKET_BYTES)
        for (let v = v0, packet = column; v < v1; v += GROUP_ROWS, packet += GROUP_ROWS * PACKET_BYTES) {
          pencil += PENCIL_BYTES;
          const ahead = lookAheadByChannel(pencil, thin, from, to);
          if (ahead == EMPTY) continue;
          const end = packet + <usize>min(GROUP_ROWS, v1 - v) * PACKET_BYTES;
          if ((openChannels(packet, end) & ahead >> CHANNEL_SHIFT) == 0) continue;
          if (axisA == 0) firstHitsAlongRows(packet, end, layer, from, to, forward);
          else if (ahead & ACROSS_THE_EDGE) firstHitsAtEdge(packet, end, layer, from, to, forward);
          else firstHitsInside(packet, end, layer, from, to, forward);
        }
    }
  }
}

export function lookAheadByChannel(pencil: usize, layer: i32, from: i32, to: i32): i32 {
  return lookAhead<Yes>(pencil, layer, from, to);
}

export function beginTile(u0: i32, u1: i32, v0: i32, v1: i32): void {
  let pencil = packets + PENCILS;
  beginPencil(pencil, u0, u1 - 1, v0, v1 - 1);
  for (let u = u0, column = packets; u < u1; u += LANES, column += TILE * PACKET_BYTES) {
    const lastColumn = min(u + LANES, u1) - 1;
    for (let v = v0; v < v1; v += GROUP_ROWS) {
      pencil += PENCIL_BYTES;
      beginPencil(pencil, u, lastColumn, v, min(v + GROUP_ROWS, v1) - 1);
    }
    for (let v = v0, packet = column; v < v1; v++, packet += PACKET_BYTES) beginPacket(packet, u, lastColumn, v);
  }
}

export function marchGroup(packet: usize, rows: i32, layer: i32, from: i32, to: i32, clamp: bool, forward: bool): void {
  const end = packet + <usize>rows * PACKET_BYTES;
  const isU8 = parameter(KIND) == 0;
  if (parameter(MODE) == TRACE) {
    if (isU8) axisA == 0 ? traceU8AlongRows(packet, end, layer, from, to, forward) : traceU8Across(packet, end, layer, from, to, forward);
    else axisA == 0 ? traceU16AlongRows(packet, end, layer, from, to, forward) : traceU16Across(packet, end, layer, from, to, forward);
  } else if (isU8) {
    if (axisA == 0) integrateU8AlongRows(packet, end, layer, from, to);
    else clamp ? integrateU8AtEdge(packet, end, layer, from, to) : integrateU8Inside(packet, end, layer, from, to);
  } else {
    if (axisA == 0) integrateU16AlongRows(packet, end, layer, from, to);
    else clamp ? integrateU16AtEdge(packet, end, layer, from, to) : integrateU16Inside(packet, end, layer, from, to);
  }
}

// One function for each loop: exported, so that the optimiser neither merges them nor makes one large function of all.
export function integrateU8Inside(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  integrateU8<Yes, No>(packet, end, layer, from, to);
}
export function integrateU8AtEdge(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  integrateU8<Yes, Yes>(packet, end, layer, from, to);
}
export function integrateU8AlongRows(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  integrateU8<No, Yes>(packet, end, layer, from, to);
}
export function integrateU16Inside(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  integrateU16<Yes, No>(packet, end, layer, from, to);
}
export function integrateU16AtEdge(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  integrateU16<Yes, Yes>(packet, end, layer, from, to);
}
export function integrateU16AlongRows(packet: usize, end: usize, layer: i32, from: i32, to: i32): void {
  integrateU16<No, Yes>(packet, end, layer, from, to);
}
export function firstHitsInside(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  firstHits<Yes, No>(packet, end, layer, from, to, forward);
}
export function firstHitsAtEdge(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  firstHits<Yes, Yes>(packet, end, layer, from, to, forward);
}
export function firstHitsAlongRows(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  firstHits<No, Yes>(packet, end, layer, from, to, forward);
}
export function traceU8Across(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  traceU8<Yes>(packet, end, layer, from, to, forward);
}
export function traceU8AlongRows(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  traceU8<No>(packet, end, layer, from, to, forward);
}
export function traceU16Across(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  traceU16<Yes>(packet, end, layer, from, to, forward);
}
export function traceU16AlongRows(packet: usize, end: usize, layer: i32, from: i32, to: i32, forward: bool): void {
  traceU16<No>(packet, end, layer, from, to, forward);
}

/** Results of the rays of columns u … end (exclusive). */
export function store4(packet: usize, u: i32, end: i32, v: i32): void {
  if (parameter(MODE) == TRACE) storeTraces(packet, u, end, v);
  else if (parameter(KIND) == 0) storeU8(packet, u, end, v);
  else
    for (; u < end; u++, packet += 4) {
      usePixel(u, v);
      storeSum(0, <f64>load<f32>(packet + SUM) * UNIT);
    }
}

const UNIT: f64 = 1.0 / <f64>WEIGHT_ONE;

/** Four channels, of rays many of which meet nothing. */
export function storeU8(packet: usize, u: i32, end: i32, v: i32): void {
  const channels = <i32>parameter(CHANNELS), isSum = parameter(MODE) == INTEGRATE;
  for (; u < end; u++, packet += 16) {
    if (isSum ? !v128.any_true(v128.load(packet + SUM)) : i32x4.bitmask(v128.load(packet + HIT)) == 15) {
      storeNothing(u, v, isSum ? 0 : Infinity);
      continue;
    }
    usePixel(u, v);
    for (let channel = 0; channel < channels; channel++) {
      const at = packet + (<usize>channel << 2);
      if (isSum) storeSum(channel, <f64>load<f32>(at + SUM) * UNIT);
      else storeHit(channel, load<i32>(at + HIT));
    }
  }
}

export function storeTraces(packet: usize, u: i32, end: i32, v: i32): void {
  const isU8 = parameter(KIND) == 0, channels = <i32>parameter(CHANNELS);
  for (let lane = 0; lane < end - u; lane++) {
    usePixel(u + lane, v);
    for (let channel = 0; channel < channels; channel++) {
      const at = packet + (<usize>(isU8 ? 4 * lane + channel : lane) << 2);
      storeSum(channel, <f64>load<f32>(at + SUM) * UNIT);
      storeTrace(channel, <f64>load<i32>(at + MAXIMUM) * UNIT, load<i32>(at + HIT));
    }
  }
}

function thresholds(): v128 {
  let all = i32x4.splat(threshold(0));
  // The lanes of u16 are rays.
  if (parameter(KIND) != 0) return all;
  all = i32x4.replace_lane(all, 1, threshold(1));
  all = i32x4.replace_lane(all, 2, threshold(2));
  return i32x4.replace_lane(all, 3, threshold(3));
}

function threshold(channel: i32): i32 {
  return <i32>min(ceil(parameter(THRESHOLD + channel) * <f64>WEIGHT_ONE), <f64>i32.MAX_VALUE);
}
