import type { Polyline } from "./stroke.ts";

/**
 * A font of single strokes, drawn for this project, so that pictures carry text at any size without a font file.
 *
 * A glyph is its width and a path in units of a seventh of the height of a capital: y 0 is the top of a capital,
 * 7 the baseline, 2.2 the top of an x, 9 the foot of a p.
 *   M x y             lifts the pen to a point
 *   L x y             line
 *   Q cx cy x y       quadratic Bézier curve
 *   E cx cy rx ry a b arc of an ellipse from angle a to b in degrees, 0 to the right, 90 down
 */
const GLYPHS: Readonly<Record<string, readonly [number, string]>> = {
  " ": [1.6, ""],
  "!": [0.6, "M .3 0 L .3 4.8 M .3 6.9 L .3 7"],
  '"': [2, "M .3 0 L .3 2 M 1.7 0 L 1.7 2"],
  "#": [4.4, "M 1.6 .6 L .8 6.4 M 3.6 .6 L 2.8 6.4 M .2 2.4 L 4.4 2.4 M 0 4.6 L 4.2 4.6"],
  $: [4.2, "E 2.1 1.8 1.9 1.8 -25 -270 E 2.1 5.3 2.1 1.7 -90 155 M 2.1 -.9 L 2.1 7.9"],
  "%": [5.8, "M 2.4 1.5 E 1.2 1.5 1.2 1.5 0 360 M 5.2 0 L .6 7 M 5.8 5.5 E 4.6 5.5 1.2 1.5 0 360"],
  "&": [
    5,
    "M 5 7 L 1 2.2 Q .3 .1 2 0 Q 3.8 .1 3.2 1.7 Q 2.8 2.7 1.3 3.5 Q -.4 4.7 .3 6 Q 1.2 7.4 3 6.8 Q 4.4 6.1 4.8 4",
  ],
  "'": [0.6, "M .3 0 L .3 2"],
  "(": [1.6, "M 1.6 -.8 Q -1.4 3.6 1.6 8"],
  ")": [1.6, "M 0 -.8 Q 3 3.6 0 8"],
  "*": [3, "M 1.5 .4 L 1.5 3.6 M .1 1.2 L 2.9 2.8 M 2.9 1.2 L .1 2.8"],
  "+": [4, "M 2 1.9 L 2 5.9 M 0 3.9 L 4 3.9"],
  ",": [0.8, "M .6 6.7 L .2 8.2"],
  "-": [2.6, "M 0 4.2 L 2.6 4.2"],
  ".": [0.6, "M .3 6.9 L .3 7"],
  "/": [3, "M 3 -.4 L 0 7.6"],
  0: [4.2, "E 2.1 3.5 2.1 3.5 0 360"],
  1: [2.2, "M 0 1.6 L 1.8 0 L 1.8 7"],
  2: [4.1, "E 2.1 2 2 2 190 385 L 0 7 L 4.1 7"],
  3: [4.1, "E 2 1.78 1.8 1.78 -155 90 E 2 5.28 2.05 1.72 -90 155"],
  4: [4.5, "M 3.4 7 L 3.4 0 L 0 4.9 L 4.5 4.9"],
  5: [4.1, "M 3.8 0 L .8 0 L .5 3.1 E 1.95 4.75 2.15 2.25 -130 150"],
  6: [4.2, "M 3.5 0 Q .4 1.8 0 4.7 E 2.1 4.8 2.1 2.2 180 540"],
  7: [4.1, "M 0 0 L 4.1 0 L 1.5 7"],
  8: [4.2, "E 2.1 1.72 1.8 1.72 90 450 E 2.1 5.22 2.1 1.78 -90 270"],
  9: [4.2, "M .7 7 Q 3.8 5.2 4.2 2.3 E 2.1 2.2 2.1 2.2 0 360"],
  ":": [0.6, "M .3 3.1 L .3 3.2 M .3 6.9 L .3 7"],
  ";": [0.8, "M .5 3.1 L .5 3.2 M .6 6.7 L .2 8.2"],
  "<": [3.6, "M 3.6 1.8 L 0 4 L 3.6 6.2"],
  "=": [3.8, "M 0 3 L 3.8 3 M 0 5 L 3.8 5"],
  ">": [3.6, "M 0 1.8 L 3.6 4 L 0 6.2"],
  "?": [3.6, "E 1.8 1.7 1.7 1.7 -165 60 Q 1.8 3.8 1.8 5 M 1.8 6.9 L 1.8 7"],
  "@": [
    6.4,
    "M 4.6 2.4 L 4.6 4.6 Q 4.6 5.6 5.5 5.4 Q 6.4 5 6.4 3.5 E 3.2 3.8 3.2 3.5 -5 -300 M 4.6 3.8 E 3.2 3.8 1.4 1.6 0 360",
  ],
  A: [5, "M 0 7 L 2.5 0 L 5 7 M .9 4.6 L 4.1 4.6"],
  B: [4.4, "M 0 0 L 2.4 0 E 2.4 1.7 1.7 1.7 -90 90 L 0 3.4 M 2.4 3.4 E 2.5 5.2 1.9 1.8 -90 90 L 0 7 L 0 0"],
  C: [4.8, "E 2.7 3.5 2.7 3.5 -45 -315"],
  D: [4.8, "M 0 0 L 1.6 0 E 1.6 3.5 3.2 3.5 -90 90 L 0 7 L 0 0"],
  E: [3.9, "M 3.9 0 L 0 0 L 0 7 L 3.9 7 M 0 3.4 L 3.4 3.4"],
  F: [3.8, "M 3.8 0 L 0 0 L 0 7 M 0 3.4 L 3.3 3.4"],
  G: [5.3, "E 2.7 3.5 2.7 3.5 -45 -352 L 5.3 3.8 L 3.1 3.8"],
  H: [4.6, "M 0 0 L 0 7 M 4.6 0 L 4.6 7 M 0 3.4 L 4.6 3.4"],
  I: [0.6, "M .3 0 L .3 7"],
  J: [3.2, "M 3.2 0 L 3.2 5.2 E 1.6 5.2 1.6 1.8 0 160"],
  K: [4.4, "M 0 0 L 0 7 M 4.2 0 L 0 4.2 M 1.6 2.8 L 4.4 7"],
  L: [3.7, "M 0 0 L 0 7 L 3.7 7"],
  M: [5.6, "M 0 7 L 0 0 L 2.8 4.8 L 5.6 0 L 5.6 7"],
  N: [4.6, "M 0 7 L 0 0 L 4.6 7 L 4.6 0"],
  O: [5.6, "E 2.8 3.5 2.8 3.5 0 360"],
  P: [4.2, "M 0 7 L 0 0 L 2.3 0 E 2.3 1.9 1.9 1.9 -90 90 L 0 3.8"],
  Q: [5.6, "E 2.8 3.5 2.8 3.5 0 360 M 3.6 5.2 L 5.6 7.4"],
  R: [4.4, "M 0 7 L 0 0 L 2.3 0 E 2.3 1.9 1.9 1.9 -90 90 L 0 3.8 M 2.3 3.8 L 4.4 7"],
  S: [4.2, "E 2.1 1.8 1.9 1.8 -25 -270 E 2.1 5.3 2.1 1.7 -90 155"],
  T: [4.8, "M 0 0 L 4.8 0 M 2.4 0 L 2.4 7"],
  U: [4.6, "M 0 0 L 0 4.7 E 2.3 4.7 2.3 2.3 180 0 L 4.6 0"],
  V: [4.8, "M 0 0 L 2.4 7 L 4.8 0"],
  W: [7, "M 0 0 L 1.75 7 L 3.5 1 L 5.25 7 L 7 0"],
  X: [4.6, "M 0 0 L 4.6 7 M 4.6 0 L 0 7"],
  Y: [4.8, "M 0 0 L 2.4 3.6 L 4.8 0 M 2.4 3.6 L 2.4 7"],
  Z: [4.4, "M 0 0 L 4.4 0 L 0 7 L 4.4 7"],
  "[": [1.4, "M 1.4 -.6 L 0 -.6 L 0 7.8 L 1.4 7.8"],
  "\\": [3, "M 0 -.4 L 3 7.6"],
  "]": [1.4, "M 0 -.6 L 1.4 -.6 L 1.4 7.8 L 0 7.8"],
  "^": [3, "M 0 2.4 L 1.5 .2 L 3 2.4"],
  _: [4, "M 0 8 L 4 8"],
  "`": [1, "M 0 0 L 1 1.2"],
  a: [4, "M 4 4.6 E 2 4.6 2 2.4 0 360 M 4 2.2 L 4 7"],
  b: [4, "M 0 0 L 0 7 M 0 4.6 E 2 4.6 2 2.4 -180 180"],
  c: [3.5, "E 2 4.6 2 2.4 -45 -315"],
  d: [4, "M 4 4.6 E 2 4.6 2 2.4 0 360 M 4 0 L 4 7"],
  e: [4, "M 0 4.6 L 4 4.6 E 2 4.6 2 2.4 0 -310"],
  f: [2.6, "M 2.6 .1 Q 1 -.3 1 1.6 L 1 7 M 0 2.4 L 2.4 2.4"],
  g: [4, "M 4 4.6 E 2 4.6 2 2.4 0 360 M 4 2.2 L 4 7 E 2 7 2 2 0 150"],
  h: [3.7, "M 0 0 L 0 7 M 0 4.2 E 1.85 4.2 1.85 2 180 360 L 3.7 7"],
  i: [0.6, "M .3 2.2 L .3 7 M .3 .2 L .3 .3"],
  j: [1.5, "M 1.2 2.2 L 1.2 7.6 E .2 7.6 1 1.4 0 110 M 1.2 .2 L 1.2 .3"],
  k: [3.6, "M 0 0 L 0 7 M 3.4 2.2 L 0 5.2 M 1.4 4 L 3.6 7"],
  l: [0.6, "M .3 0 L .3 7"],
  m: [6, "M 0 2.2 L 0 7 M 0 3.9 E 1.5 3.9 1.5 1.7 180 360 L 3 7 M 3 3.9 E 4.5 3.9 1.5 1.7 180 360 L 6 7"],
  n: [3.7, "M 0 2.2 L 0 7 M 0 4.2 E 1.85 4.2 1.85 2 180 360 L 3.7 7"],
  o: [4, "E 2 4.6 2 2.4 0 360"],
  p: [4, "M 0 2.2 L 0 9 M 0 4.6 E 2 4.6 2 2.4 -180 180"],
  q: [4, "M 4 4.6 E 2 4.6 2 2.4 0 360 M 4 2.2 L 4 9"],
  r: [2.2, "M 0 2.2 L 0 7 M 0 4.4 Q .2 2.2 2.2 2.3"],
  s: [3.2, "E 1.65 3.4 1.4 1.2 -30 -270 E 1.6 5.8 1.6 1.2 -90 155"],
  t: [2.5, "M 1 .8 L 1 5.8 Q 1 7 2.4 6.9 M 0 2.4 L 2.4 2.4"],
  u: [3.7, "M 0 2.2 L 0 5 E 1.85 5 1.85 2 180 0 M 3.7 2.2 L 3.7 7"],
  v: [3.8, "M 0 2.2 L 1.9 7 L 3.8 2.2"],
  w: [5.4, "M 0 2.2 L 1.35 7 L 2.7 2.8 L 4.05 7 L 5.4 2.2"],
  x: [3.6, "M 0 2.2 L 3.6 7 M 3.6 2.2 L 0 7"],
  y: [3.8, "M 0 2.2 L 1.9 7 M 3.8 2.2 L 1.5 8.1 Q 1.1 9 .1 8.9"],
  z: [3.5, "M 0 2.2 L 3.5 2.2 L 0 7 L 3.5 7"],
  "{": [1.8, "M 1.8 -.8 Q .8 -.8 .8 .6 L .8 2.4 Q .8 3.6 0 3.6 Q .8 3.6 .8 4.8 L .8 6.6 Q .8 8 1.8 8"],
  "|": [0.6, "M .3 -.8 L .3 8"],
  "}": [1.8, "M 0 -.8 Q 1 -.8 1 .6 L 1 2.4 Q 1 3.6 1.8 3.6 Q 1 3.6 1 4.8 L 1 6.6 Q 1 8 0 8"],
  "~": [4, "M 0 4.5 Q 1 3.1 2 3.9 Q 3 4.7 4 3.3"],
  "°": [2, "E 1 1 1 1 0 360"],
  "²": [2, "E 1 .9 1 .9 190 385 L 0 3.2 L 2 3.2"],
  µ: [3.7, "M 0 2.2 L 0 9 M 0 5 E 1.85 5 1.85 2 180 0 M 3.7 2.2 L 3.7 7"],
  "·": [0.6, "M .3 4.1 L .3 4.2"],
  "×": [3.4, "M 0 2.3 L 3.4 5.7 M 3.4 2.3 L 0 5.7"],
  "–": [3.6, "M 0 4.2 L 3.6 4.2"],
};

