import type { LabelledImage } from "../labelled-image.ts";
import { resampled } from "../resized.ts";

export type Pool = "average" | "max" | "min" | "median";

/** One value for each square of `side` pixels (those at the right and lower edge may be cut), enlarged to the old size again. */
export function pooled(image: LabelledImage, options: { pool: Pool; side: number }): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  const { side } = options;
  const reduce = REDUCTIONS[options.pool];
  const [columns, rows] = [Math.ceil(widthPx / side), Math.ceil(heightPx / side)];
  const small = new Float32Array(columns * rows);
  const values: number[] = [];
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      values.length = 0;
      for (let v = j * side; v < Math.min((j + 1) * side, heightPx); v++)
        for (let u = i * side; u < Math.min((i + 1) * side, widthPx); u++)
          values.push(pixels[v * widthPx + u]);
      small[j * columns + i] = reduce(values);
    }
  // The enlarged picture has whole squares; what they reach beyond the picture is left off.
  const [width, height] = [columns * side, rows * side];
  const large = resampled({ pixels: small, widthPx: columns, heightPx: rows }, width, height);
  const result = new Float32Array(pixels.length);
  for (let v = 0; v < heightPx; v++) result.set(large.subarray(v * width, v * width + widthPx), v * widthPx);
  return { ...image, pixels: result };
}

const REDUCTIONS: Readonly<Record<Pool, (values: number[]) => number>> = {
  average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  median: (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    const half = Math.floor(sorted.length / 2);
    return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  },
};
