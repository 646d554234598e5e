// AssemblyScript. Joseph projection of padded fields (docs/projector.md), four rays of a row at a time.
// Every worker runs the same code on the same shared memory and takes strips of 16 rows from a common counter.

/** Scene of one run: offsets of its 64-bit floats in the parameter block, see ../parameter-block.ts. */
const VOXELS = 0, OCCUPANCY = 1, OUTPUT = 2, COUNTER = 3, SHAPE = 4, KIND = 7, MODE = 8, CHANNELS = 9;
const REGION = 10, VIEW_AXIS = 14, SOURCE = 15, VOXEL_RAY = 18, LPS_RAY = 27, SCALE = 36, THRESHOLD = 40, SKIP = 41;

const TILE = 16;
const BRICK = 8;
/** A bilinear weight of one, the largest signed 16-bit integer; 2^23 as a float makes an integer by addition. */
const WEIGHT_ONE: i32 = 32767;
const MAGIC: f32 = 8388608;
const MAGIC_BITS = 0x4b000000;
const FAR: f32 = Infinity;

let block: usize = 0;
let voxels: usize = 0;
let occupancy: usize = 0;
let output: usize = 0;
let trace: bool = false;
let channels: i32 = 0;
let threshold: f32 = 0;
let skip: bool = false;
let regionColumn: i32 = 0, regionRow: i32 = 0, regionWidth: i32 = 0, regionHeight: i32 = 0;

// The axis of the current tile: a is crossed plane by plane, b and c span the planes.
let axisA: i32 = 0, axisB: i32 = 0, axisC: i32 = 0;
let shapeA: i32 = 0, shapeB: i32 = 0, shapeC: i32 = 0;
let strideA: i32 = 0, strideB: i32 = 0, strideC: i32 = 0;
let bricksB: i32 = 0, bricksC: i32 = 0;
let brickStrideA: i32 = 0, brickStrideB: i32 = 0, brickStrideC: i32 = 0;

// The current packet: positions are in-plane, shifted by the padding of one voxel.
let planeLow: i32 = 0, planeHigh: i32 = 0, planeMiddle: f32 = 0;
let positionB: v128 = f32x4.splat(0), positionC: v128 = f32x4.splat(0);
let slopeB: v128 = f32x4.splat(0), slopeC: v128 = f32x4.splat(0);
let middleB: f32 = 0, middleC: f32 = 0, middleSlopeB: f32 = 0, middleSlopeC: f32 = 0;
let forward: bool = true;

// Results of the current packet, one row of four channels (u8x4) or one lane (u16) a ray.
let sum0: v128 = f32x4.splat(0), sum1: v128 = f32x4.splat(0), sum2: v128 = f32x4.splat(0), sum3: v128 = f32x4.splat(0);
let max0: v128 = i32x4.splat(0), max1: v128 = i32x4.splat(0), max2: v128 = i32x4.splat(0), max3: v128 = i32x4.splat(0);
let hit0: v128 = i32x4.splat(-1), hit1: v128 = i32x4.splat(-1), hit2: v128 = i32x4.splat(-1), hit3: v128 = i32x4.splat(-1);

// @ts-ignore: decorator
@inline
function parameter(index: i32): f64 {
  return load<f64>(block + (<usize>index << 3));
}

export function run(parameterBlock: usize): void {
  block = parameterBlock;
  voxels = <usize>parameter(VOXELS);
  occupancy = <usize>parameter(OCCUPANCY);
  output = <usize>parameter(OUTPUT);
  trace = parameter(MODE) == 1;
  channels = <i32>parameter(CHANNELS);
  threshold = <f32>parameter(THRESHOLD);
  skip = parameter(SKIP) == 1;
  regionColumn = <i32>parameter(REGION);
  regionRow = <i32>parameter(REGION + 1);
  regionWidth = <i32>parameter(REGION + 2);
  regionHeight = <i32>parameter(REGION + 3);
  const counter = <usize>parameter(COUNTER);
  const firstStrip = regionRow / TILE;
  const strips = (regionRow + regionHeight - 1) / TILE - firstStrip + 1;
  while (true) {
    const strip = atomic.add<i32>(counter, 1);
    if (strip >= strips) return;
    projectStrip((firstStrip + strip) * TILE);
  }
}

