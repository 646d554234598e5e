import { quantilesOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/** The darkest and the brightest shares of the pixels lose their differences, as in a saturated picture or a narrow window. */
export function clipped(image: LabelledImage, shares: { dark: number; bright: number }): LabelledImage {
  const [low, high] = quantilesOf(image.pixels, [shares.dark, 1 - shares.bright]);
  return mapPixels(image, (value) => Math.min(Math.max(value, low), high));
}
