import type { LabelledImage } from "../labelled-image.ts";
import { blendedKernel, convolved } from "./convolved.ts";

/** Neighbours weigh −1 and the pixel itself 8 + lightness, mixed by `alpha` with the picture as it was; lightness 1 keeps the mean. */
export function sharpened(
  image: LabelledImage,
  options: { alpha: number; lightness: number },
): LabelledImage {
  return convolved(
    image,
    blendedKernel([-1, -1, -1, -1, 8 + options.lightness, -1, -1, -1, -1], options.alpha),
  );
}
