import { type Camera, lpsRayFromPixel } from "../geometry/camera.ts";
import { norm } from "../geometry/vector.ts";
import type { SweptPart } from "./swept-curve.ts";
import { segmentRows } from "./segment-rows.ts";
import { passesWithin, rayThroughSegment, type SweptSegment, segmentsOf } from "./swept-segment.ts";

/** What a part does to the rays of a picture, for the pixels that it touches only. */
export interface SweptShadow {
  /** v · widthPx + u, each pixel once. */
  readonly pixels: Uint32Array;
  /** Way through the material in mm, averaged over the pixel. */
  readonly pathMm: Float32Array;
}

/**
 * Rays of a pixel: n = a² + b² points, the i-th at ((i + ½)/n, ((i m mod n) + ½)/n) with m² ≡ −1. That is a square grid, turned by
 * atan(a / b): seen along rows, columns or diagonals its points stand at n different places, so that wires there have neither
 * gaps nor beads. The thinner the thinnest curve is in pixels, the more.
 */
const GRIDS = [
  { fromPx: 3, count: 5, multiplier: 2 },
  { fromPx: 1.2, count: 10, multiplier: 3 },
  { fromPx: 0.5, count: 25, multiplier: 7 },
  { fromPx: 0, count: 34, multiplier: 13 },
] as const;

/**
 * The shadow of a part: how long the rays of each pixel run in it, between source and panel.
 *
 * Wires are thinner than pixels and have sharp edges, so a pixel is the average over some dozen rays. What is averaged is the
 * transmission e^(−μ l), which the panel sees, and the path given back is the one that transmits as much:
 *
 *   l = −ln(mean e^(−μ lᵢ)) / μ,   the plain mean for μ = 0
 *
 * Along one ray, curves add up (they are different things), segments of a curve are counted once where they overlap
 * at a joint, and bores are taken off.
 *
 * @param attenuationPerMm μ of the material for the beam, in 1/mm
 */
export function sweptShadow(camera: Camera, part: SweptPart, attenuationPerMm = 0): SweptShadow {
  const curves = [...part.solids, ...part.bores].map((curve) => segmentsOf(curve, camera.sourceLps));
  const solids = part.solids.length;
  const [offsetU, offsetV] = raysOfPixel(camera, curves.slice(0, solids).flat());
  const rays = offsetU.length;
  const table = new RayTable(rays, camera.widthPx);
  const [d0, d1, d2, d3, d4, d5, d6, d7, d8] = lpsRayFromPixel(camera);
  const offsetX = offsetU.map((du, i) => d0 * du + d1 * offsetV[i]);
  const offsetY = offsetU.map((du, i) => d3 * du + d4 * offsetV[i]);
  const offsetZ = offsetU.map((du, i) => d6 * du + d7 * offsetV[i]);
  const depthMm = camera.sourceToDetectorMm;
  const chord = new Float64Array(2);
  curves.forEach((segments, curve) => {
    // Curve and sign in one number that is not zero.
    const tag = curve < solids ? curve + 1 : -(curve + 1);
    for (const segment of segments) {
      const reachMm = segment.radiusMm + pixelReachMm(camera, segment);
      segmentRows(camera, segment, (v, left, right) => {
        for (let u = left; u <= right; u++) {
          const x = d0 * u + d1 * v + d2;
          const y = d3 * u + d4 * v + d5;
          const z = d6 * u + d7 * v + d8;
          if (!passesWithin(segment, x, y, z, reachMm)) continue;
          let first = -1;
          for (let i = 0; i < rays; i++) {
            const dx = x + offsetX[i];
            const dy = y + offsetY[i];
            const dz = z + offsetZ[i];
            if (!rayThroughSegment(segment, dx, dy, dz, chord)) continue;
            // The ray is (depth 1), so its parameter is the depth.
            const from = Math.max(chord[0], 0);
            const to = Math.min(chord[1], depthMm);
            if (!(to > from)) continue;
            const length = Math.sqrt(dx * dx + dy * dy + dz * dz);
            if (first < 0) first = table.slot(u, v) * rays;
            join(table.owner, table.numbers, first + i, tag, from * length, to * length);
          }
        }
      });
    }
  });
  return table.shadow(attenuationPerMm);
}

/** Half the diagonal of a pixel where the segment is: how far the rays of a pixel stray from the one at its centre. */
function pixelReachMm(camera: Camera, { from, to, radiusMm }: SweptSegment): number {
  const farthest = Math.max(norm(from), norm(to)) + radiusMm;
  return (0.5 * Math.hypot(...camera.pixelPitchMm) * farthest) / camera.sourceToDetectorMm;
}

