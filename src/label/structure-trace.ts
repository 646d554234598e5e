import type { Camera, PixelRegion } from "../geometry/camera.ts";
import type { FirstHits, StructureTrace } from "../projector/projector.ts";
import type { PixelBox, StructureLabel } from "./labels.ts";
import type { RayRule } from "./structure.ts";

/** What one structure does to the rays of a part of the image: one channel of a field's trace, or of its first hits. */
export interface StructureHits<Trace extends FirstHits = FirstHits | StructureTrace> {
  readonly trace: Trace;
  readonly channel: number;
  readonly region: PixelRegion;
  readonly camera: ImageSize;
}

/** Where rays first meet a structure, mm from the source; row-major within the region, +Infinity where they do not. */
export interface Surface {
  readonly region: PixelRegion;
  readonly firstHitMm: Float32Array;
}

/** The size of the image that masks are made for. */
type ImageSize = Pick<Camera, "widthPx" | "heightPx">;

/** Calls `visit` for every row of a region with the index of its first pixel in the region and in the whole image. */
function forEachRow(
  { column, row, widthPx, heightPx }: PixelRegion,
  image: ImageSize,
  visit: (inRegion: number, inImage: number) => void,
): void {
  for (let v = 0; v < heightPx; v++) visit(v * widthPx, (row + v) * image.widthPx + column);
}

const planeOf = (values: Float32Array, { channel, region }: StructureHits): Float32Array =>
  values.subarray(
    channel * region.widthPx * region.heightPx,
    (channel + 1) * region.widthPx * region.heightPx,
  );

/** Mask of the whole image: 1 where the rule counts the ray as meeting the structure. */
export function maskOfTrace(hits: StructureHits, rule: RayRule): Uint8Array {
  const { region, camera, trace } = hits;
  const mask = new Uint8Array(camera.widthPx * camera.heightPx);
  const firstHitMm = planeOf(trace.firstHitMm, hits);
  forEachRow(region, camera, (from, to) => {
    for (let u = 0; u < region.widthPx; u++) if (firstHitMm[from + u] < Infinity) mask[to + u] = 1;
  });
  if (rule.kind === "any-hit") return mask;
  if (!("integral" in trace)) throw new TypeError("a rule of thickness needs a trace, not only first hits");
  const thicknessMm = planeOf(trace.integral, hits);
  forEachRow(region, camera, (from, to) => {
    for (let u = 0; u < region.widthPx; u++)
      if (!(thicknessMm[from + u] >= rule.thicknessMm)) mask[to + u] = 0;
  });
  return mask;
}

export const surfaceOf = (hits: StructureHits): Surface => ({
  region: hits.region,
  firstHitMm: planeOf(hits.trace.firstHitMm, hits),
});

/** `mask` without the pixels of the others. */
export function takeOut(mask: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  if (others.length === 0) return mask;
  return mask.map((value, index) => (others.some((other) => other[index] === 1) ? 0 : value));
}

export function thicknessMap(hits: StructureHits<StructureTrace>): Float32Array {
  const image = new Float32Array(hits.camera.widthPx * hits.camera.heightPx);
  const thicknessMm = planeOf(hits.trace.integral, hits);
  forEachRow(hits.region, hits.camera, (from, to) => {
    image.set(thicknessMm.subarray(from, from + hits.region.widthPx), to);
  });
  return image;
}

/** A mask with its area and its box. */
export function structureLabel(
  name: string,
  mask: Uint8Array,
  { widthPx, heightPx }: ImageSize,
): StructureLabel {
  let [areaPx, left, right, top, bottom] = [0, widthPx, -1, -1, -1];
  for (let v = 0; v < heightPx; v++) {
    const start = v * widthPx;
    const end = start + widthPx;
    // Most rows of most masks are empty: the search for the first pixel is quick.
    const first = mask.subarray(start, end).indexOf(1);
    if (first < 0) continue;
    let last = first;
    for (let n = start + first; n < end; n++)
      if (mask[n] === 1) {
        areaPx++;
        last = n - start;
      }
    if (top < 0) top = v;
    bottom = v;
    if (first < left) left = first;
    if (last > right) right = last;
  }
  const box: PixelBox | null =
    areaPx === 0 ? null : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 };
  return { name, mask, areaPx, box };
}