function projectStrip(top: i32): void {
  const rowEnd = min(top + TILE, regionRow + regionHeight);
  const columnEnd = regionColumn + regionWidth;
  const viewAxis = <i32>parameter(VIEW_AXIS);
  if (viewAxis >= 0) useAxis(viewAxis);
  for (let left = (regionColumn / TILE) * TILE; left < columnEnd; left += TILE) {
    if (viewAxis < 0) useAxis(dominantAxis(<f64>left + 7.5, <f64>top + 7.5));
    for (let row = max(top, regionRow); row < rowEnd; row++)
      for (let column = left; column < min(left + TILE, columnEnd); column += 4) {
        if (column + 4 <= regionColumn) continue;
        projectPacket(column, row);
      }
  }
}

// @ts-ignore: decorator
@inline
function ray(matrix: i32, axis: i32, u: f64, v: f64): f64 {
  const first = matrix + 3 * axis;
  return parameter(first) * u + parameter(first + 1) * v + parameter(first + 2);
}

function dominantAxis(u: f64, v: f64): i32 {
  const x = abs(ray(VOXEL_RAY, 0, u, v));
  const y = abs(ray(VOXEL_RAY, 1, u, v));
  const z = abs(ray(VOXEL_RAY, 2, u, v));
  return x >= y && x >= z ? 0 : y >= z ? 1 : 2;
}

function useAxis(axis: i32): void {
  const ni = <i32>parameter(SHAPE), nj = <i32>parameter(SHAPE + 1), nk = <i32>parameter(SHAPE + 2);
  const bi = (ni + BRICK - 1) / BRICK, bj = (nj + BRICK - 1) / BRICK;
  axisA = axis;
  axisB = axis == 0 ? 1 : 0;
  axisC = axis == 2 ? 1 : 2;
  shapeA = <i32>parameter(SHAPE + axisA);
  shapeB = <i32>parameter(SHAPE + axisB);
  shapeC = <i32>parameter(SHAPE + axisC);
  strideA = voxelStride(axisA, ni, nj);
  strideB = voxelStride(axisB, ni, nj);
  strideC = voxelStride(axisC, ni, nj);
  bricksB = (shapeB + BRICK - 1) / BRICK;
  bricksC = (shapeC + BRICK - 1) / BRICK;
  brickStrideA = brickStride(axisA, bi, bj);
  brickStrideB = brickStride(axisB, bi, bj);
  brickStrideC = brickStride(axisC, bi, bj);
}

function voxelStride(axis: i32, ni: i32, nj: i32): i32 {
  return axis == 0 ? 1 : axis == 1 ? ni + 3 : (ni + 3) * (nj + 3);
}

function brickStride(axis: i32, bi: i32, bj: i32): i32 {
  return axis == 0 ? 1 : axis == 1 ? bi : bi * bj;
}

function projectPacket(column: i32, row: i32): void {
  if (preparePacket(column, row, -1)) {
    marchPacket();
    store4(column, row, -1);
    return;
  }
  // Rays that cross the planes in opposite directions (a tile of a very wide view) go one by one.
  for (let lane = 0; lane < 4; lane++) {
    preparePacket(column, row, lane);
    marchPacket();
    store4(column, row, lane);
  }
}

function marchPacket(): void {
  sum0 = sum1 = sum2 = sum3 = f32x4.splat(0);
  max0 = max1 = max2 = max3 = i32x4.splat(0);
  hit0 = hit1 = hit2 = hit3 = i32x4.splat(-1);
  if (planeLow <= planeHigh) {
    if (parameter(KIND) == 0) {
      if (trace) traceU8();
      else if (strideB == 1) integrateU8(true);
      else integrateU8(false);
    } else if (trace) traceU16();
    else if (strideB == 1) sumU16(true);
    else sumU16(false);
  }
}

/**
 * Positions and slopes of four rays, or of one in all four lanes, and the planes on which any of them is inside the
 * grid and in front of the source. False when the rays do not all cross the planes in one direction.
 */
