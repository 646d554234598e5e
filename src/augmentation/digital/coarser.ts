import type { LabelledImage } from "../labelled-image.ts";
import { resampled } from "../resized.ts";

/** Shrunk by a factor and enlarged again: what a coarser detector or a small file would show. */
export function coarser(image: LabelledImage, factor: number): LabelledImage {
  const { widthPx, heightPx } = image;
  const [width, height] = [widthPx, heightPx].map((side) => Math.max(1, Math.round(side / factor)));
  const small = resampled(image, width, height);
  return {
    ...image,
    pixels: resampled({ pixels: small, widthPx: width, heightPx: height }, widthPx, heightPx),
  };
}
