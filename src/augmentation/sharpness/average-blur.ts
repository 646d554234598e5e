import type { LabelledImage } from "../labelled-image.ts";
import { filteredAcross, filteredDown } from "./gaussian-blur.ts";

/** The mean over a square of `side` pixels; an even square is centred half a pixel up and left. */
export function withAverageBlur(image: LabelledImage, side: number): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  if (side <= 1) return image;
  const reach = Math.floor(side / 2);
  const kernel = new Float64Array(2 * reach + 1).fill(1 / side, 0, side);
  return {
    ...image,
    pixels: filteredDown(filteredAcross(pixels, widthPx, heightPx, kernel), widthPx, heightPx, kernel),
  };
}
