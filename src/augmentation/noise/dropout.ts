import type { PhiloxKey } from "../../random/philox.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { uniformField } from "../random-field.ts";

/** The given share of the pixels, each for itself, set to 0. */
export function withDropout(image: LabelledImage, share: number, key: PhiloxKey): LabelledImage {
  const uniform = uniformField(key, image.pixels.length);
  return { ...image, pixels: image.pixels.map((value, n) => (uniform[n] < share ? 0 : value)) };
}

/** The given share of the cells of a coarse grid, of `gridShare` of the picture's size, set to 0. */
export function withCoarseDropout(
  image: LabelledImage,
  options: { share: number; gridShare: number },
  key: PhiloxKey,
): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  const columns = Math.max(1, Math.round(widthPx * options.gridShare));
  const rows = Math.max(1, Math.round(heightPx * options.gridShare));
  const uniform = uniformField(key, columns * rows);
  const result = pixels.slice();
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const cell = Math.floor((v * rows) / heightPx) * columns + Math.floor((u * columns) / widthPx);
      if (uniform[cell] < options.share) result[v * widthPx + u] = 0;
    }
  return { ...image, pixels: result };
}
