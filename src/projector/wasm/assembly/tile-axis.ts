// The axis of the current tile: a is crossed plane by plane, b and c span the planes.
import { IMAGE, KIND, parameter, ray, SHAPE, SOURCE, TABLES, VOXEL_RAY, VOXELS } from "./parameters";

export const TILE = 16;

/** Positions of packets are below 2^13 voxels: a larger grid, or rays further apart, go ray by ray. */
const LARGEST_SHAPE = 4096;
const LARGEST_SPREAD: f64 = 3500;
const LARGEST_SLOPE: f64 = 4;

export let axisA: i32 = -1, axisB: i32 = 0, axisC: i32 = 0;
export let shapeA: i32 = 0, shapeB: i32 = 0, shapeC: i32 = 0;
/** Bytes between neighbours along each axis, and the address of voxel (0, 0, 0). */
export let strideA: i32 = 0, strideB: i32 = 0, strideC: i32 = 0;
export let origin: i32 = 0;
export let sourceA: f64 = 0, sourceB: f64 = 0, sourceC: f64 = 0;
/** Table of occupied bricks for this axis, 0 for none. */
export let table: usize = 0;

export function useAxis(axis: i32): void {
  const ni = <i32>parameter(SHAPE) + 3, nj = <i32>parameter(SHAPE + 1) + 3;
  const voxelBytes = parameter(KIND) == 0 ? 4 : 2;
  axisA = axis;
  axisB = axis == 0 ? 1 : 0;
  axisC = axis == 2 ? 1 : 2;
  shapeA = <i32>parameter(SHAPE + axisA);
  shapeB = <i32>parameter(SHAPE + axisB);
  shapeC = <i32>parameter(SHAPE + axisC);
  strideA = voxelStride(axisA, ni, nj) * voxelBytes;
  strideB = voxelStride(axisB, ni, nj) * voxelBytes;
  strideC = voxelStride(axisC, ni, nj) * voxelBytes;
  origin = <i32>parameter(VOXELS) + strideA + strideB + strideC;
  sourceA = parameter(SOURCE + axisA);
  sourceB = parameter(SOURCE + axisB);
  sourceC = parameter(SOURCE + axisC);
  table = <usize>parameter(TABLES + axisA);
}

function voxelStride(axis: i32, ni: i32, nj: i32): i32 {
  return axis == 0 ? 1 : axis == 1 ? ni : ni * nj;
}

/** The axis along which the ray through the middle of a tile advances fastest, see ../../ray-frame.ts. */
export function dominantAxis(u: f64, v: f64): i32 {
  const x = abs(ray(VOXEL_RAY, 0, u, v));
  const y = abs(ray(VOXEL_RAY, 1, u, v));
  const z = abs(ray(VOXEL_RAY, 2, u, v));
  return x >= y && x >= z ? 0 : y >= z ? 1 : 2;
}

/**
 * Whether packets will do for this tile (the whole one, whatever the region): its rays cross the planes in one
 * direction, not too steeply, and stay close together.
 */
export function isOrdinary(left: i32, top: i32): bool {
  const right = min(left + TILE, <i32>parameter(IMAGE)) - 1;
  const bottom = min(top + TILE, <i32>parameter(IMAGE + 1)) - 1;
  const first = ray(VOXEL_RAY, axisA, left, top);
  const near = -sourceA, far = <f64>(shapeA - 1) - sourceA;
  let nearB0 = Infinity, nearB1 = -Infinity, nearC0 = Infinity, nearC1 = -Infinity;
  let farB0 = Infinity, farB1 = -Infinity, farC0 = Infinity, farC1 = -Infinity;
  for (let corner = 0; corner < 4; corner++) {
    const u = <f64>(corner & 1 ? right : left), v = <f64>(corner & 2 ? bottom : top);
    const da = ray(VOXEL_RAY, axisA, u, v);
    if (!(da * first > 0)) return false;
    const slopeB = ray(VOXEL_RAY, axisB, u, v) / da, slopeC = ray(VOXEL_RAY, axisC, u, v) / da;
    if (!(abs(slopeB) <= LARGEST_SLOPE && abs(slopeC) <= LARGEST_SLOPE)) return false;
    nearB0 = min(nearB0, near * slopeB);
    nearB1 = max(nearB1, near * slopeB);
    nearC0 = min(nearC0, near * slopeC);
    nearC1 = max(nearC1, near * slopeC);
    farB0 = min(farB0, far * slopeB);
    farB1 = max(farB1, far * slopeB);
    farC0 = min(farC0, far * slopeC);
    farC1 = max(farC1, far * slopeC);
  }
  const spread = max(max(nearB1 - nearB0, nearC1 - nearC0), max(farB1 - farB0, farC1 - farC0));
  return spread <= LARGEST_SPREAD && max(shapeB, shapeC) <= LARGEST_SHAPE;
}

/** First plane in front of the source, and the one behind the last. */
export function firstPlane(forward: bool): i32 {
  return forward ? <i32>min(max(floor(sourceA) + 1, 0), <f64>shapeA) : 0;
}

export function lastPlane(forward: bool): i32 {
  return forward ? shapeA : <i32>min(max(ceil(sourceA), 0), <f64>shapeA);
}
