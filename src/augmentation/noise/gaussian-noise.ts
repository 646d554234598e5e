import type { PhiloxKey } from "../../random/philox.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { normalField } from "../random-field.ts";
import { gaussianBlurred } from "../sharpness/gaussian-blur.ts";
import { addField } from "../with-pixels.ts";

/** Normal noise of one standard deviation, in grey values, from pixel to pixel independent. */
export function withGaussianNoise(image: LabelledImage, sd: number, key: PhiloxKey): LabelledImage {
  return addField(image, normalField(key, image.pixels.length), sd);
}

/** Normal noise that is alike in neighbouring pixels: white noise through a Gaussian, brought back to the standard deviation. */
export function withCorrelatedNoise(
  image: LabelledImage,
  options: { sd: number; sigmaPx: number },
  key: PhiloxKey,
): LabelledImage {
  const { widthPx, heightPx, pixels } = image;
  const field = gaussianBlurred(normalField(key, pixels.length), widthPx, heightPx, options.sigmaPx);
  let squares = 0;
  for (let n = 0; n < field.length; n++) squares += field[n] * field[n];
  return addField(image, field, options.sd / Math.sqrt(squares / field.length));
}
