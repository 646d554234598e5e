import type { LabelledImage } from "./labelled-image.ts";

/** The picture with every grey value v replaced by f(v); labels stay. */
export function mapPixels(image: LabelledImage, f: (value: number) => number): LabelledImage {
  const { pixels } = image;
  const result = new Float32Array(pixels.length);
  for (let n = 0; n < pixels.length; n++) result[n] = f(pixels[n]);
  return { ...image, pixels: result };
}

/** The picture with a field of the same size added to its grey values. */
export function addField(image: LabelledImage, field: Float32Array, factor: number): LabelledImage {
  const { pixels } = image;
  const result = new Float32Array(pixels.length);
  for (let n = 0; n < pixels.length; n++) result[n] = pixels[n] + factor * field[n];
  return { ...image, pixels: result };
}
