import { type Deflate, encodePng } from "../../image/encode-png.ts";
import { PLACE_CELLS } from "./manifest-statistics.ts";

/** White over blue to nearly black; even steps of lightness. */
const SCALE: readonly (readonly [number, number, number])[] = [
  [255, 255, 255],
  [198, 219, 239],
  [107, 174, 214],
  [33, 113, 181],
  [8, 48, 107],
];

/** Counts on a square of cells as a small PNG; the square root of a count sets its colour, so that rare places show, too. */
export async function heatMapPng(
  counts: ArrayLike<number>,
  deflate: Deflate | undefined,
): Promise<Uint8Array> {
  let most = 1;
  for (let n = 0; n < counts.length; n++) most = Math.max(most, counts[n]);
  const pixels = new Uint8Array(3 * counts.length);
  for (let n = 0; n < counts.length; n++) {
    const place = Math.sqrt(counts[n] / most) * (SCALE.length - 1);
    const below = Math.min(Math.floor(place), SCALE.length - 2);
    for (let c = 0; c < 3; c++)
      pixels[3 * n + c] = Math.round(
        SCALE[below][c] + (place - below) * (SCALE[below + 1][c] - SCALE[below][c]),
      );
  }
  const side = Math.sqrt(counts.length);
  return await encodePng({ widthPx: side, heightPx: side, channels: 3, pixels }, deflate ? { deflate } : {});
}

/** Four cells in one, for few counts or a small map. */
export function coarser(counts: ArrayLike<number>): Uint32Array {
  const half = PLACE_CELLS / 2;
  const sums = new Uint32Array(half ** 2);
  for (let n = 0; n < counts.length; n++) {
    const [row, column] = [Math.floor(n / PLACE_CELLS), n % PLACE_CELLS];
    sums[(row >> 1) * half + (column >> 1)] += counts[n];
  }
  return sums;
}
