import { blankCanvas, type Canvas, type Colour, fillRectangle, paste, type Rectangle } from "./canvas.ts";
import { outlineMask, softMask, tintMask } from "./draw-mask.ts";
import { drawText } from "./draw-text.ts";
import type { DisplayPicture } from "./picture.ts";
import { resizedPicture } from "./resize-picture.ts";
import { circle, stroke } from "./stroke.ts";
import { textWidthPx } from "./stroke-font.ts";
import { structureColour } from "./structure-colours.ts";

/** What is drawn over a radiograph. Masks have the radiograph's size; points are in its pixels. */
export interface OverlayOptions {
  readonly structures?: readonly {
    readonly name: string;
    readonly mask: Uint8Array;
    readonly colour?: Colour;
  }[];
  readonly landmarks?: readonly { readonly name: string; readonly pixel: readonly [number, number] }[];
  /** Letters in the upper corners, such as R and L. */
  readonly sides?: { readonly left: string; readonly right: string };
  /** Width of the result; default that of the radiograph. Lines and text are drawn at this size. */
  readonly widthPx?: number;
  /** Names of structures in the lower left corner (default: on), and of landmarks beside them (default: on). */
  readonly legend?: boolean;
  readonly landmarkNames?: boolean;
}

const WHITE: Colour = [245, 247, 248];
const POINT: Colour = [255, 250, 205];

/** A radiograph with outlines, landmarks, side marks and a legend, in colour. */
export function overlay(radiograph: DisplayPicture, options: OverlayOptions = {}): Canvas {
  const { structures = [], landmarks = [], legend = true, landmarkNames = true } = options;
  const widthPx = options.widthPx ?? radiograph.widthPx;
  const scale = widthPx / radiograph.widthPx;
  const heightPx = Math.max(1, Math.round(radiograph.heightPx * scale));
  const canvas = blankCanvas(widthPx, heightPx, [0, 0, 0]);
  paste(canvas, resizedPicture(radiograph, widthPx, heightPx), 0, 0);

  const lineWidthPx = Math.max(1.1, widthPx / 380);
  const drawn = structures.flatMap(({ name, mask, colour }, index) => {
    const values = { values: mask, widthPx: radiograph.widthPx, heightPx: radiograph.heightPx };
    const soft = softMask(values, canvas, Math.max(0.8, lineWidthPx / 2));
    return soft ? [{ name, soft, colour: colour ?? structureColour(index) }] : [];
  });
  for (const { soft, colour } of drawn) tintMask(canvas, soft, colour, 0.14);
  for (const { soft, colour } of drawn) outlineMask(canvas, soft, colour, lineWidthPx);

  const textPx = Math.max(7, widthPx / 62);
  const radius = Math.max(2.5, widthPx / 150);
  const points = landmarks.map(({ name, pixel }) => ({
    name,
    x: (pixel[0] + 0.5) * scale - 0.5,
    y: (pixel[1] + 0.5) * scale - 0.5,
  }));
  const taken = points.map(({ x, y }) => squareAbout(x, y, radius));
  if (options.sides) taken.push(...drawSides(canvas, options.sides));
  if (legend && widthPx >= 200) taken.push(...drawLegend(canvas, drawn, textPx, taken));
  for (const { x, y } of points) drawPoint(canvas, x, y, radius);
  if (landmarkNames)
    for (const { name, x, y } of points)
      drawName(canvas, { name, x, y, radius, sizePx: textPx * 0.9, taken });
  return canvas;
}

const squareAbout = (x: number, y: number, radius: number): Rectangle => ({
  left: x - radius,
  top: y - radius,
  width: 2 * radius,
  height: 2 * radius,
});

const overlaps = (a: Rectangle, b: Rectangle): boolean =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height;

function drawPoint(canvas: Canvas, x: number, y: number, radius: number): void {
  const halo = { widthPx: Math.max(1.5, radius * 0.5), opacity: 0.7 };
  const widthPx = Math.max(1.2, radius * 0.36);
  stroke(canvas, [circle(x, y, radius)], { colour: POINT, widthPx, halo });
  stroke(canvas, [[[x, y]]], { colour: POINT, widthPx: widthPx * 1.2 });
}

