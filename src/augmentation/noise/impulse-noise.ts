import type { PhiloxKey } from "../../random/philox.ts";
import { rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { uniformField } from "../random-field.ts";

/**
 * What replaced pixels become, with the picture's range from 0 to 1:
 * `pepper` 0, `salt` 1, `either` of them, `arcsine` a number of the distribution Beta(½, ½), mostly near 0 or 1.
 */
export type Impulse = "pepper" | "salt" | "either" | "arcsine";

/** The given share of the pixels, each for itself, replaced. */
export function withImpulseNoise(
  image: LabelledImage,
  options: { share: number; impulse: Impulse },
  key: PhiloxKey,
): LabelledImage {
  const { pixels } = image;
  const count = pixels.length;
  const uniform = uniformField(key, 2 * count);
  const value = impulseValue(pixels, options.impulse);
  const result = pixels.slice();
  for (let n = 0; n < count; n++) if (uniform[n] < options.share) result[n] = value(uniform[count + n]);
  return { ...image, pixels: result };
}

/** The same on a coarse grid of `gridShare` of the picture's size: each of its cells is replaced or not, and of one value. */
export function withCoarseImpulseNoise(
  image: LabelledImage,
  options: { share: number; gridShare: number; impulse: Impulse },
  key: PhiloxKey,
): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  const columns = Math.max(1, Math.round(widthPx * options.gridShare));
  const rows = Math.max(1, Math.round(heightPx * options.gridShare));
  const uniform = uniformField(key, 2 * columns * rows);
  const value = impulseValue(pixels, options.impulse);
  const result = pixels.slice();
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const cell = Math.floor((v * rows) / heightPx) * columns + Math.floor((u * columns) / widthPx);
      if (uniform[cell] < options.share) result[v * widthPx + u] = value(uniform[columns * rows + cell]);
    }
  return { ...image, pixels: result };
}

function impulseValue(pixels: Float32Array, impulse: Impulse): (uniform: number) => number {
  const { low, high } = rangeOf(pixels);
  if (impulse === "pepper") return () => low;
  if (impulse === "salt") return () => high;
  if (impulse === "either") return (uniform) => (uniform < 0.5 ? low : high);
  // The quantile function of Beta(½, ½).
  return (uniform) => low + (high - low) * Math.sin((Math.PI / 2) * uniform) ** 2;
}
