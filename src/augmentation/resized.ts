import { resamplingTaps } from "../image/resize-picture.ts";
import { type LabelledImage, regridded } from "./labelled-image.ts";

/**
 * The same extent on another grid. The picture is averaged over what a new pixel covers when shrinking and interpolated linearly when
 * enlarging, along each axis for itself; classes and masks are those at the centre of the new pixel.
 *
 *   x' = (x + ½) · width' / width − ½
 */
export function resized(image: LabelledImage, widthPx: number, heightPx: number): LabelledImage {
  if (widthPx === image.widthPx && heightPx === image.heightPx) return image;
  const across = widthPx / image.widthPx;
  const down = heightPx / image.heightPx;
  const nearest = (count: number, factor: number, last: number): Int32Array =>
    Int32Array.from({ length: count }, (_, n) => Math.min(Math.floor((n + 0.5) / factor), last));
  const columns = nearest(widthPx, across, image.widthPx - 1);
  const rows = nearest(heightPx, down, image.heightPx - 1);
  return regridded(image, {
    widthPx,
    heightPx,
    pixels: resampled(image, widthPx, heightPx),
    labels: (from) => {
      const to = new Uint8Array(widthPx * heightPx);
      for (let v = 0; v < heightPx; v++)
        for (let u = 0; u < widthPx; u++) to[v * widthPx + u] = from[rows[v] * image.widthPx + columns[u]];
      return to;
    },
    point: ({ x, y }) => ({ x: (x + 0.5) * across - 0.5, y: (y + 0.5) * down - 0.5 }),
  });
}

/** Values of a picture on another grid over the same extent. */
export function resampled(
  { pixels, widthPx, heightPx }: { pixels: Float32Array; widthPx: number; heightPx: number },
  newWidth: number,
  newHeight: number,
): Float32Array {
  const columns = resamplingTaps(widthPx, newWidth);
  const rows = resamplingTaps(heightPx, newHeight);
  const narrow = new Float32Array(newWidth * heightPx);
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < newWidth; u++) {
      const from = v * widthPx + columns.first[u];
      const weights = u * columns.widest;
      let sum = 0;
      for (let m = 0; m < columns.count[u]; m++) sum += columns.weights[weights + m] * pixels[from + m];
      narrow[v * newWidth + u] = sum;
    }
  const result = new Float32Array(newWidth * newHeight);
  for (let v = 0; v < newHeight; v++)
    for (let m = 0; m < rows.count[v]; m++) {
      const weight = rows.weights[v * rows.widest + m];
      const from = (rows.first[v] + m) * newWidth;
      for (let u = 0; u < newWidth; u++) result[v * newWidth + u] += weight * narrow[from + u];
    }
  return result;
}
