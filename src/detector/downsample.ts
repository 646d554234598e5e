import { InputError } from "../error/input-error.ts";
import { type CameraImage, cameraOfPixels } from "./pixel-image.ts";

/** Gaussians end where their tail is below 1e-4. */
const REACH = 4;

/**
 * Smooths with a Gaussian of σ = 0.5 / factor pixels and samples the result, linearly interpolated, on fewer pixels of
 * the same field; the camera is scaled with it. As the paper does with factors 1/8, 1/4 and 1/3 (specification 2.2).
 *
 *   u′ + ½ = (u + ½) · widthPx′ / widthPx
 *
 * Smoothing and sampling are one separable filter: only the pixels that are kept are computed.
 *
 * @param widthPx of the result, at most that of the image; the height follows from it (rounded)
 */
export function downsample({ image, camera }: CameraImage, widthPx: number): CameraImage {
  const heightPx = Math.max(1, Math.round((image.heightPx * widthPx) / image.widthPx));
  if (!(Number.isInteger(widthPx) && widthPx >= 1 && widthPx <= image.widthPx))
    throw new InputError(
      "downsample-size",
      `an image ${image.widthPx} pixels wide can be reduced to a width of 1 to ${image.widthPx}, not ${widthPx}`,
    );
  const columns = taps(image.widthPx, widthPx);
  const rows = taps(image.heightPx, heightPx);
  // Rows first: every row of the source is reduced to the new width.
  const narrow = new Float32Array(widthPx * image.heightPx);
  for (let v = 0; v < image.heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const { first, weights } = columns[u];
      let sum = 0;
      for (let k = 0; k < weights.length; k++)
        sum += weights[k] * image.values[v * image.widthPx + first + k];
      narrow[v * widthPx + u] = sum;
    }
  const values = new Float32Array(widthPx * heightPx);
  const line = new Float64Array(widthPx);
  for (let v = 0; v < heightPx; v++) {
    const { first, weights } = rows[v];
    line.fill(0);
    for (let k = 0; k < weights.length; k++)
      for (let u = 0; u < widthPx; u++) line[u] += weights[k] * narrow[(first + k) * widthPx + u];
    values.set(line, v * widthPx);
  }
  const [x, y] = [widthPx / image.widthPx, heightPx / image.heightPx];
  return {
    image: { widthPx, heightPx, values },
    camera: cameraOfPixels(camera, { widthPx, heightPx, scale: [x, y], offset: [(x - 1) / 2, (y - 1) / 2] }),
  };
}

/** For every new pixel the first old one and the weights from there on: Gaussian and linear interpolation in one. */
function taps(size: number, newSize: number): { first: number; weights: Float64Array }[] {
  const perPixel = size / newSize;
  if (perPixel === 1)
    return Array.from({ length: size }, (_, i) => ({ first: i, weights: Float64Array.of(1) }));
  const sigma = 0.5 * perPixel;
  const reach = Math.ceil(REACH * sigma);
  const gaussian = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-(((i - reach) / sigma) ** 2) / 2),
  );
  return Array.from({ length: newSize }, (_, i) => {
    const position = Math.min(Math.max((i + 0.5) * perPixel - 0.5, 0), size - 1);
    const left = Math.floor(position);
    const first = Math.max(0, left - reach);
    const last = Math.min(size - 1, left + 1 + reach);
    const weights = new Float64Array(last - first + 1);
    for (const [node, share] of [
      [left, 1 - (position - left)],
      [left + 1, position - left],
    ])
      for (let k = -reach; k <= reach; k++) {
        // Borders are replicated.
        const at = Math.min(Math.max(node + k, 0), size - 1);
        weights[at - first] += share * gaussian[k + reach];
      }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}
