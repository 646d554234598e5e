import type { LabelledImage } from "../labelled-image.ts";

/**
 * A smooth veil of scattered radiation on a log picture with values from 0 to 1 that stand for a range of `logRange`:
 *
 *   I = exp(−logRange · v),  v' = −ln((I + S) / (1 + S)) / logRange,  S = share · field
 *
 * Dense parts lose contrast, thin ones hardly: what a grid would have held back.
 *
 * @param options.share of the unattenuated beam, e.g. 0.02
 * @param options.field one number a pixel, about 1; what is negative counts as 0
 */
export function withVeil(
  image: LabelledImage,
  options: { logRange: number; share: number; field: Float32Array },
): LabelledImage {
  const { logRange, share, field } = options;
  const { pixels } = image;
  const result = new Float32Array(pixels.length);
  for (let n = 0; n < pixels.length; n++) {
    const scatter = share * Math.max(field[n], 0);
    result[n] = -Math.log((Math.exp(-logRange * pixels[n]) + scatter) / (1 + scatter)) / logRange;
  }
  return { ...image, pixels: result };
}
