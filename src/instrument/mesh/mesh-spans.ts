import { InputError } from "../../error/input-error.ts";
import type { Camera, PixelRegion } from "../../geometry/camera.ts";
import { latticeFor, type RayLattice } from "./ray-lattice.ts";
import type { RaySpans } from "./ray-spans.ts";
import { boundsOf, type TriangleMesh } from "./triangle-mesh.ts";
import { meshRegion, type SeenVertices, seenVertices, triangleHits, windingAt } from "./triangle-hits.ts";

/** How far from a ray that met a hole one that did not is looked for, in pixels. */
const FARTHEST_NEIGHBOUR_PX = 16;
/** Step of a ray that is cast again: far above rounding (1e-9 pixels), far below what changes a path. */
const RECAST_PX = 1e-6;
const MOST_RAYS = 4_000_000;

/**
 * Where the rays of a camera run inside a closed surface given in LPS, between source and panel: from where its winding number becomes other
 * than zero to where it becomes zero again. Nested, touching and overlapping pieces are counted once; a piece turned inside
 * out within another is a hollow.
 *
 * A ray with more entries than exits met a corner within rounding, and is cast again a millionth of a pixel beside; or it met a hole of the
 * surface, and gets the spans of the nearest ray that has not.
 *
 * @throws InputError `instrument-around-source` when the source lies in the solid
 */
