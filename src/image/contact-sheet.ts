import { blankCanvas, type Canvas, type Colour, paste } from "./canvas.ts";
import { drawText } from "./draw-text.ts";
import type { DisplayPicture } from "./picture.ts";
import { resizedPicture } from "./resize-picture.ts";

export interface ContactSheetTile {
  readonly picture: DisplayPicture;
  readonly title: string;
  readonly caption?: string;
}

const BACKGROUND: Colour = [20, 23, 26];
const FRAME: Colour = [0, 0, 0];
const BRIGHT: Colour = [240, 243, 245];
const FAINT: Colour = [150, 160, 170];

/**
 * Pictures side by side on a dark sheet, with titles. Every tile is a square cell of `tilePx`; a picture is shrunk or
 * enlarged to fit its cell without distortion.
 *
 * @param options.columns default: as many as make the sheet about 3:2
 */
export function contactSheet(
  tiles: readonly ContactSheetTile[],
  options: { tilePx?: number; columns?: number; title?: string; caption?: string } = {},
): Canvas {
  const { tilePx = 384, title, caption } = options;
  const columns = Math.max(
    1,
    Math.min(options.columns ?? Math.ceil(Math.sqrt(tiles.length * 1.35)), Math.max(tiles.length, 1)),
  );
  const rows = Math.ceil(tiles.length / columns);
  const gap = Math.round(tilePx / 16);
  const textPx = Math.max(8, Math.round(tilePx / 27));
  const captionPx = textPx * 0.84;
  const textHeight = Math.round(
    textPx * 1.1 + (tiles.some((tile) => tile.caption) ? captionPx * 2 : 0) + gap * 1.4,
  );
  const headPx = textPx * 1.7;
  const head = title ? Math.round(headPx * 1.5 + (caption ? textPx * 1.9 : 0) + gap * 0.6) : 0;
  const sheet = blankCanvas(
    columns * (tilePx + gap) + gap,
    gap + head + rows * (tilePx + textHeight),
    BACKGROUND,
  );
  const wholeWidth = sheet.widthPx - 2 * gap;
  if (title)
    drawText(sheet, title, gap, gap, { sizePx: headPx, colour: BRIGHT, bold: true, maxWidthPx: wholeWidth });
  if (title && caption)
    drawText(sheet, caption, gap, gap + headPx * 1.6, {
      sizePx: textPx,
      colour: FAINT,
      maxWidthPx: wholeWidth,
    });

  tiles.forEach((tile, index) => {
    const left = gap + (index % columns) * (tilePx + gap);
    const top = gap + head + Math.floor(index / columns) * (tilePx + textHeight);
    const { picture } = tile;
    const factor = tilePx / Math.max(picture.widthPx, picture.heightPx);
    const [width, height] = [picture.widthPx, picture.heightPx].map((side) =>
      Math.max(1, Math.round(side * factor)),
    );
    paste(sheet, blankCanvas(tilePx, tilePx, FRAME), left, top);
    paste(
      sheet,
      resizedPicture(picture, width, height),
      left + Math.floor((tilePx - width) / 2),
      top + Math.floor((tilePx - height) / 2),
    );
    const under = top + tilePx + gap * 0.45;
    drawText(sheet, tile.title, left, under, { sizePx: textPx, colour: BRIGHT, maxWidthPx: tilePx });
    if (tile.caption)
      drawText(sheet, tile.caption, left, under + textPx * 1.7, {
        sizePx: captionPx,
        colour: FAINT,
        maxWidthPx: tilePx,
      });
  });
  return sheet;
}
