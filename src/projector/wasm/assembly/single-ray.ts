// One ray in float64, for the few tiles of extreme views in which four rays have too little in common.
import { CHANNELS, FIRST_HITS, KIND, MODE, parameter, ray, THRESHOLD, TRACE, VOXEL_RAY } from "./parameters";
import { storeHit, storeSum, storeTrace, usePixel } from "./results";
import { axisA, axisB, axisC, firstPlane, lastPlane, origin, shapeA, shapeB, shapeC, sourceA, sourceB, sourceC, strideA, strideB, strideC } from "./tile-axis";

export function projectRay(column: i32, row: i32): void {
  const u = <f64>column, v = <f64>row;
  const isU8 = parameter(KIND) == 0;
  const da = ray(VOXEL_RAY, axisA, u, v);
  const forward = da > 0;
  const slopeB = ray(VOXEL_RAY, axisB, u, v) / da, slopeC = ray(VOXEL_RAY, axisC, u, v) / da;
  const first = da == 0 ? 0 : firstPlane(forward), last = da == 0 ? 0 : lastPlane(forward);
  usePixel(column, row);
  for (let channel = 0; channel < <i32>parameter(CHANNELS); channel++) {
    let sum: f64 = 0, largest: f64 = 0, hit = -1;
    for (let n = first; n < last; n++) {
      const k = forward ? n : last - 1 - n + first;
      const b = sourceB + (<f64>k - sourceA) * slopeB, c = sourceC + (<f64>k - sourceA) * slopeC;
      if (!(b > -1 && b < <f64>shapeB && c > -1 && c < <f64>shapeC)) continue;
      const ib = floor(b), ic = floor(c), fb = b - ib, fc = c - ic;
      const at = <u32>(origin + k * strideA + <i32>ib * strideB + <i32>ic * strideC);
      const near = count(isU8, at, channel) * (1 - fb) + count(isU8, at + strideB, channel) * fb;
      const far = count(isU8, at + strideC, channel) * (1 - fb) + count(isU8, at + strideB + strideC, channel) * fb;
      const sample = near * (1 - fc) + far * fc;
      sum += sample;
      largest = max(largest, sample);
      if (hit < 0 && sample >= parameter(THRESHOLD + channel)) hit = forward ? k : shapeA - 1 - k;
    }
    if (parameter(MODE) == FIRST_HITS) {
      storeHit(channel, hit);
      continue;
    }
    storeSum(channel, sum);
    if (parameter(MODE) == TRACE) storeTrace(channel, largest, hit);
  }
}

// @ts-ignore: decorator
@inline
function count(isU8: bool, address: u32, channel: i32): f64 {
  return isU8 ? <f64>load<u8>(address + channel) : <f64>load<u16>(address);
}