/** Places of a pixel's rays from its centre, u and v. */
function raysOfPixel(camera: Camera, segments: readonly SweptSegment[]): [Float64Array, Float64Array] {
  let thinnestPx = Number.POSITIVE_INFINITY;
  for (const { from, radiusMm } of segments) {
    const magnification = camera.sourceToDetectorMm / Math.max(norm(from), 1);
    thinnestPx = Math.min(thinnestPx, (2 * radiusMm * magnification) / Math.max(...camera.pixelPitchMm));
  }
  const { count, multiplier } = GRIDS.find(({ fromPx }) => thinnestPx >= fromPx) ?? GRIDS[3];
  return [
    Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count - 0.5),
    Float64Array.from({ length: count }, (_, i) => (((i * multiplier) % count) + 0.5) / count - 0.5),
  ];
}

/**
 * Paths of the rays of all pixels met so far. Of every ray `numbers` has the sum of closed pieces, and beginning and end of the open one,
 * which the next may join; `owner` knows the curve of the open one and whether it counts or is taken off.
 */
class RayTable {
  owner: Int32Array;
  numbers: Float64Array;
  readonly #raysPerPixel: number;
  readonly #widthPx: number;
  /** Row by row as they are met: most parts touch few. */
  readonly #slotsOfRow: Int32Array[] = [];
  readonly #pixelOf: number[] = [];

  constructor(raysPerPixel: number, widthPx: number) {
    this.#raysPerPixel = raysPerPixel;
    this.#widthPx = widthPx;
    this.owner = new Int32Array(256 * raysPerPixel);
    this.numbers = new Float64Array(3 * this.owner.length);
  }

  /** The place of a pixel in the table, made at the first call; arrays that were read before may be out of date. */
  slot(u: number, v: number): number {
    const row = (this.#slotsOfRow[v] ??= new Int32Array(this.#widthPx));
    if (row[u] > 0) return row[u] - 1;
    row[u] = this.#pixelOf.push(v * this.#widthPx + u);
    if (row[u] * this.#raysPerPixel > this.owner.length) {
      const [owner, numbers] = [this.owner, this.numbers];
      this.owner = new Int32Array(2 * owner.length);
      this.owner.set(owner);
      this.numbers = new Float64Array(2 * numbers.length);
      this.numbers.set(numbers);
    }
    return row[u] - 1;
  }

  shadow(attenuationPerMm: number): SweptShadow {
    const rays = this.#raysPerPixel;
    const pixels: number[] = [];
    const paths: number[] = [];
    const path = new Float64Array(rays);
    this.#pixelOf.forEach((pixel, slot) => {
      for (let ray = 0; ray < rays; ray++)
        path[ray] = Math.max(closed(this.owner, this.numbers, slot * rays + ray), 0);
      const average = averagePath(path, attenuationPerMm);
      if (!(average > 0)) return;
      pixels.push(pixel);
      paths.push(average);
    });
    return { pixels: Uint32Array.from(pixels), pathMm: Float32Array.from(paths) };
  }
}

/** The path of a ray with its open piece closed. */
function closed(owner: Int32Array, numbers: Float64Array, ray: number): number {
  const open = numbers[3 * ray + 2] - numbers[3 * ray + 1];
  return owner[ray] > 0 ? numbers[3 * ray] + open : numbers[3 * ray] - open;
}

/** Adds a piece to a ray: to the open piece of the same curve where they touch, else as the next one. */
function join(
  owner: Int32Array,
  numbers: Float64Array,
  ray: number,
  tag: number,
  from: number,
  to: number,
): void {
  const at = 3 * ray;
  if (owner[ray] === tag && from <= numbers[at + 2] && to >= numbers[at + 1]) {
    if (from < numbers[at + 1]) numbers[at + 1] = from;
    if (to > numbers[at + 2]) numbers[at + 2] = to;
    return;
  }
  numbers[at] = closed(owner, numbers, ray);
  owner[ray] = tag;
  numbers[at + 1] = from;
  numbers[at + 2] = to;
}

/** The path that transmits as much as these do on average; exponents are counted from the shortest, so none underflows. */
export function averagePath(paths: ArrayLike<number>, attenuationPerMm: number): number {
  let sum = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < paths.length; n++) {
    sum += paths[n];
    shortest = Math.min(shortest, paths[n]);
  }
  if (attenuationPerMm === 0) return sum / paths.length;
  let transmitted = 0;
  for (let n = 0; n < paths.length; n++) transmitted += Math.exp(-attenuationPerMm * (paths[n] - shortest));
  return shortest - Math.log(transmitted / paths.length) / attenuationPerMm;
}
