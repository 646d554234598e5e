import { rangeOf } from "../intensity-range.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { reflectedIndex } from "../reflected-index.ts";

const SIDE = 8;

/** Luminance steps of quality 50: ITU-T T.81, table K.1. */
const STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/** COSINE[k][n] = c(k) cos((2n + 1) k π / 16): the orthonormal DCT of eight samples. */
const COSINE = Float64Array.from({ length: SIDE * SIDE }, (_, at) => {
  const [k, n] = [Math.floor(at / SIDE), at % SIDE];
  return Math.sqrt((k === 0 ? 1 : 2) / SIDE) * Math.cos(((2 * n + 1) * k * Math.PI) / (2 * SIDE));
});

/**
 * What JPEG of a quality loses: the picture in 255 steps from its lowest to its highest value, cosine transforms of blocks of
 * 8 × 8 rounded to the steps of the standard's table, scaled as the Independent JPEG Group's encoder does.
 *
 * @param quality 1 to 100
 */
export function blockQuantised(image: LabelledImage, quality: number): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  const { low, high } = rangeOf(pixels);
  const perLevel = (high - low) / 255;
  if (!(perLevel > 0)) return image;
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  const steps = STEPS.map((step) => Math.min(Math.max(step * scale, 1), 255));
  const result = new Float32Array(pixels.length);
  const block = new Float64Array(SIDE * SIDE);
  const half = new Float64Array(SIDE * SIDE);
  for (let top = 0; top < heightPx; top += SIDE)
    for (let left = 0; left < widthPx; left += SIDE) {
      for (let j = 0; j < SIDE; j++) {
        const row = reflectedIndex(top + j, heightPx) * widthPx;
        for (let i = 0; i < SIDE; i++)
          block[j * SIDE + i] = (pixels[row + reflectedIndex(left + i, widthPx)] - low) / perLevel - 128;
      }
      transformRows(block, half, false);
      transformRows(half, block, false);
      for (let n = 0; n < block.length; n++) block[n] = Math.round(block[n] / steps[n]) * steps[n];
      transformRows(block, half, true);
      transformRows(half, block, true);
      for (let j = 0; j < SIDE && top + j < heightPx; j++)
        for (let i = 0; i < SIDE && left + i < widthPx; i++)
          result[(top + j) * widthPx + left + i] = low + perLevel * (block[j * SIDE + i] + 128);
    }
  return { ...image, pixels: result };
}

/** Transforms every row, forwards or back, and exchanges rows and columns: twice is the transform of the block. */
function transformRows(from: Float64Array, to: Float64Array, isBack: boolean): void {
  const [overFrequency, overSample] = isBack ? [1, SIDE] : [SIDE, 1];
  for (let row = 0; row < SIDE; row++)
    for (let k = 0; k < SIDE; k++) {
      let sum = 0;
      for (let n = 0; n < SIDE; n++) sum += COSINE[k * overFrequency + n * overSample] * from[row * SIDE + n];
      to[k * SIDE + row] = sum;
    }
}
