import { rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/** The picture in so many equally spaced grey levels from its lowest to its highest value: 256 is a file of 8 bits. */
export function quantised(image: LabelledImage, levels: number): LabelledImage {
  const { low, high } = rangeOf(image.pixels);
  const width = high - low;
  if (!(width > 0)) return image;
  const steps = levels - 1;
  return mapPixels(image, (value) => low + (width * Math.round((steps * (value - low)) / width)) / steps);
}
