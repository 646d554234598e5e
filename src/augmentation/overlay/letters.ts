import { textStrokes, textWidthPx } from "../../image/stroke-font.ts";
import type { Draws } from "../draws.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { applyCoverage, strokeCoverage } from "./stroke-coverage.ts";

/** What is put on cassettes and burnt into pictures. */
const MARKERS = ["R", "L", "R", "L", "RT", "LT", "AP", "PA", "R.", "L.", "ap", "st"];
const CHARACTERS = "0123456789ABCDEFGHIKLMNPRSTUVWXYZ:./-";

/** One or two letters of lead near an edge: they add to the attenuation, so that they saturate over the body. */
export function withLeadLetters(image: LabelledImage, draws: Draws): LabelledImage {
  const pixels = image.pixels.slice();
  const side = Math.min(image.widthPx, image.heightPx);
  const count = 1 + draws.integerBelow(2);
  for (let n = 0; n < count; n++) {
    const sizePx = draws.uniformIn(0.035, 0.1) * side;
    writeText(image, pixels, {
      text: draws.oneOf(MARKERS),
      sizePx,
      radiusPx: Math.max(sizePx * draws.uniformIn(0.07, 0.12), 0.4),
      ink: { add: draws.uniformIn(0.3, 0.9) },
      draws,
    });
  }
  return { ...image, pixels };
}

/** Letters, numbers and dates that a computer wrote: fully bright or dark, one to three lines, sometimes on a box. */
export function withBurntText(image: LabelledImage, draws: Draws): LabelledImage {
  const pixels = image.pixels.slice();
  const side = Math.min(image.widthPx, image.heightPx);
  const count = 1 + draws.integerBelow(3);
  const value = draws.chance(0.75) ? 1 : 0;
  for (let n = 0; n < count; n++) {
    const sizePx = draws.uniformIn(0.025, 0.07) * side;
    const length = 1 + draws.integerBelow(8);
    const text = draws.chance(0.4)
      ? draws.oneOf(MARKERS)
      : Array.from({ length }, () => CHARACTERS[draws.integerBelow(CHARACTERS.length)]).join("");
    writeText(image, pixels, {
      text,
      sizePx,
      radiusPx: Math.max(sizePx * 0.075, 0.4),
      ink: { paint: value, opacity: draws.uniformIn(0.7, 1) },
      ...(draws.chance(0.12) && text.length > 1 ? { box: 1 - value } : {}),
      draws,
    });
  }
  return { ...image, pixels };
}

/** Most of the texts stand within this share of the picture from its left or right edge and from the upper or lower. */
const EDGE_SHARE = 0.25;

function writeText(
  image: LabelledImage,
  pixels: Float32Array,
  options: {
    text: string;
    sizePx: number;
    radiusPx: number;
    ink: { paint: number; opacity: number } | { add: number };
    box?: number;
    draws: Draws;
  },
): void {
  const { text, sizePx, radiusPx, ink, box, draws } = options;
  const room = [image.widthPx - textWidthPx(text, sizePx), image.heightPx - sizePx];
  const [x, y] = room.map((free) => {
    const along = draws.chance(0.85) ? EDGE_SHARE * draws.uniform() : draws.uniform();
    return Math.max(free, 0) * (draws.chance(0.5) ? along : 1 - along);
  });
  if (box !== undefined) {
    const middle = y + sizePx / 2;
    const from = x + sizePx * 0.3;
    const to = Math.max(x + textWidthPx(text, sizePx) - sizePx * 0.3, from + 0.1);
    const plate = strokeCoverage(
      image,
      [
        [
          [from, middle],
          [to, middle],
        ],
      ],
      sizePx * 0.9,
    );
    applyCoverage(pixels, image.widthPx, plate, { paint: box, opacity: 1 });
  }
  const strokes = textStrokes(text, x, y, sizePx).filter((line) => line.length > 0);
  applyCoverage(pixels, image.widthPx, strokeCoverage(image, strokes, radiusPx), ink);
}