export function meshSpans(
  camera: Camera,
  mesh: TriangleMesh,
  lattice: RayLattice = latticeFor(camera, [mesh]),
): RaySpans {
  refuseSourceInside(camera, mesh);
  const seen = seenVertices(camera, mesh);
  const region = meshRegion(camera, seen);
  const raysPerPixel = lattice.count;
  const bands = region ? bandsOf(region, raysPerPixel) : [];
  const parts = bands.map((band) => bandSpans(camera, mesh, seen, band, lattice));
  const sum = (of: (part: BandSpans) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const rays = new Uint32Array(sum((part) => part.rays.length));
  const first = new Uint32Array(rays.length + 1);
  const spans = new Float64Array(sum((part) => part.spans.length));
  let ray = 0;
  let used = 0;
  for (const part of parts) {
    rays.set(part.rays, ray);
    for (let n = 1; n < part.first.length; n++) first[ray + n] = part.first[n] + used / 2;
    spans.set(part.spans, used);
    ray += part.rays.length;
    used += part.spans.length;
  }
  return {
    raysPerPixel,
    rays,
    first,
    spans,
    recastRays: sum((part) => part.recastRays),
    unbalancedRays: sum((part) => part.unbalancedRays),
    overlappingRays: sum((part) => part.overlappingRays),
  };
}

type BandSpans = Omit<RaySpans, "raysPerPixel">;

/** Rows of a region in bands of a few million rays: each ray has some bytes of its own while they are cast. */
function bandsOf(region: PixelRegion, raysPerPixel: number): PixelRegion[] {
  const rows = Math.max(Math.floor(MOST_RAYS / (region.widthPx * raysPerPixel)), 1);
  return Array.from({ length: Math.ceil(region.heightPx / rows) }, (_, n) => ({
    ...region,
    row: region.row + n * rows,
    heightPx: Math.min(rows, region.heightPx - n * rows),
  }));
}

function bandSpans(
  camera: Camera,
  mesh: TriangleMesh,
  seen: SeenVertices,
  band: PixelRegion,
  lattice: RayLattice,
): BandSpans {
  const found = cast(camera, mesh, seen, band, lattice);
  const again =
    found.unbalanced.length > 0 ? cast(camera, mesh, seen, band, movedBy(lattice, RECAST_PX)) : undefined;
  const mended = mendUnbalanced(found, again, band, lattice.count);
  return {
    ...listed(found, mended.spans, camera, band, lattice.count),
    recastRays: found.unbalanced.length - mended.left,
    unbalancedRays: mended.left,
    overlappingRays: found.overlapping,
  };
}

const movedBy = ({ count, offsetU, offsetV }: RayLattice, px: number): RayLattice => ({
  count,
  offsetU: offsetU.map((offset) => offset + px),
  offsetV: offsetV.map((offset) => offset + 0.7 * px),
});

/** One pass over the surface: its hits, sorted by ray with a counting sort, and the spans between them. */
function cast(
  camera: Camera,
  mesh: TriangleMesh,
  seen: SeenVertices,
  region: PixelRegion,
  lattice: RayLattice,
): FoundSpans {
  const hits = triangleHits(camera, mesh, seen, region, lattice);
  const rayCount = region.widthPx * region.heightPx * lattice.count;
  const start = new Uint32Array(rayCount + 1);
  for (let n = 0; n < hits.count; n++) start[(hits.keys[n] >>> 1) + 1]++;
  for (let ray = 0; ray < rayCount; ray++) start[ray + 1] += start[ray];
  const next = start.slice();
  const depth = new Float64Array(hits.count);
  const step = new Int8Array(hits.count);
  for (let n = 0; n < hits.count; n++) {
    const at = next[hits.keys[n] >>> 1]++;
    depth[at] = hits.depthMm[n];
    step[at] = hits.keys[n] & 1 ? 1 : -1;
  }
  return spansOfRays({ start, depth, step, rayCount, sourceToDetectorMm: camera.sourceToDetectorMm });
}

function refuseSourceInside(camera: Camera, mesh: TriangleMesh): void {
  const { low, high } = boundsOf(mesh);
  if (camera.sourceLps.some((x, axis) => x < low[axis] || x > high[axis])) return;
  if (Math.abs(windingAt(mesh, camera.sourceLps)) > 0.5)
    throw new InputError("instrument-around-source", "the X-ray source lies inside the instrument", {
      remedy: "move the instrument, or check the unit of its file",
    });
}

interface FoundSpans {
  /** Spans of ray n: from[n], count[n] pairs in `pairs`. */
  readonly from: Uint32Array;
  readonly count: Uint16Array;
  readonly pairs: Float64Array;
  readonly unbalanced: number[];
  readonly overlapping: number;
}

function spansOfRays(hits: {
  start: Uint32Array;
  depth: Float64Array;
  step: Int8Array;
  rayCount: number;
  sourceToDetectorMm: number;
}): FoundSpans {
  const { start, depth, step, rayCount, sourceToDetectorMm } = hits;
  const from = new Uint32Array(rayCount);
  const count = new Uint16Array(rayCount);
  const pairs = new Float64Array(depth.length + 1);
  const unbalanced: number[] = [];
  let overlapping = 0;
  let used = 0;
  for (let ray = 0; ray < rayCount; ray++) {
    const begin = start[ray];
    const end = start[ray + 1];
    if (begin === end) continue;
    sortHits(depth, step, begin, end);
    from[ray] = used / 2;
    let winding = 0;
    let entry = 0;
    let isDouble = false;
    for (let n = begin; n < end; n++) {
      if (winding === 0) entry = depth[n];
      winding += step[n];
      if (winding > 1 || winding < -1) isDouble = true;
      if (winding !== 0) continue;
      const exit = Math.min(depth[n], sourceToDetectorMm);
      if (!(exit > entry)) continue;
      pairs[used++] = entry;
      pairs[used++] = exit;
      count[ray]++;
    }
    if (winding !== 0) unbalanced.push(ray);
    if (isDouble) overlapping++;
  }
  return { from, count, pairs, unbalanced, overlapping };
}

/** By depth; at the same depth exits first, so that solids that touch do not overlap. */
function sortHits(depth: Float64Array, step: Int8Array, begin: number, end: number): void {
  for (let n = begin + 1; n < end; n++) {
    const d = depth[n];
    const s = step[n];
    let at = n;
    while (at > begin && (depth[at - 1] > d || (depth[at - 1] === d && step[at - 1] > s))) {
      depth[at] = depth[at - 1];
      step[at] = step[at - 1];
      at--;
    }
    depth[at] = d;
    step[at] = s;
  }
}

/**
 * Spans for the rays whose hits did not balance: those of the same ray cast again a little beside, where they balance; else those of a
 * sound ray near it that meets the solid; else what was paired.
 */
function mendUnbalanced(
  found: FoundSpans,
  again: FoundSpans | undefined,
  region: PixelRegion,
  raysPerPixel: number,
): { spans: Map<number, Float64Array>; left: number } {
  const spans = new Map<number, Float64Array>();
  const isUnsound = new Set(found.unbalanced);
  const stillUnsound = new Set(again?.unbalanced ?? []);
  const { widthPx, heightPx } = region;
  const soundIn = (column: number, row: number): number => {
    if (column < 0 || row < 0 || column >= widthPx || row >= heightPx) return -1;
    const first = (row * widthPx + column) * raysPerPixel;
    for (let ray = first; ray < first + raysPerPixel; ray++)
      if (found.count[ray] > 0 && !isUnsound.has(ray)) return ray;
    return -1;
  };
  let left = 0;
  for (const ray of found.unbalanced) {
    if (again && !stillUnsound.has(ray)) {
      spans.set(ray, spansOf(again, ray));
      continue;
    }
    left++;
    const pixel = Math.floor(ray / raysPerPixel);
    const column = pixel % widthPx;
    const row = Math.floor(pixel / widthPx);
    let neighbour = soundIn(column, row);
    for (let reach = 1; neighbour < 0 && reach <= FARTHEST_NEIGHBOUR_PX; reach++)
      for (let side = -reach; neighbour < 0 && side <= reach; side++)
        for (const [du, dv] of [
          [side, -reach],
          [side, reach],
          [-reach, side],
          [reach, side],
        ])
          if (neighbour < 0) neighbour = soundIn(column + du, row + dv);
    if (neighbour >= 0) spans.set(ray, spansOf(found, neighbour));
  }
  return { spans, left };
}

const spansOf = ({ from, count, pairs }: FoundSpans, ray: number): Float64Array =>
  pairs.subarray(2 * from[ray], 2 * (from[ray] + count[ray]));

/** Only the rays that meet the solid, numbered in the whole picture. */
function listed(
  found: FoundSpans,
  mended: ReadonlyMap<number, Float64Array>,
  camera: Camera,
  region: PixelRegion,
  raysPerPixel: number,
): Pick<RaySpans, "rays" | "first" | "spans"> {
  const { count, from, pairs } = found;
  for (const [ray, spans] of mended) count[ray] = spans.length / 2;
  let met = 0;
  let spanCount = 0;
  for (let ray = 0; ray < count.length; ray++) {
    if (count[ray] > 0) met++;
    spanCount += count[ray];
  }
  const rays = new Uint32Array(met);
  const first = new Uint32Array(met + 1);
  const spans = new Float64Array(2 * spanCount);
  let n = 0;
  let used = 0;
  for (let ray = 0; ray < count.length; ray++) {
    if (count[ray] === 0) continue;
    const pixel = Math.floor(ray / raysPerPixel);
    const column = pixel % region.widthPx;
    const row = Math.floor(pixel / region.widthPx);
    rays[n] =
      ((row + region.row) * camera.widthPx + column + region.column) * raysPerPixel + (ray % raysPerPixel);
    const own = mended.get(ray);
    for (let value = 0; value < 2 * count[ray]; value++)
      spans[used++] = own ? own[value] : pairs[2 * from[ray] + value];
    first[++n] = used / 2;
  }
  return { rays, first, spans };
}
