import type { Camera, PixelRegion } from "../geometry/camera.ts";
import type { StructureTrace } from "../projector/projector.ts";
import type { PixelBox, StructureLabel } from "./labels.ts";
import type { RayRule } from "./structure.ts";

/** What one structure does to the rays of a part of the image: one channel of a field's trace. */
export interface StructureHits {
  readonly trace: StructureTrace;
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

/** Calls `visit` for every pixel of a region with its index in the region and in the whole image. */
export function forEachPixel(
  { column, row, widthPx, heightPx }: PixelRegion,
  image: ImageSize,
  visit: (inRegion: number, inImage: number) => void,
): void {
  for (let v = 0; v < heightPx; v++) {
    const start = (row + v) * image.widthPx + column;
    for (let u = 0; u < widthPx; u++) visit(v * widthPx + u, start + u);
  }
}

const planeOf = (values: Float32Array, { channel, region }: StructureHits): Float32Array =>
  values.subarray(
    channel * region.widthPx * region.heightPx,
    (channel + 1) * region.widthPx * region.heightPx,
  );

/** Mask of the whole image: 1 where the rule counts the ray as meeting the structure. */
export function maskOfTrace(hits: StructureHits, options: { rule: RayRule; threshold: number }): Uint8Array {
  const { rule, threshold } = options;
  const { widthPx, heightPx } = hits.camera;
  const mask = new Uint8Array(widthPx * heightPx);
  const maximum = planeOf(hits.trace.maximum, hits);
  const thicknessMm = planeOf(hits.trace.integral, hits);
  const minimumMm = rule.kind === "minimum-thickness" ? rule.thicknessMm : 0;
  forEachPixel(hits.region, hits.camera, (inRegion, inImage) => {
    mask[inImage] = maximum[inRegion] >= threshold && thicknessMm[inRegion] >= minimumMm ? 1 : 0;
  });
  return mask;
}

/** A copy, so that the whole trace need not be kept. */
export const firstHits = (hits: StructureHits): Surface => ({
  region: hits.region,
  firstHitMm: planeOf(hits.trace.firstHitMm, hits).slice(),
});

/** `mask` without the pixels of the others. */
export function takeOut(mask: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  if (others.length === 0) return mask;
  return mask.map((value, index) => (others.some((other) => other[index] === 1) ? 0 : value));
}

export function thicknessMap(hits: StructureHits): Float32Array {
  const image = new Float32Array(hits.camera.widthPx * hits.camera.heightPx);
  const thicknessMm = planeOf(hits.trace.integral, hits);
  forEachPixel(hits.region, hits.camera, (inRegion, inImage) => {
    image[inImage] = thicknessMm[inRegion];
  });
  return image;
}

/** A mask with its area and its box. */
export function structureLabel(name: string, mask: Uint8Array, { widthPx }: ImageSize): StructureLabel {
  let [areaPx, left, right, top, bottom] = [0, Number.POSITIVE_INFINITY, -1, -1, -1];
  for (let index = mask.indexOf(1); index !== -1; index = mask.indexOf(1, index + 1)) {
    const u = index % widthPx;
    const v = (index - u) / widthPx;
    areaPx++;
    if (top < 0) top = v;
    bottom = v;
    if (u < left) left = u;
    if (u > right) right = u;
  }
  const box: PixelBox | null =
    areaPx === 0 ? null : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 };
  return { name, mask, areaPx, box };
}
