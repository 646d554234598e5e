import { rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/** v' = highest − v: bone dark instead of bright. */
export function inverted(image: LabelledImage, highest = rangeOf(image.pixels).high): LabelledImage {
  return mapPixels(image, (value) => highest - value);
}
