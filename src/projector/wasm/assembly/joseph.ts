// AssemblyScript. Joseph projection of padded fields (docs/projector.md), four rays of a row at a time, with
// positions and weights in integers: the same bits on every host.
// Every worker runs the same code on the same shared memory and takes strips of 16 rows from a common counter.
import { integrateU16, integrateU8, sum0, sum1, sum2, sum3 } from "./integrate";
import { listLayers } from "./layers";
import { usePacket, WEIGHT_ONE } from "./packet";
import { CHANNELS, COUNTERS, KIND, MODE, parameter, ray, REGION, SCRATCH, THRESHOLD, useBlock, VIEW_AXIS, VOXEL_RAY } from "./parameters";
import { storeSum, storeTrace, usePixel } from "./results";
import { projectRay } from "./single-ray";
import { axisA, dominantAxis, firstPlane, isOrdinary, lastPlane, strideB, TILE, useAxis } from "./tile-axis";
import * as traced from "./trace";

export { countOccupied, findOccupied } from "./occupancy";

/** Rows that share one list of layers. */
const GROUP_ROWS = 4;
/** Bytes of memory that a worker has for its list. */
const SCRATCH_BYTES = 4096;

let list: usize = 0;

export function run(parameterBlock: usize): void {
  useBlock(parameterBlock);
  const counters = <usize>parameter(COUNTERS);
  const worker = atomic.add<i32>(counters + 4, 1);
  list = <usize>parameter(SCRATCH) + <usize>(worker * SCRATCH_BYTES);
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
  for (let v = v0; v < v1; v += GROUP_ROWS)
    for (let u = u0; u < u1; u += 4) {
      const lastColumn = min(u + 4, u1) - 1, lastRow = min(v + GROUP_ROWS, v1) - 1;
      const end = listLayers(<f64>u, <f64>lastColumn, <f64>v, <f64>lastRow, forward, list);
      for (let row = v; row <= lastRow; row++) {
        usePacket(u, lastColumn, row);
        if (parameter(MODE) == 1) tracePacket(u, lastColumn, row, end, first, last, forward);
        else if (parameter(KIND) == 0) integratePacketU8(u, lastColumn, row, end, first, last);
        else integratePacketU16(u, lastColumn, row, end, first, last);
      }
    }
}

export function integratePacketU8(u: i32, lastColumn: i32, row: i32, end: usize, first: i32, last: i32): void {
  if (axisA == 0) integrateU8(list, end, first, last, false);
  else integrateU8(list, end, first, last, true);
  for (let lane = 0; lane <= lastColumn - u; lane++) {
    usePixel(u + lane, row);
    const sums = lane == 0 ? sum0 : lane == 1 ? sum1 : lane == 2 ? sum2 : sum3;
    for (let channel = 0; channel < <i32>parameter(CHANNELS); channel++)
      storeSum(channel, <f64>laneF32(sums, channel) / <f64>WEIGHT_ONE);
  }
}

export function integratePacketU16(u: i32, lastColumn: i32, row: i32, end: usize, first: i32, last: i32): void {
  if (axisA == 0) integrateU16(list, end, first, last, false);
  else integrateU16(list, end, first, last, true);
  for (let lane = 0; lane <= lastColumn - u; lane++) {
    usePixel(u + lane, row);
    storeSum(0, <f64>laneF32(sum0, lane) / <f64>WEIGHT_ONE);
  }
}

export function tracePacket(u: i32, lastColumn: i32, row: i32, end: usize, first: i32, last: i32, forward: bool): void {
  const isU8 = parameter(KIND) == 0;
  let thresholds = i32x4.splat(threshold(0));
  if (isU8) {
    thresholds = i32x4.replace_lane(thresholds, 1, threshold(1));
    thresholds = i32x4.replace_lane(thresholds, 2, threshold(2));
    thresholds = i32x4.replace_lane(thresholds, 3, threshold(3));
    if (axisA == 0) traced.traceU8(list, end, first, last, false, forward, thresholds);
    else traced.traceU8(list, end, first, last, true, forward, thresholds);
  } else if (axisA == 0) traced.traceU16(list, end, first, last, false, forward, thresholds);
  else traced.traceU16(list, end, first, last, true, forward, thresholds);
  for (let lane = 0; lane <= lastColumn - u; lane++) {
    usePixel(u + lane, row);
    const at = isU8 ? lane : 0;
    const sums = at == 0 ? traced.sum0 : at == 1 ? traced.sum1 : at == 2 ? traced.sum2 : traced.sum3;
    const largest = at == 0 ? traced.max0 : at == 1 ? traced.max1 : at == 2 ? traced.max2 : traced.max3;
    const hits = at == 0 ? traced.hit0 : at == 1 ? traced.hit1 : at == 2 ? traced.hit2 : traced.hit3;
    for (let channel = 0; channel < <i32>parameter(CHANNELS); channel++) {
      const n = isU8 ? channel : lane;
      storeSum(channel, <f64>laneF32(sums, n) / <f64>WEIGHT_ONE);
      storeTrace(channel, <f64>laneI32(largest, n) / <f64>WEIGHT_ONE, laneI32(hits, n));
    }
  }
}

/** The lowest sample in 1/32767 counts that is at or above the threshold. */
function threshold(channel: i32): i32 {
  return <i32>min(ceil(parameter(THRESHOLD + channel) * <f64>WEIGHT_ONE), <f64>i32.MAX_VALUE);
}

function laneF32(vector: v128, lane: i32): f32 {
  return f32.reinterpret_i32(laneI32(vector, lane));
}

function laneI32(vector: v128, lane: i32): i32 {
  if (lane == 0) return i32x4.extract_lane(vector, 0);
  if (lane == 1) return i32x4.extract_lane(vector, 1);
  if (lane == 2) return i32x4.extract_lane(vector, 2);
  return i32x4.extract_lane(vector, 3);
}
