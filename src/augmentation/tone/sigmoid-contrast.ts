import { type IntensityRange, rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/** v' = 1 / (1 + exp(gain · (cutoff − v))) with the range at 0 and 1: what film does, with its toe and shoulder. */
export function withSigmoidContrast(
  image: LabelledImage,
  options: { gain: number; cutoff: number; range?: IntensityRange },
): LabelledImage {
  const { gain, cutoff } = options;
  const { low, high } = options.range ?? rangeOf(image.pixels);
  const width = high - low;
  if (!(width > 0)) return image;
  return mapPixels(image, (value) => low + width / (1 + Math.exp(gain * (cutoff - (value - low) / width))));
}
