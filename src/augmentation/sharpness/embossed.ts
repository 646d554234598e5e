import type { LabelledImage } from "../labelled-image.ts";
import { blendedKernel, convolved } from "./convolved.ts";

/** Light from the lower right: the difference along the falling diagonal added `strength`-fold, mixed by `alpha` with the picture. */
export function embossed(image: LabelledImage, options: { alpha: number; strength: number }): LabelledImage {
  const s = options.strength;
  return convolved(image, blendedKernel([-1 - s, -s, 0, -s, 1, s, 0, s, 1 + s], options.alpha));
}
