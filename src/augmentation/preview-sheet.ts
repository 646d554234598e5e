import { blankCanvas, type Canvas, type Colour, paste } from "../image/canvas.ts";
import { percentileWindow, windowed } from "../image/display-window.ts";
import { drawText } from "../image/draw-text.ts";
import { overlay, type OverlayOptions } from "../image/overlay.ts";
import { structureColour } from "../image/structure-colours.ts";
import { augment } from "./augment.ts";
import { augmentationKey } from "./draws.ts";
import { type LabelledImage, UNKNOWN_CLASS } from "./labelled-image.ts";
import type { AugmentationProfile } from "./profile.ts";

/** One or more rows of the sheet: pictures after a profile, or as they are. */
export interface PreviewRow {
  readonly name: string;
  readonly profile?: AugmentationProfile;
  readonly strength?: number;
  /** Rows of other draws below each other; default 1. */
  readonly lines?: number;
  /** Where labels are drawn: on every picture (default), or on those whose labels the profile changed. */
  readonly labels?: "always" | "changed";
}

const BACKGROUND: Colour = [20, 23, 26];
const BRIGHT: Colour = [240, 243, 245];
const FAINT: Colour = [150, 160, 170];
const UNKNOWN: Colour = [150, 150, 150];

/**
 * A contact sheet: a named row for each transform or profile, and every column the same picture in other draws. Outlines are those of the
 * classes (or masks) and circles the landmarks after the transform; grey outlines surround what is not known.
 *
 * @param options.labels false draws none
 * @param options.columns pictures a row; they are taken in turn
 * @param options.blocks rows stand in so many blocks beside each other
 */
export function previewSheet(
  images: readonly LabelledImage[],
  rows: readonly PreviewRow[],
  options: {
    seed: number;
    columns: number;
    blocks?: number;
    tilePx?: number;
    labels?: boolean;
    title?: string;
    caption?: string;
  },
): Canvas {
  const { seed, columns, tilePx = 128, labels = true, title, caption } = options;
  const gap = Math.max(2, Math.round(tilePx / 32));
  const textPx = Math.max(8, Math.round(tilePx / 13));
  const nameWidth = Math.round(textPx * 12);
  const lines = rows.flatMap((row) =>
    Array.from({ length: row.lines ?? 1 }, (_, line) => ({ ...row, name: line === 0 ? row.name : "", line })),
  );
  const blocks = Math.min(options.blocks ?? 1, lines.length);
  const perBlock = Math.ceil(lines.length / blocks);
  const blockWidth = nameWidth + columns * (tilePx + gap) + 2 * gap;
  const head = title ? Math.round(textPx * (caption ? 5 : 3.2)) : 0;
  const sheet = blankCanvas(blocks * blockWidth + gap, head + perBlock * (tilePx + gap) + gap, BACKGROUND);
  if (title) drawText(sheet, title, 2 * gap, 2 * gap, { sizePx: textPx * 1.5, colour: BRIGHT, bold: true });
  if (title && caption)
    drawText(sheet, caption, 2 * gap, 2 * gap + textPx * 2.4, {
      sizePx: textPx,
      colour: FAINT,
      maxWidthPx: sheet.widthPx - 4 * gap,
    });
  lines.forEach(({ name, profile, strength, line, labels: where = "always" }, index) => {
    const left = Math.floor(index / perBlock) * blockWidth + 2 * gap;
    const top = head + (index % perBlock) * (tilePx + gap) + gap;
    drawText(sheet, name, left, top + tilePx / 2 - textPx / 2, {
      sizePx: textPx,
      colour: BRIGHT,
      maxWidthPx: nameWidth - gap,
    });
    for (let column = 0; column < columns; column++) {
      const image = images[column % images.length];
      const shown = profile
        ? augment(image, profile, {
            key: augmentationKey({ seed, epoch: line, sample: column }),
            ...(strength === undefined ? {} : { strength }),
          })
        : image;
      const isChanged = shown.classes !== image.classes || shown.landmarks !== image.landmarks;
      const tile = previewTile(shown, tilePx, labels && (where === "always" || isChanged));
      paste(
        sheet,
        tile,
        left + nameWidth + column * (tilePx + gap) + Math.floor((tilePx - tile.widthPx) / 2),
        top + Math.floor((tilePx - tile.heightPx) / 2),
      );
    }
  });
  return sheet;
}

/** A picture of at most so many pixels a side with its labels. */
function previewTile(image: LabelledImage, tilePx: number, labels: boolean): Canvas {
  const { widthPx, heightPx, pixels } = image;
  const window = percentileWindow(pixels, { black: 0.2, white: 99.8 });
  const picture = windowed({ values: pixels, widthPx, heightPx, window });
  const factor = tilePx / Math.max(widthPx, heightPx);
  return overlay(picture, {
    widthPx: Math.max(1, Math.round(widthPx * factor)),
    legend: false,
    landmarkNames: false,
    ...(labels ? labelsOf(image) : {}),
  });
}

function labelsOf(image: LabelledImage): OverlayOptions {
  const structures: { name: string; mask: Uint8Array; colour: Colour }[] = [];
  const add = (mask: Uint8Array, colour: Colour): void => {
    if (mask.some((value) => value !== 0)) structures.push({ name: "", mask, colour });
  };
  if (image.classes) {
    const { classes } = image;
    const present = [...new Set(classes)].filter((value) => value !== 0);
    for (const value of present.toSorted((a, b) => a - b))
      add(
        classes.map((other) => (other === value ? 1 : 0)),
        value === UNKNOWN_CLASS ? UNKNOWN : structureColour(value - 1),
      );
  } else
    for (const [index, mask] of (image.masks ?? []).entries())
      add(
        mask.map((value) => (value === 1 ? 1 : 0)),
        structureColour(index),
      );
  return {
    structures,
    landmarks: image.landmarks.flatMap((point) =>
      point ? [{ name: "", pixel: [point.x, point.y] as const }] : [],
    ),
  };
}