function preparePacket(column: i32, row: i32, only: i32): bool {
  const middle = <f64>(shapeA / 2);
  planeMiddle = <f32>middle;
  const sourceA = parameter(SOURCE + axisA), sourceB = parameter(SOURCE + axisB), sourceC = parameter(SOURCE + axisC);
  let low: f64 = 1e9, high: f64 = -1e9;
  for (let lane = 0; lane < 4; lane++) {
    const u = <f64>(column + (only < 0 ? lane : only)), v = <f64>row;
    const da = ray(VOXEL_RAY, axisA, u, v);
    if (lane > 0 && da > 0 != forward) return false;
    forward = da > 0;
    if (da == 0) {
      // Never crosses a plane.
      positionB = setLane(positionB, lane, 0);
      positionC = setLane(positionC, lane, 0);
      slopeB = setLane(slopeB, lane, 0);
      slopeC = setLane(slopeC, lane, 0);
      continue;
    }
    const sb = ray(VOXEL_RAY, axisB, u, v) / da;
    const sc = ray(VOXEL_RAY, axisC, u, v) / da;
    const pb = sourceB + (middle - sourceA) * sb;
    const pc = sourceC + (middle - sourceA) * sc;
    // Planes on which this ray is less than one voxel outside, and in front of the source.
    let from: f64 = 0, to: f64 = <f64>(shapeA - 1);
    if (da > 0) from = max(from, floor(sourceA) + 1);
    else to = min(to, ceil(sourceA) - 1);
    if (abs(sb) > 1e-12) {
      const t0 = middle + (-1.001 - pb) / sb, t1 = middle + (<f64>shapeB + 0.001 - pb) / sb;
      from = max(from, min(t0, t1));
      to = min(to, max(t0, t1));
    } else if (pb <= -1 || pb >= <f64>shapeB) to = -1;
    if (abs(sc) > 1e-12) {
      const t0 = middle + (-1.001 - pc) / sc, t1 = middle + (<f64>shapeC + 0.001 - pc) / sc;
      from = max(from, min(t0, t1));
      to = min(to, max(t0, t1));
    } else if (pc <= -1 || pc >= <f64>shapeC) to = -1;
    if (from <= to) {
      low = min(low, from);
      high = max(high, to);
    }
    positionB = setLane(positionB, lane, <f32>(pb + 1));
    positionC = setLane(positionC, lane, <f32>(pc + 1));
    slopeB = setLane(slopeB, lane, <f32>sb);
    slopeC = setLane(slopeC, lane, <f32>sc);
  }
  planeLow = low > high ? 1 : <i32>ceil(low);
  planeHigh = low > high ? 0 : <i32>floor(high);
  middleB = 0.5 * (f32x4.extract_lane(positionB, 0) + f32x4.extract_lane(positionB, 3)) - 1;
  middleC = 0.5 * (f32x4.extract_lane(positionC, 0) + f32x4.extract_lane(positionC, 3)) - 1;
  middleSlopeB = 0.5 * (f32x4.extract_lane(slopeB, 0) + f32x4.extract_lane(slopeB, 3));
  middleSlopeC = 0.5 * (f32x4.extract_lane(slopeC, 0) + f32x4.extract_lane(slopeC, 3));
  return true;
}

function setLane(vector: v128, lane: i32, value: f32): v128 {
  if (lane == 0) return f32x4.replace_lane(vector, 0, value);
  if (lane == 1) return f32x4.replace_lane(vector, 1, value);
  if (lane == 2) return f32x4.replace_lane(vector, 2, value);
  return f32x4.replace_lane(vector, 3, value);
}

/** Whether eight planes of this packet hold nothing but zeros; the table is dilated far enough for all its taps. */
// @ts-ignore: decorator
@inline
function isEmpty(brickA: i32): bool {
  const offset = <f32>(brickA * BRICK) + 3.5 - planeMiddle;
  const b = min(max(<i32>floor((middleB + offset * middleSlopeB) * 0.125), 0), bricksB - 1);
  const c = min(max(<i32>floor((middleC + offset * middleSlopeC) * 0.125), 0), bricksC - 1);
  return load<u8>(occupancy + brickA * brickStrideA + b * brickStrideB + c * brickStrideC) == 0;
}

