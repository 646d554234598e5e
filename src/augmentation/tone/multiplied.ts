import type { PhiloxKey } from "../../random/philox.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { uniformField } from "../random-field.ts";
import { mapPixels } from "../with-pixels.ts";

/** v' = factor · v. */
export const multiplied = (image: LabelledImage, factor: number): LabelledImage =>
  mapPixels(image, (value) => factor * value);

/** v' = f · v with a factor of its own for every pixel, uniform on [low, high). */
export function multipliedElementwise(
  image: LabelledImage,
  factors: { low: number; high: number },
  key: PhiloxKey,
): LabelledImage {
  const { low, high } = factors;
  const uniform = uniformField(key, image.pixels.length);
  return { ...image, pixels: image.pixels.map((value, n) => value * (low + (high - low) * uniform[n])) };
}
