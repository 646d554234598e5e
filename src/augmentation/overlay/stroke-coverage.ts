import type { Polyline } from "../../image/stroke.ts";

/** How much of each pixel lines cover, 0 to 1, on the part of the picture that they touch. */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly values: Float32Array;
}

/** Lines with round ends and an edge one pixel wide; where they cross, nothing counts twice. */
export function strokeCoverage(
  size: { widthPx: number; heightPx: number },
  lines: readonly Polyline[],
  radiusPx: number,
): Coverage {
  const reach = Math.ceil(radiusPx + 1);
  const bounds = { left: size.widthPx, top: size.heightPx, right: -1, bottom: -1 };
  for (const line of lines)
    for (const [x, y] of line) {
      bounds.left = Math.min(bounds.left, Math.floor(x) - reach);
      bounds.top = Math.min(bounds.top, Math.floor(y) - reach);
      bounds.right = Math.max(bounds.right, Math.ceil(x) + reach);
      bounds.bottom = Math.max(bounds.bottom, Math.ceil(y) + reach);
    }
  const [left, top] = [Math.max(bounds.left, 0), Math.max(bounds.top, 0)];
  const widthPx = Math.max(Math.min(bounds.right, size.widthPx - 1) - left + 1, 0);
  const heightPx = Math.max(Math.min(bounds.bottom, size.heightPx - 1) - top + 1, 0);
  const values = new Float32Array(widthPx * heightPx);
  if (values.length === 0) return { left, top, widthPx, heightPx, values };
  for (const line of lines)
    for (let n = line.length === 1 ? 0 : 1; n < line.length; n++) {
      const [x0, y0] = line[Math.max(n - 1, 0)];
      const [dx, dy] = [line[n][0] - x0, line[n][1] - y0];
      const lengthSquared = dx * dx + dy * dy;
      const firstColumn = Math.max(Math.floor(Math.min(x0, x0 + dx)) - reach - left, 0);
      const lastColumn = Math.min(Math.ceil(Math.max(x0, x0 + dx)) + reach - left, widthPx - 1);
      const firstRow = Math.max(Math.floor(Math.min(y0, y0 + dy)) - reach - top, 0);
      const lastRow = Math.min(Math.ceil(Math.max(y0, y0 + dy)) + reach - top, heightPx - 1);
      for (let v = firstRow; v <= lastRow; v++)
        for (let u = firstColumn; u <= lastColumn; u++) {
          const [px, py] = [u + left - x0, v + top - y0];
          const along = lengthSquared > 0 ? Math.min(Math.max((px * dx + py * dy) / lengthSquared, 0), 1) : 0;
          const [ax, ay] = [px - along * dx, py - along * dy];
          const cover = radiusPx + 0.5 - Math.sqrt(ax * ax + ay * ay);
          const at = v * widthPx + u;
          if (cover > values[at]) values[at] = Math.min(cover, 1);
        }
    }
  return { left, top, widthPx, heightPx, values };
}

/** Pixels moved towards a value (`paint`) or by an amount (`add`) as far as they are covered; changes the array. */
export function applyCoverage(
  pixels: Float32Array,
  widthPx: number,
  coverage: Coverage,
  what: { paint: number; opacity: number } | { add: number },
): void {
  for (let v = 0; v < coverage.heightPx; v++)
    for (let u = 0; u < coverage.widthPx; u++) {
      const cover = coverage.values[v * coverage.widthPx + u];
      if (cover === 0) continue;
      const at = (v + coverage.top) * widthPx + u + coverage.left;
      pixels[at] += "add" in what ? what.add * cover : what.opacity * cover * (what.paint - pixels[at]);
    }
}