// Position on one plane, clamped into the padding, where voxels are zero.
// @ts-ignore: decorator
@inline
function onPlane(position: v128, slope: v128, distance: v128, limit: v128): v128 {
  const p = f32x4.add(position, f32x4.mul(distance, slope));
  return f32x4.pmin(f32x4.pmax(p, f32x4.splat(0)), limit);
}

// @ts-ignore: decorator
@inline
function wholePart(floored: v128): v128 {
  return v128.and(f32x4.add(floored, f32x4.splat(MAGIC)), i32x4.splat(0x7fffff));
}

// Two rows of two voxels of four channels, as pairs for the dot product: c0 d0 c1 d1 c2 d2 c3 d3.
// @ts-ignore: decorator
@inline
function pairs(two: v128): v128 {
  return i8x16.shuffle(two, i8x16.splat(0), 0, 16, 4, 16, 1, 16, 5, 16, 2, 16, 6, 16, 3, 16, 7, 16);
}

// Two neighbours along b as eight bytes; they lie side by side unless b is not the fastest axis of the array.
// @ts-ignore: decorator
@inline
function neighbours(address: usize, contiguous: bool): v128 {
  if (contiguous) return v128.load64_zero(address);
  return v128.load_lane<u32>(address + (<usize>strideB << 2), v128.load32_zero(address), 1);
}

// The four channels of one bilinear sample, in units of 1/32767 count.
// @ts-ignore: decorator
@inline
function sampleU8(address: usize, weights0: v128, weights1: v128, contiguous: bool): v128 {
  return i32x4.add(
    i32x4.dot_i16x8_s(pairs(neighbours(address, contiguous)), weights0),
    i32x4.dot_i16x8_s(pairs(neighbours(address + (<usize>strideC << 2), contiguous)), weights1),
  );
}

// Bilinear weights of four rays as pairs of 16-bit integers that add up to 32767: (w00, w10) and (w01, w11).
// Rounded by adding 2^23; w00 may come out as −1, so it is masked, not added.
let weightsNear: v128 = i32x4.splat(0), weightsFar: v128 = i32x4.splat(0);
let offsets: v128 = i32x4.splat(0);

// @ts-ignore: decorator
@inline
function locate(distance: v128, limitB: v128, limitC: v128, planeOffset: i32): void {
  const pb = onPlane(positionB, slopeB, distance, limitB);
  const pc = onPlane(positionC, slopeC, distance, limitC);
  const floorB = f32x4.floor(pb), floorC = f32x4.floor(pc);
  const magic = f32x4.splat(MAGIC);
  const a = f32x4.mul(f32x4.sub(pb, floorB), f32x4.splat(<f32>WEIGHT_ONE));
  const fc = f32x4.sub(pc, floorC);
  const bothBits = f32x4.add(f32x4.mul(a, fc), magic);
  const aBits = f32x4.add(a, magic);
  const cBits = f32x4.add(f32x4.mul(fc, f32x4.splat(<f32>WEIGHT_ONE)), magic);
  const w10 = i32x4.sub(aBits, bothBits);
  const w01 = i32x4.sub(cBits, bothBits);
  const w11 = i32x4.sub(bothBits, i32x4.splat(MAGIC_BITS));
  const w00 = i32x4.sub(i32x4.sub(i32x4.splat(WEIGHT_ONE), i32x4.add(w10, w01)), w11);
  weightsNear = v128.or(v128.and(w00, i32x4.splat(0xffff)), i32x4.shl(w10, 16));
  weightsFar = v128.or(w01, i32x4.shl(w11, 16));
  const inPlane = i32x4.add(
    i32x4.mul(wholePart(floorB), i32x4.splat(strideB)),
    i32x4.mul(wholePart(floorC), i32x4.splat(strideC)),
  );
  offsets = i32x4.add(inPlane, i32x4.splat(planeOffset));
}

