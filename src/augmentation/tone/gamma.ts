import { type IntensityRange, rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/** v' = v^exponent between the ends of the range, which stay where they are; below its low end the curve goes on as an odd function. */
export function withGamma(
  image: LabelledImage,
  exponent: number,
  range: IntensityRange = rangeOf(image.pixels),
): LabelledImage {
  const { low, high } = range;
  const width = high - low;
  if (!(width > 0)) return image;
  return mapPixels(image, (value) => {
    const v = (value - low) / width;
    return low + width * (v < 0 ? -((-v) ** exponent) : v ** exponent);
  });
}
