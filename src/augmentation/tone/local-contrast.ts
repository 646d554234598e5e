import type { LabelledImage } from "../labelled-image.ts";
import { gaussianBlurred } from "../sharpness/gaussian-blur.ts";

/**
 * Contrast equalised over the picture, as workstations do it: the local mean μ is flattened and details are divided by their local
 * strength σ, both from Gaussian neighbourhoods.
 *
 *   v' = (1 − amount) · v + amount · (½ + 0.2 · (v − μ) / (σ + floor))
 *
 * @param options.floor keeps noise in flat parts from being raised, in units of a picture from 0 to 1
 */
export function withLocalContrast(
  image: LabelledImage,
  options: { sigmaPx: number; amount: number; floor: number },
): LabelledImage {
  const { sigmaPx, amount, floor } = options;
  const { pixels, widthPx, heightPx } = image;
  const mean = gaussianBlurred(pixels, widthPx, heightPx, sigmaPx);
  const squares = new Float32Array(pixels.length);
  for (let n = 0; n < pixels.length; n++) squares[n] = (pixels[n] - mean[n]) ** 2;
  const variance = gaussianBlurred(squares, widthPx, heightPx, sigmaPx);
  const result = squares;
  for (let n = 0; n < pixels.length; n++)
    result[n] =
      (1 - amount) * pixels[n] +
      amount * (0.5 + (0.2 * (pixels[n] - mean[n])) / (Math.sqrt(Math.max(variance[n], 0)) + floor));
  return { ...image, pixels: result };
}