// @ts-ignore: decorator
@inline
function splat(vector: v128, lane: i32): v128 {
  if (lane == 0) return v128.shuffle<i32>(vector, vector, 0, 0, 0, 0);
  if (lane == 1) return v128.shuffle<i32>(vector, vector, 1, 1, 1, 1);
  if (lane == 2) return v128.shuffle<i32>(vector, vector, 2, 2, 2, 2);
  return v128.shuffle<i32>(vector, vector, 3, 3, 3, 3);
}

/** Sums of four channels for four rays; integers within eight planes, floats across. */
// @ts-ignore: decorator
@inline
function integrateU8(contiguous: bool): void {
  const limitB = f32x4.splat(<f32>(shapeB + 1)), limitC = f32x4.splat(<f32>(shapeC + 1));
  let total0 = f32x4.splat(0), total1 = f32x4.splat(0), total2 = f32x4.splat(0), total3 = f32x4.splat(0);
  for (let brick = planeLow / BRICK; brick <= planeHigh / BRICK; brick++) {
    if (skip && isEmpty(brick)) continue;
    const from = max(planeLow, brick * BRICK), to = min(planeHigh, brick * BRICK + BRICK - 1);
    let part0 = i32x4.splat(0), part1 = i32x4.splat(0), part2 = i32x4.splat(0), part3 = i32x4.splat(0);
    for (let plane = from; plane <= to; plane++) {
      locate(f32x4.splat(<f32>plane - planeMiddle), limitB, limitC, (plane + 1) * strideA);
      const near = weightsNear, far = weightsFar, at = offsets;
      part0 = i32x4.add(part0, sampleU8(voxels + (<usize>(<u32>i32x4.extract_lane(at, 0)) << 2), splat(near, 0), splat(far, 0), contiguous));
      part1 = i32x4.add(part1, sampleU8(voxels + (<usize>(<u32>i32x4.extract_lane(at, 1)) << 2), splat(near, 1), splat(far, 1), contiguous));
      part2 = i32x4.add(part2, sampleU8(voxels + (<usize>(<u32>i32x4.extract_lane(at, 2)) << 2), splat(near, 2), splat(far, 2), contiguous));
      part3 = i32x4.add(part3, sampleU8(voxels + (<usize>(<u32>i32x4.extract_lane(at, 3)) << 2), splat(near, 3), splat(far, 3), contiguous));
    }
    total0 = f32x4.add(total0, f32x4.convert_i32x4_s(part0));
    total1 = f32x4.add(total1, f32x4.convert_i32x4_s(part1));
    total2 = f32x4.add(total2, f32x4.convert_i32x4_s(part2));
    total3 = f32x4.add(total3, f32x4.convert_i32x4_s(part3));
  }
  sum0 = total0;
  sum1 = total1;
  sum2 = total2;
  sum3 = total3;
}

/** The address of one lane's taps. */
// @ts-ignore: decorator
@inline
function tap(at: v128, lane: i32): usize {
  if (lane == 0) return voxels + (<usize>(<u32>i32x4.extract_lane(at, 0)) << 2);
  if (lane == 1) return voxels + (<usize>(<u32>i32x4.extract_lane(at, 1)) << 2);
  if (lane == 2) return voxels + (<usize>(<u32>i32x4.extract_lane(at, 2)) << 2);
  return voxels + (<usize>(<u32>i32x4.extract_lane(at, 3)) << 2);
}

// Keeps the plane of the first sample from the source: the lowest of an ascending ray, the last seen of a descending one.
// @ts-ignore: decorator
@inline
function firstHit(known: v128, met: v128, plane: i32): v128 {
  const open = forward ? i32x4.lt_s(known, i32x4.splat(0)) : i32x4.splat(-1);
  return v128.bitselect(i32x4.splat(plane), known, v128.and(met, open));
}

function thresholdCount(channel: i32): i32 {
  const scale = parameter(SCALE + channel);
  if (!(scale > 0)) return i32.MAX_VALUE;
  const count = ceil((<f64>threshold * <f64>WEIGHT_ONE) / scale);
  return count >= 2147483647 ? i32.MAX_VALUE : <i32>count;
}

