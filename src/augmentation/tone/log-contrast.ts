import { rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/** v' = gain · log₂(1 + v) with the picture's values from 0 to 1. */
export function withLogContrast(image: LabelledImage, gain: number): LabelledImage {
  const { low, high } = rangeOf(image.pixels);
  const width = high - low;
  if (!(width > 0)) return image;
  return mapPixels(image, (value) => low + width * gain * Math.log2(1 + (value - low) / width));
}
