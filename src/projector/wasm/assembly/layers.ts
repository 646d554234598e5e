// The layers of eight planes that a group of neighbouring rays has to march through.
import { isEmpty, LAYER } from "./occupancy";
import { ray, VOXEL_RAY } from "./parameters";
import { axisA, axisB, axisC, firstPlane, lastPlane, shapeA, shapeB, shapeC, sourceA, sourceB, sourceC, table } from "./tile-axis";

/** Far above the rounding of positions (2^-16 voxel), far below anything that costs time. */
const MARGIN: f64 = 0.01;

// @ts-ignore: decorator
@inline
function corner(u: f64, v: f64): v128 {
  const da = ray(VOXEL_RAY, axisA, u, v);
  const slopes = f64x2.splat(ray(VOXEL_RAY, axisB, u, v) / da);
  return f64x2.replace_lane(slopes, 1, ray(VOXEL_RAY, axisC, u, v) / da);
}

// @ts-ignore: decorator
@inline
function at(distance: f64, slopes: v128): v128 {
  return f64x2.mul(f64x2.splat(distance), slopes);
}

/**
 * Lists, at `list`, the layers in which the rays of pixels (u0 … u1, v0 … v1) can meet a count: u16 each, twice the
 * number of the layer, plus one where some ray may leave the grid. Returns the end of the list.
 */
export function listLayers(u0: f64, u1: f64, v0: f64, v1: f64, forward: bool, list: usize): usize {
  const from = firstPlane(forward), to = lastPlane(forward);
  if (from >= to) return list;
  // A pencil of rays between four corner rays stays inside their convex hull.
  const s00 = corner(u0, v0), s10 = corner(u1, v0), s01 = corner(u0, v1), s11 = corner(u1, v1);
  const lowSlope = f64x2.pmin(f64x2.pmin(s00, s10), f64x2.pmin(s01, s11));
  const highSlope = f64x2.pmax(f64x2.pmax(s00, s10), f64x2.pmax(s01, s11));
  for (let layer = from / LAYER; layer <= (to - 1) / LAYER; layer++) {
    const near = <f64>max(layer * LAYER, from) - sourceA, far = <f64>(min(layer * LAYER + LAYER, to) - 1) - sourceA;
    const n0 = at(near, lowSlope), n1 = at(near, highSlope), f0 = at(far, lowSlope), f1 = at(far, highSlope);
    const low = f64x2.pmin(f64x2.pmin(n0, n1), f64x2.pmin(f0, f1));
    const high = f64x2.pmax(f64x2.pmax(n0, n1), f64x2.pmax(f0, f1));
    const lowB = f64x2.extract_lane(low, 0) + sourceB - MARGIN, highB = f64x2.extract_lane(high, 0) + sourceB + MARGIN;
    const lowC = f64x2.extract_lane(low, 1) + sourceC - MARGIN, highC = f64x2.extract_lane(high, 1) + sourceC + MARGIN;
    if (!(highB > -1 && lowB < <f64>shapeB && highC > -1 && lowC < <f64>shapeC)) continue;
    const inside = lowB > -1 && highB < <f64>shapeB && lowC > -1 && highC < <f64>shapeC;
    if (table != 0) {
      const b0 = <i32>max(floor(lowB), 0), b1 = <i32>min(floor(highB) + 1, <f64>(shapeB - 1));
      const c0 = <i32>max(floor(lowC), 0), c1 = <i32>min(floor(highC) + 1, <f64>(shapeC - 1));
      if (isEmpty(table, layer, shapeB, shapeC, b0, b1, c0, c1)) continue;
    }
    store<u16>(list, <u16>(2 * layer + (inside ? 0 : 1)));
    list += 2;
  }
  return list;
}
