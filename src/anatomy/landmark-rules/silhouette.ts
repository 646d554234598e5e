import { cross, dot, normalize, type Vector3 } from "../../geometry/vector.ts";
import type { Points } from "./points.ts";

/** The shadow of a structure on a plane, by parallel rays: 1 where a ray meets it. A margin of background lies all around. */
export interface Silhouette {
  readonly width: number;
  readonly height: number;
  readonly mask: Uint8Array;
  readonly pitchMm: number;
  /** Position on the plane in mm of a pixel's centre, along `across` and `up`. */
  readonly originMm: readonly [number, number];
  /** Orthonormal axes of the plane in LPS. */
  readonly across: Vector3;
  readonly up: Vector3;
}

/** Finer pixels cost time and tell no more about a bone. */
const FINEST_PITCH_MM = 0.8;

/**
 * Shadow of surface points along a unit direction. A closed surface shades all that its inside shades, so the surface is enough.
 * Points are half a voxel or more apart: each is drawn as a disc of one voxel, and the discs' surplus is taken off again
 * (a closing), which keeps edges where they are and fills cracks thinner than two voxels.
 */
export function silhouette(points: Points, along: Vector3, voxelMm: number): Silhouette {
  const pitchMm = Math.max(voxelMm / 2, FINEST_PITCH_MM);
  const across = normalize(cross(Math.abs(along[2]) > 0.9 ? [0, 1, 0] : [0, 0, 1], along));
  const up = cross(along, across);
  const radiusPx = Math.ceil(voxelMm / pitchMm);
  const coordinates = new Float64Array((points.length / 3) * 2);
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let n = 0; n < points.length / 3; n++) {
    const point: Vector3 = [points[3 * n], points[3 * n + 1], points[3 * n + 2]];
    const [x, y] = [dot(point, across), dot(point, up)];
    coordinates.set([x, y], 2 * n);
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  // Wide enough that no disc about a pixel outside reaches round the picture's edge.
  const border = 2 * radiusPx + 2;
  const width = Math.ceil((right - left) / pitchMm) + 1 + 2 * border;
  const height = Math.ceil((high - low) / pitchMm) + 1 + 2 * border;
  const originMm = [left - border * pitchMm, low - border * pitchMm] as const;
  const drawn = new Uint8Array(width * height);
  for (let n = 0; n < coordinates.length; n += 2) {
    const column = Math.round((coordinates[n] - originMm[0]) / pitchMm);
    const row = Math.round((coordinates[n + 1] - originMm[1]) / pitchMm);
    drawn[row * width + column] = 1;
  }
  const disc = discOffsets(radiusPx, width);
  const swollen = spread(drawn, disc, 1);
  return {
    width,
    height,
    mask: spread(swollen, disc, 0),
    pitchMm,
    originMm,
    across,
    up,
  };
}

function discOffsets(radiusPx: number, width: number): number[] {
  const offsets: number[] = [];
  for (let row = -radiusPx; row <= radiusPx; row++)
    for (let column = -radiusPx; column <= radiusPx; column++)
      if (row * row + column * column <= radiusPx * radiusPx) offsets.push(row * width + column);
  return offsets;
}

/** Every pixel of this value gives it to its neighbours; what would leave the picture is margin, and dropped. */
function spread(mask: Uint8Array, offsets: readonly number[], value: 0 | 1): Uint8Array {
  const result = mask.slice();
  for (let pixel = 0; pixel < mask.length; pixel++)
    if (mask[pixel] === value) for (const offset of offsets) result[pixel + offset] = value;
  return result;
}

/** Position on the plane in mm of a pixel. */
export const planeMm = ({ width, pitchMm, originMm }: Silhouette, pixel: number): [number, number] => [
  originMm[0] + pitchMm * (pixel % width),
  originMm[1] + pitchMm * Math.floor(pixel / width),
];

/** Marks with `mark` all pixels of value `from` that hang together with the seeds; returns how many. */
export function fill(
  mask: Uint8Array,
  width: number,
  seeds: readonly number[],
  from: number,
  mark: number,
): number {
  const stack = seeds.filter((pixel) => mask[pixel] === from);
  for (const pixel of stack) mask[pixel] = mark;
  let count = stack.length;
  while (stack.length > 0) {
    const pixel = stack.pop() as number;
    const column = pixel % width;
    for (const next of [
      column > 0 ? pixel - 1 : -1,
      column < width - 1 ? pixel + 1 : -1,
      pixel - width,
      pixel + width,
    ])
      if (next >= 0 && next < mask.length && mask[next] === from) {
        mask[next] = mark;
        count++;
        stack.push(next);
      }
  }
  return count;
}
