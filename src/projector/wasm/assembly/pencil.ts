// A pencil of neighbouring rays, bounded by four corner rays: where is it in a layer, and is there anything?
import { isEmpty, reachedChannels } from "./occupancy";
import { isYes } from "./packet";
import { ray, VOXEL_RAY } from "./parameters";
import { axisA, axisB, axisC, shapeB, shapeC, sourceA, sourceB, sourceC, table } from "./tile-axis";

// Offsets in a pencil: lowest and highest slopes along (b, c). The rays are inside the convex hull of the corners.
const LOWEST: usize = 0, HIGHEST: usize = 16;
export const PENCIL_BYTES: usize = 32;

export const EMPTY = 0, INSIDE = 1, ACROSS_THE_EDGE = 2;
export const CHANNEL_SHIFT = 2;

/** Far above the rounding of positions (2^-15 voxel), far below anything that costs time. */
const MARGIN: f64 = 0.01;

// @ts-ignore: decorator
@inline
function corner(u: f64, v: f64): v128 {
  const da = ray(VOXEL_RAY, axisA, u, v);
  return f64x2.replace_lane(f64x2.splat(ray(VOXEL_RAY, axisB, u, v) / da), 1, ray(VOXEL_RAY, axisC, u, v) / da);
}

/** Sets up the pencil of pixels u0 … u1, v0 … v1 (inclusive). */
export function beginPencil(pencil: usize, u0: i32, u1: i32, v0: i32, v1: i32): void {
  const s00 = corner(u0, v0), s10 = corner(u1, v0), s01 = corner(u0, v1), s11 = corner(u1, v1);
  v128.store(pencil + LOWEST, f64x2.pmin(f64x2.pmin(s00, s10), f64x2.pmin(s01, s11)));
  v128.store(pencil + HIGHEST, f64x2.pmax(f64x2.pmax(s00, s10), f64x2.pmax(s01, s11)));
}

/**
 * What the rays can meet on planes `from` … `to` (exclusive) of a layer: nothing, voxels, or the edge of the grid too.
 * By channel, the bits from CHANNEL_SHIFT say in which channels something reaches the threshold; none is nothing.
 */
// @ts-ignore: decorator
@inline
export function lookAhead<ByChannel>(pencil: usize, layer: i32, from: i32, to: i32): i32 {
  const near = f64x2.splat(<f64>from - sourceA), far = f64x2.splat(<f64>(to - 1) - sourceA);
  const lowest = v128.load(pencil + LOWEST), highest = v128.load(pencil + HIGHEST);
  const n0 = f64x2.mul(near, lowest), n1 = f64x2.mul(near, highest);
  const f0 = f64x2.mul(far, lowest), f1 = f64x2.mul(far, highest);
  const low = f64x2.pmin(f64x2.pmin(n0, n1), f64x2.pmin(f0, f1));
  const high = f64x2.pmax(f64x2.pmax(n0, n1), f64x2.pmax(f0, f1));
  const lowB = f64x2.extract_lane(low, 0) + sourceB - MARGIN, highB = f64x2.extract_lane(high, 0) + sourceB + MARGIN;
  const lowC = f64x2.extract_lane(low, 1) + sourceC - MARGIN, highC = f64x2.extract_lane(high, 1) + sourceC + MARGIN;
  if (!(highB > -1 && lowB < <f64>shapeB && highC > -1 && lowC < <f64>shapeC)) return EMPTY;
  let channels = isYes<ByChannel>() ? 15 : 0;
  if (table != 0) {
    const b0 = max(<i32>floor(lowB), 0), b1 = min(<i32>floor(highB) + 1, shapeB - 1);
    const c0 = max(<i32>floor(lowC), 0), c1 = min(<i32>floor(highC) + 1, shapeC - 1);
    if (isYes<ByChannel>()) {
      channels = reachedChannels(table, layer, shapeB, shapeC, b0, b1, c0, c1);
      if (channels == 0) return EMPTY;
    } else if (isEmpty(table, layer, shapeB, shapeC, b0, b1, c0, c1)) return EMPTY;
  }
  const where = lowB > -1 && highB < <f64>shapeB && lowC > -1 && highC < <f64>shapeC ? INSIDE : ACROSS_THE_EDGE;
  return isYes<ByChannel>() ? where | channels << CHANNEL_SHIFT : where;
}