/** Like `integrateU8`, with the largest sample and the plane of the first one over the threshold. */
function traceU8(): void {
  const contiguous = strideB == 1;
  const limitB = f32x4.splat(<f32>(shapeB + 1)), limitC = f32x4.splat(<f32>(shapeC + 1));
  let thresholds = i32x4.splat(thresholdCount(0));
  thresholds = i32x4.replace_lane(thresholds, 1, thresholdCount(1));
  thresholds = i32x4.replace_lane(thresholds, 2, thresholdCount(2));
  thresholds = i32x4.replace_lane(thresholds, 3, thresholdCount(3));
  for (let brick = planeLow / BRICK; brick <= planeHigh / BRICK; brick++) {
    if (skip && isEmpty(brick)) continue;
    const from = max(planeLow, brick * BRICK), to = min(planeHigh, brick * BRICK + BRICK - 1);
    let part0 = i32x4.splat(0), part1 = i32x4.splat(0), part2 = i32x4.splat(0), part3 = i32x4.splat(0);
    for (let plane = from; plane <= to; plane++) {
      locate(f32x4.splat(<f32>plane - planeMiddle), limitB, limitC, (plane + 1) * strideA);
      const near = weightsNear, far = weightsFar, at = offsets;
      let sample = contiguous ? sampleU8(tap(at, 0), splat(near, 0), splat(far, 0), true) : sampleU8(tap(at, 0), splat(near, 0), splat(far, 0), false);
      part0 = i32x4.add(part0, sample);
      max0 = i32x4.max_s(max0, sample);
      hit0 = firstHit(hit0, i32x4.ge_s(sample, thresholds), plane);
      sample = contiguous ? sampleU8(tap(at, 1), splat(near, 1), splat(far, 1), true) : sampleU8(tap(at, 1), splat(near, 1), splat(far, 1), false);
      part1 = i32x4.add(part1, sample);
      max1 = i32x4.max_s(max1, sample);
      hit1 = firstHit(hit1, i32x4.ge_s(sample, thresholds), plane);
      sample = contiguous ? sampleU8(tap(at, 2), splat(near, 2), splat(far, 2), true) : sampleU8(tap(at, 2), splat(near, 2), splat(far, 2), false);
      part2 = i32x4.add(part2, sample);
      max2 = i32x4.max_s(max2, sample);
      hit2 = firstHit(hit2, i32x4.ge_s(sample, thresholds), plane);
      sample = contiguous ? sampleU8(tap(at, 3), splat(near, 3), splat(far, 3), true) : sampleU8(tap(at, 3), splat(near, 3), splat(far, 3), false);
      part3 = i32x4.add(part3, sample);
      max3 = i32x4.max_s(max3, sample);
      hit3 = firstHit(hit3, i32x4.ge_s(sample, thresholds), plane);
    }
    sum0 = f32x4.add(sum0, f32x4.convert_i32x4_s(part0));
    sum1 = f32x4.add(sum1, f32x4.convert_i32x4_s(part1));
    sum2 = f32x4.add(sum2, f32x4.convert_i32x4_s(part2));
    sum3 = f32x4.add(sum3, f32x4.convert_i32x4_s(part3));
  }
}

// Two 16-bit neighbours along b of four rays: the nearer in the low half of each lane, the farther in the high half.
// @ts-ignore: decorator
@inline
function neighboursU16(at: v128, shift: usize, contiguous: bool): v128 {
  const base = voxels + shift;
  const a0 = base + (<usize>(<u32>i32x4.extract_lane(at, 0)) << 1), a1 = base + (<usize>(<u32>i32x4.extract_lane(at, 1)) << 1);
  const a2 = base + (<usize>(<u32>i32x4.extract_lane(at, 2)) << 1), a3 = base + (<usize>(<u32>i32x4.extract_lane(at, 3)) << 1);
  if (contiguous) {
    let both = v128.load32_zero(a0);
    both = v128.load_lane<u32>(a1, both, 1);
    both = v128.load_lane<u32>(a2, both, 2);
    return v128.load_lane<u32>(a3, both, 3);
  }
  const next = <usize>strideB << 1;
  let both = v128.load_lane<u16>(a0, i32x4.splat(0), 0);
  both = v128.load_lane<u16>(a0 + next, both, 1);
  both = v128.load_lane<u16>(a1, both, 2);
  both = v128.load_lane<u16>(a1 + next, both, 3);
  both = v128.load_lane<u16>(a2, both, 4);
  both = v128.load_lane<u16>(a2 + next, both, 5);
  both = v128.load_lane<u16>(a3, both, 6);
  return v128.load_lane<u16>(a3 + next, both, 7);
}

