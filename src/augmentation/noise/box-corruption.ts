import type { Draws } from "../draws.ts";
import { drawsOf } from "../draws.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { normalField } from "../random-field.ts";

/** Sides that leave the picture are drawn again, so many times at most. */
const MOST_TRIES = 100;

/**
 * One to five boxes with heavy noise. A side is normal with mean and standard deviation of 15 % of the picture's, drawn again until
 * the box fits; noise has 20 % of the range of values within the box.
 */
export function withBoxCorruption(image: LabelledImage, draws: Draws): LabelledImage {
  const { widthPx, heightPx } = image;
  const pixels = image.pixels.slice();
  const boxes = 1 + draws.integerBelow(5);
  for (let box = 0; box < boxes; box++) {
    const width = boxSide(widthPx, draws);
    const height = boxSide(heightPx, draws);
    const left = draws.integerBelow(widthPx - width + 1);
    const top = draws.integerBelow(heightPx - height + 1);
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let v = top; v < top + height; v++)
      for (let u = left; u < left + width; u++) {
        const value = pixels[v * widthPx + u];
        if (value < low) low = value;
        if (value > high) high = value;
      }
    const noise = normalField(drawsOf(draws.key, `box ${box}`).key, width * height);
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++)
        pixels[(v + top) * widthPx + left + u] += 0.2 * (high - low) * noise[v * width + u];
  }
  return { ...image, pixels };
}

function boxSide(lengthPx: number, draws: Draws): number {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const side = Math.round(lengthPx * (0.15 + 0.15 * draws.normal()));
    if (side >= 1 && side <= lengthPx) return side;
  }
  return Math.max(1, Math.round(0.15 * lengthPx));
}
