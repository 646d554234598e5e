import type { LabelledImage } from "./labelled-image.ts";

/** Zero mean and unit standard deviation over the picture (the N of N pixels); a picture of one value becomes zeros. */
export function standardise(image: LabelledImage): LabelledImage {
  return { ...image, pixels: standardised(image.pixels) };
}

/** The values moved and scaled to zero mean and unit standard deviation. */
export function standardised(values: Float32Array): Float32Array {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n];
  const mean = sum / values.length;
  let squares = 0;
  for (let n = 0; n < values.length; n++) squares += (values[n] - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  const result = new Float32Array(values.length);
  // Below the rounding of the values themselves there is nothing but their rounding.
  if (!(deviation > Math.abs(mean) * 2 ** -24)) return result;
  for (let n = 0; n < values.length; n++) result[n] = (values[n] - mean) / deviation;
  return result;
}