// @ts-ignore: decorator
@inline
function mixed(both: v128, fraction: v128): v128 {
  const low = f32x4.convert_i32x4_s(v128.and(both, i32x4.splat(0xffff)));
  const high = f32x4.convert_i32x4_s(i32x4.shr_u(both, 16));
  return f32x4.add(low, f32x4.mul(fraction, f32x4.sub(high, low)));
}

// One lane a ray, in counts.
// @ts-ignore: decorator
@inline
function samplesU16(plane: i32, limitB: v128, limitC: v128, contiguous: bool): v128 {
  const distance = f32x4.splat(<f32>plane - planeMiddle);
  const pb = onPlane(positionB, slopeB, distance, limitB);
  const pc = onPlane(positionC, slopeC, distance, limitC);
  const floorB = f32x4.floor(pb), floorC = f32x4.floor(pc);
  const rows = i32x4.mul(wholePart(floorC), i32x4.splat(strideC));
  const columns = contiguous ? wholePart(floorB) : i32x4.mul(wholePart(floorB), i32x4.splat(strideB));
  const at = i32x4.add(i32x4.add(rows, columns), i32x4.splat((plane + 1) * strideA));
  const fb = f32x4.sub(pb, floorB);
  const near = mixed(neighboursU16(at, 0, contiguous), fb);
  const far = mixed(neighboursU16(at, <usize>strideC << 1, contiguous), fb);
  return f32x4.add(near, f32x4.mul(f32x4.sub(pc, floorC), f32x4.sub(far, near)));
}

// @ts-ignore: decorator
@inline
function sumU16(contiguous: bool): void {
  const limitB = f32x4.splat(<f32>(shapeB + 1)), limitC = f32x4.splat(<f32>(shapeC + 1));
  let total = f32x4.splat(0);
  for (let brick = planeLow / BRICK; brick <= planeHigh / BRICK; brick++) {
    if (skip && isEmpty(brick)) continue;
    const from = max(planeLow, brick * BRICK), to = min(planeHigh, brick * BRICK + BRICK - 1);
    let part = f32x4.splat(0);
    for (let plane = from; plane <= to; plane++) part = f32x4.add(part, samplesU16(plane, limitB, limitC, contiguous));
    total = f32x4.add(total, part);
  }
  sum0 = total;
}

function traceU16(): void {
  const limitB = f32x4.splat(<f32>(shapeB + 1)), limitC = f32x4.splat(<f32>(shapeC + 1));
  const contiguous = strideB == 1;
  const threshold4 = f32x4.splat(<f32>(<f64>threshold / parameter(SCALE)));
  for (let brick = planeLow / BRICK; brick <= planeHigh / BRICK; brick++) {
    if (skip && isEmpty(brick)) continue;
    const from = max(planeLow, brick * BRICK), to = min(planeHigh, brick * BRICK + BRICK - 1);
    let part = f32x4.splat(0);
    for (let plane = from; plane <= to; plane++) {
      const sample = contiguous ? samplesU16(plane, limitB, limitC, true) : samplesU16(plane, limitB, limitC, false);
      part = f32x4.add(part, sample);
      max0 = f32x4.pmax(max0, sample);
      hit0 = firstHit(hit0, f32x4.ge(sample, threshold4), plane);
    }
    sum0 = f32x4.add(sum0, part);
  }
}

