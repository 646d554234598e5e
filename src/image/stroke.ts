import { blend, type Canvas, type Colour } from "./canvas.ts";

/** Points joined by straight lines, x and y in pixels. */
export type Polyline = readonly (readonly [number, number])[];

export interface StrokeStyle {
  readonly colour: Colour;
  readonly widthPx: number;
  readonly opacity?: number;
  /** A darker rim, so that light lines stay legible on bright bone. */
  readonly halo?: { readonly widthPx: number; readonly opacity: number };
}

const HALO: Colour = [8, 10, 12];

/** Draws lines with round ends and smooth edges; where lines cross, nothing is painted twice. */
export function stroke(canvas: Canvas, lines: readonly Polyline[], style: StrokeStyle): void {
  const points = lines.flat();
  if (points.length === 0) return;
  const radius = style.widthPx / 2;
  const reach = Math.ceil(radius + (style.halo?.widthPx ?? 0) + 1);
  const [left, top] = [0, 1].map((axis) => Math.floor(Math.min(...points.map((p) => p[axis]))) - reach);
  const [right, bottom] = [0, 1].map((axis) => Math.ceil(Math.max(...points.map((p) => p[axis]))) + reach);
  const width = right - left + 1;
  const distance = new Float32Array(width * (bottom - top + 1)).fill(reach);
  for (const line of lines)
    for (let n = 0; n < line.length; n++) {
      const [from, to] = [line[Math.max(n - 1, 0)], line[n]];
      if (n === 0 && line.length > 1) continue;
      const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
      const lengthSquared = dx * dx + dy * dy;
      const last = [Math.ceil(Math.max(from[0], to[0])) + reach, Math.ceil(Math.max(from[1], to[1])) + reach];
      for (let v = Math.floor(Math.min(from[1], to[1])) - reach; v <= last[1]; v++)
        for (let u = Math.floor(Math.min(from[0], to[0])) - reach; u <= last[0]; u++) {
          const [px, py] = [u - from[0], v - from[1]];
          const along = lengthSquared > 0 ? Math.min(Math.max((px * dx + py * dy) / lengthSquared, 0), 1) : 0;
          const away = Math.hypot(px - along * dx, py - along * dy);
          const at = (v - top) * width + u - left;
          if (away < distance[at]) distance[at] = away;
        }
    }
  const coverage = (away: number, r: number): number => Math.min(Math.max(r + 0.5 - away, 0), 1);
  for (let n = 0; n < distance.length; n++) {
    const [u, v] = [left + (n % width), top + Math.floor(n / width)];
    if (style.halo) {
      // The rim fades out over its width.
      const fade = (radius + style.halo.widthPx - distance[n]) / style.halo.widthPx;
      blend(canvas, u, v, HALO, style.halo.opacity * Math.min(Math.max(fade, 0) * 1.5, 1));
    }
    blend(canvas, u, v, style.colour, (style.opacity ?? 1) * coverage(distance[n], radius));
  }
}

/** A circle as a line. */
export function circle(x: number, y: number, radius: number): Polyline {
  const count = Math.max(12, Math.ceil(4 * radius));
  return Array.from({ length: count + 1 }, (_, n) => {
    const angle = (2 * Math.PI * n) / count;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}
