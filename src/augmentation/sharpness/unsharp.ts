import type { LabelledImage } from "../labelled-image.ts";
import { gaussianBlurred } from "./gaussian-blur.ts";

/** Unsharp masking, the edge enhancement of clinical processing: v' = v + amount · (v − Gaussian mean). */
export function unsharpMasked(
  image: LabelledImage,
  options: { sigmaPx: number; amount: number },
): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  const mean = gaussianBlurred(pixels, widthPx, heightPx, options.sigmaPx);
  const result = mean;
  for (let n = 0; n < pixels.length; n++) result[n] = pixels[n] + options.amount * (pixels[n] - mean[n]);
  return { ...image, pixels: result };
}