/** Writes the name beside its point, at the first of eight places where it covers nothing and stays inside. */
function drawName(
  canvas: Canvas,
  options: { name: string; x: number; y: number; radius: number; sizePx: number; taken: Rectangle[] },
): void {
  const { name, x, y, radius, sizePx, taken } = options;
  const [width, height] = [textWidthPx(name, sizePx), sizePx * 1.25];
  const away = radius + sizePx * 0.45;
  const [besideRight, besideLeft, above, below] = [x + away, x - away - width, y - away - sizePx, y + away];
  const places: [number, number][] = [
    [besideRight, y - sizePx / 2],
    [besideLeft, y - sizePx / 2],
    [besideRight, above],
    [besideRight, below],
    [besideLeft, above],
    [besideLeft, below],
    [x - width / 2, above],
    [x - width / 2, below],
  ];
  const isFree = ([left, top]: [number, number]): boolean =>
    left >= 2 &&
    top >= 2 &&
    left + width <= canvas.widthPx - 2 &&
    top + height <= canvas.heightPx - 2 &&
    !taken.some((other) => overlaps({ left, top, width, height }, other));
  const place = places.find(isFree);
  if (!place) return;
  taken.push({ left: place[0], top: place[1], width, height });
  drawText(canvas, name, place[0], place[1], { sizePx, colour: POINT, halo: true });
}

function drawSides(canvas: Canvas, sides: { left: string; right: string }): Rectangle[] {
  const sizePx = Math.max(10, canvas.widthPx / 24);
  const margin = sizePx * 0.7;
  const style = { sizePx, colour: WHITE, bold: true, halo: true };
  const rightEdge = canvas.widthPx - margin - textWidthPx(sides.right, sizePx);
  return [[sides.left, margin] as const, [sides.right, rightEdge] as const].map(([text, left]) => ({
    left,
    top: margin,
    width: drawText(canvas, text, left, margin, style),
    height: sizePx,
  }));
}

const LEGEND_ROWS = 10;
const LEGEND_COLUMNS = 2;

/**
 * Names beside dots of their colours, on a dark panel in the lower corner where it covers less of what is `taken`;
 * what does not fit is counted in a last line. Returns the place it took.
 */
function drawLegend(
  canvas: Canvas,
  structures: readonly { name: string; colour: Colour }[],
  sizePx: number,
  taken: readonly Rectangle[],
): Rectangle[] {
  if (structures.length === 0) return [];
  const room = LEGEND_ROWS * LEGEND_COLUMNS;
  const listed = structures.slice(0, structures.length > room ? room - 1 : room);
  const entries: { text: string; colour?: Colour }[] = listed.map(({ name, colour }) => ({
    text: name.replaceAll("_", " "),
    colour,
  }));
  if (listed.length < structures.length)
    entries.push({ text: `and ${structures.length - listed.length} more` });
  const rows = Math.min(entries.length, LEGEND_ROWS);
  const lineHeight = sizePx * 1.75;
  const columnWidth = sizePx * 2.6 + Math.max(...entries.map(({ text }) => textWidthPx(text, sizePx)));
  const width = columnWidth * Math.ceil(entries.length / rows) + sizePx * 0.6;
  const height = rows * lineHeight + sizePx * 0.9;
  if (height > canvas.heightPx / 2 || width > canvas.widthPx * 0.8) return [];
  const top = canvas.heightPx - sizePx - height;
  const corners = [sizePx, canvas.widthPx - sizePx - width].map((left) => ({ left, top, width, height }));
  const covered = corners.map((corner) => taken.filter((other) => overlaps(corner, other)).length);
  const panel = corners[covered[1] < covered[0] ? 1 : 0];
  fillRectangle(canvas, panel, { colour: [10, 13, 16], opacity: 0.62, cornerPx: sizePx * 0.7 });
  entries.forEach(({ text, colour }, index) => {
    const x = panel.left + sizePx + Math.floor(index / rows) * columnWidth;
    const y = panel.top + sizePx * 0.75 + (index % rows) * lineHeight;
    if (colour) stroke(canvas, [[[x + sizePx * 0.2, y + sizePx / 2]]], { colour, widthPx: sizePx * 0.95 });
    drawText(canvas, text, x + sizePx * 1.2, y, { sizePx, colour: WHITE });
  });
  return [panel];
}