/** Writes what lies inside the region: planar channels, then (trace) the maxima, then the first distances in mm. */
function store4(column: i32, row: i32, only: i32): void {
  const image = regionWidth * regionHeight;
  const isU8 = parameter(KIND) == 0;
  const unit: f64 = isU8 ? 1.0 / <f64>WEIGHT_ONE : 1;
  for (let lane = 0; lane < 4; lane++) {
    const x = column + lane - regionColumn, y = row - regionRow;
    if (x < 0 || x >= regionWidth || (only >= 0 && lane != only)) continue;
    const u = <f64>(column + lane), v = <f64>row;
    const rx = ray(LPS_RAY, 0, u, v), ry = ray(LPS_RAY, 1, u, v), rz = ray(LPS_RAY, 2, u, v);
    const mmPerDepth = sqrt(rx * rx + ry * ry + rz * rz);
    const da = ray(VOXEL_RAY, axisA, u, v);
    const stepMm = da == 0 ? 0 : mmPerDepth / abs(da);
    for (let channel = 0; channel < channels; channel++) {
      const scale = parameter(SCALE + channel) * unit;
      const address = output + (<usize>(channel * image + y * regionWidth + x) << 2);
      const sum = isU8 ? laneF32(rayRow(lane, sum0, sum1, sum2, sum3), channel) : laneF32(sum0, lane);
      store<f32>(address, <f32>(<f64>sum * scale * stepMm));
      if (!trace) continue;
      const plane = isU8 ? laneI32(rayRow(lane, hit0, hit1, hit2, hit3), channel) : laneI32(hit0, lane);
      const largest = isU8 ? <f32>laneI32(rayRow(lane, max0, max1, max2, max3), channel) : laneF32(max0, lane);
      const next = <usize>(channels * image) << 2;
      store<f32>(address + next, <f32>(<f64>largest * scale));
      const hitMm = plane < 0 ? FAR : <f32>(((<f64>plane - parameter(SOURCE + axisA)) / da) * mmPerDepth);
      store<f32>(address + 2 * next, hitMm);
    }
  }
}

// @ts-ignore: decorator
@inline
function rayRow(lane: i32, r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  return lane == 0 ? r0 : lane == 1 ? r1 : lane == 2 ? r2 : r3;
}

function laneF32(vector: v128, lane: i32): f32 {
  if (lane == 0) return f32x4.extract_lane(vector, 0);
  if (lane == 1) return f32x4.extract_lane(vector, 1);
  if (lane == 2) return f32x4.extract_lane(vector, 2);
  return f32x4.extract_lane(vector, 3);
}

function laneI32(vector: v128, lane: i32): i32 {
  if (lane == 0) return i32x4.extract_lane(vector, 0);
  if (lane == 1) return i32x4.extract_lane(vector, 1);
  if (lane == 2) return i32x4.extract_lane(vector, 2);
  return i32x4.extract_lane(vector, 3);
}

/** Marks every 8 × 8 × 8 brick of the (unpadded) grid that holds a count: 1, else 0. */
export function findOccupied(field: usize, bytesPerVoxel: i32, ni: i32, nj: i32, nk: i32, table: usize): void {
  const bi = (ni + BRICK - 1) / BRICK, bj = (nj + BRICK - 1) / BRICK, bk = (nk + BRICK - 1) / BRICK;
  for (let z = 0; z < bk; z++)
    for (let y = 0; y < bj; y++)
      for (let x = 0; x < bi; x++) {
        let found: u8 = 0;
        const width = min(BRICK, ni - x * BRICK) * bytesPerVoxel;
        for (let k = z * BRICK; k < min(nk, (z + 1) * BRICK) && !found; k++)
          for (let j = y * BRICK; j < min(nj, (y + 1) * BRICK) && !found; j++) {
            const start = field + <usize>(((k + 1) * (nj + 3) + (j + 1)) * (ni + 3) + x * BRICK + 1) * <usize>bytesPerVoxel;
            let n = 0;
            for (; n + 8 <= width; n += 8) if (load<u64>(start + n) != 0) found = 1;
            for (; n < width; n++) if (load<u8>(start + n) != 0) found = 1;
          }
        store<u8>(table + <usize>((z * bj + y) * bi + x), found);
      }
}
