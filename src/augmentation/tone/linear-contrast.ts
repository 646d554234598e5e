import { type IntensityRange, rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/**
 * v' = centre + factor · (v − centre) with the range at 0 and 1, cut to the range or not.
 *
 * With centre 0 and no cut it is a pure multiplication, which standardising undoes.
 */
export function withLinearContrast(
  image: LabelledImage,
  options: { factor: number; centre: number; cut: boolean; range?: IntensityRange },
): LabelledImage {
  const { factor, centre, cut } = options;
  const { low, high } = options.range ?? rangeOf(image.pixels);
  const middle = low + centre * (high - low);
  return mapPixels(image, (value) => {
    const v = middle + factor * (value - middle);
    return cut ? Math.min(Math.max(v, low), high) : v;
  });
}