const SPACE_BETWEEN = 1.7;
const CAPITAL = 7;

/** The advance of a text in pixels when its capitals are `sizePx` high. A character without a glyph counts as "?". */
export function textWidthPx(text: string, sizePx: number): number {
  const units = Array.from(text).reduce(
    (sum, character) => sum + glyph(character)[0] + SPACE_BETWEEN,
    -SPACE_BETWEEN,
  );
  return Math.max(units, 0) * (sizePx / CAPITAL);
}

/** The strokes of a text whose first capital has its top left corner at (x, y). */
export function textStrokes(text: string, x: number, y: number, sizePx: number): Polyline[] {
  const scale = sizePx / CAPITAL;
  const lines: Polyline[] = [];
  let left = 0;
  for (const character of text) {
    const [width, path] = glyph(character);
    for (const line of flattened(path))
      lines.push(line.map(([px, py]) => [x + (left + px) * scale, y + py * scale]));
    left += width + SPACE_BETWEEN;
  }
  return lines;
}

const glyph = (character: string): readonly [number, string] => GLYPHS[character] ?? GLYPHS["?"];

/** A path as polylines, curves cut into short pieces. */
function flattened(path: string): [number, number][][] {
  const lines: [number, number][][] = [];
  const tokens = path.split(" ").filter(Boolean);
  const take = (): number => Number(tokens.shift());
  const add = (x: number, y: number): void => {
    if (lines.length === 0) lines.push([]);
    (lines.at(-1) as [number, number][]).push([x, y]);
  };
  while (tokens.length > 0) {
    const command = tokens.shift();
    if (command === "M") {
      lines.push([[take(), take()]]);
    } else if (command === "L") {
      add(take(), take());
    } else if (command === "Q") {
      const [x0, y0] = lines.at(-1)?.at(-1) ?? [0, 0];
      const [cx, cy, x, y] = [take(), take(), take(), take()];
      for (let t = 1 / 8; t <= 1; t += 1 / 8)
        add(
          (1 - t) ** 2 * x0 + 2 * t * (1 - t) * cx + t * t * x,
          (1 - t) ** 2 * y0 + 2 * t * (1 - t) * cy + t * t * y,
        );
    } else {
      const [cx, cy, rx, ry, from, to] = [take(), take(), take(), take(), take(), take()];
      const steps = Math.ceil(Math.abs(to - from) / 15);
      for (let n = 0; n <= steps; n++) {
        const angle = ((from + ((to - from) * n) / steps) * Math.PI) / 180;
        add(cx + rx * Math.cos(angle), cy + ry * Math.sin(angle));
      }
    }
  }
  return lines;
}
