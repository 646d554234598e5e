import type { Canvas, Colour } from "./canvas.ts";
import { stroke } from "./stroke.ts";
import { textStrokes, textWidthPx } from "./stroke-font.ts";

export interface TextStyle {
  /** Height of a capital. */
  readonly sizePx: number;
  readonly colour: Colour;
  readonly bold?: boolean;
  /** A dark rim for text on a picture. */
  readonly halo?: boolean;
  /** Cuts the text to this width, ending in "..". */
  readonly maxWidthPx?: number;
}

/** Writes one line of text; (x, y) is the top left corner of its first capital. Returns the width it took. */
export function drawText(canvas: Canvas, text: string, x: number, y: number, style: TextStyle): number {
  const { sizePx, maxWidthPx = Number.POSITIVE_INFINITY } = style;
  let shown = text;
  while (shown.length > 0 && textWidthPx(shown, sizePx) > maxWidthPx)
    shown = `${shown.slice(0, shown.endsWith("..") ? -3 : -1)}..`;
  stroke(canvas, textStrokes(shown, x, y, sizePx), {
    colour: style.colour,
    widthPx: sizePx * (style.bold ? 0.2 : 0.135),
    ...(style.halo ? { halo: { widthPx: Math.max(2.5, sizePx * 0.35), opacity: 0.55 } } : {}),
  });
  return textWidthPx(shown, sizePx);
}
