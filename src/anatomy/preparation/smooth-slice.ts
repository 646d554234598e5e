/**
 * Gaussian mean of the pixels of a slice that count (weight 1), separable and normalised, cut at three standard deviations: pixels that do
 * not count neither give nor take, and a pixel that none reaches keeps its value.
 */
export function smoothSlice(
  values: ArrayLike<number>,
  counts: ArrayLike<number>,
  size: { width: number; height: number; pixelMm: readonly [number, number] },
  sigmaMm: number,
): Float32Array {
  const { width, height, pixelMm } = size;
  const weighted = Float32Array.from(values, (value, n) => (counts[n] ? value : 0));
  const weights = Float32Array.from(counts, (count) => (count ? 1 : 0));
  for (const data of [weighted, weights]) {
    blur(data, { count: height, length: width, step: 1, next: width }, sigmaMm / pixelMm[0]);
    blur(data, { count: width, length: height, step: width, next: 1 }, sigmaMm / pixelMm[1]);
  }
  return Float32Array.from(values, (value, n) => (weights[n] > 1e-6 ? weighted[n] / weights[n] : value));
}

function blur(
  data: Float32Array,
  lines: { count: number; length: number; step: number; next: number },
  sigma: number,
): void {
  const reach = Math.ceil(3 * sigma);
  if (reach < 1) return;
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, n) =>
    Math.exp(-((n - reach) ** 2) / (2 * sigma * sigma)),
  );
  const line = new Float64Array(lines.length);
  for (let row = 0; row < lines.count; row++) {
    const start = row * lines.next;
    for (let n = 0; n < lines.length; n++) line[n] = data[start + n * lines.step];
    for (let n = 0; n < lines.length; n++) {
      let sum = 0;
      const from = Math.max(0, n - reach);
      const to = Math.min(lines.length - 1, n + reach);
      for (let m = from; m <= to; m++) sum += kernel[m - n + reach] * line[m];
      data[start + n * lines.step] = sum;
    }
  }
}
