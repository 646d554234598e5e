import { blend, type Canvas, type Colour } from "./canvas.ts";
import { resamplingTaps } from "./resize-picture.ts";

/** A mask on its own grid of pixels, 0 for background. */
export interface Mask {
  readonly values: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A mask as a smooth field on a part of the canvas: 0 outside, 1 inside, 0.5 on its outline. */
export interface SoftMask {
  readonly left: number;
  readonly top: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly coverage: Float32Array;
  /** Width of the edge: coverage is the normal distribution of the distance in canvas pixels over this. */
  readonly sigmaPx: number;
}

const OUTLINE_HALO: Colour = [8, 10, 12];

/**
 * Resamples a mask to the size of a canvas and smooths it by a Gaussian of `sigmaPx`, only where it has pixels.
 * Undefined for an empty mask.
 */
export function softMask(mask: Mask, canvas: Canvas, sigmaPx: number): SoftMask | undefined {
  const across = boundsAlong(mask, "u");
  const down = boundsAlong(mask, "v");
  if (!across || !down) return undefined;
  const enlargement = canvas.widthPx / mask.widthPx;
  const sigma = Math.max(sigmaPx, 0.6 * enlargement);
  const margin = Math.ceil(3 * sigma + enlargement);
  const span = ([first, last]: [number, number], scale: number, size: number): [number, number] => [
    Math.max(Math.floor(first * scale) - margin, 0),
    Math.min(Math.ceil((last + 1) * scale) + margin, size),
  ];
  const [left, right] = span(across, enlargement, canvas.widthPx);
  const [top, bottom] = span(down, canvas.heightPx / mask.heightPx, canvas.heightPx);
  const [widthPx, heightPx] = [right - left, bottom - top];
  const columns = resamplingTaps(mask.widthPx, canvas.widthPx);
  const rows = resamplingTaps(mask.heightPx, canvas.heightPx);
  const firstRow = rows.first[top];
  const rowCount = rows.first[bottom - 1] + rows.count[bottom - 1] - firstRow;
  const narrow = new Float32Array(widthPx * rowCount);
  for (let v = 0; v < rowCount; v++)
    for (let u = 0; u < widthPx; u++) {
      const column = left + u;
      const start = (firstRow + v) * mask.widthPx + columns.first[column];
      let sum = 0;
      for (let m = 0; m < columns.count[column]; m++)
        if (mask.values[start + m] !== 0) sum += columns.weights[column * columns.widest + m];
      narrow[v * widthPx + u] = sum;
    }
  const coverage = new Float32Array(widthPx * heightPx);
  for (let v = 0; v < heightPx; v++) {
    const row = top + v;
    for (let m = 0; m < rows.count[row]; m++) {
      const weight = rows.weights[row * rows.widest + m];
      const from = (rows.first[row] + m - firstRow) * widthPx;
      for (let u = 0; u < widthPx; u++) coverage[v * widthPx + u] += weight * narrow[from + u];
    }
  }
  blur(coverage, widthPx, heightPx, sigma);
  return { left, top, widthPx, heightPx, coverage, sigmaPx: sigma };
}

/** A light tint over the inside of a mask, with a smooth edge. */
export function tintMask(canvas: Canvas, soft: SoftMask, colour: Colour, opacity: number): void {
  forEach(soft, (u, v, coverage) => {
    blend(
      canvas,
      u,
      v,
      colour,
      opacity * Math.min(Math.max((coverage - 0.5) * 2 * soft.sigmaPx + 0.5, 0), 1),
    );
  });
}

/** The outline of a mask as a smooth line with a dark rim. */
export function outlineMask(canvas: Canvas, soft: SoftMask, colour: Colour, lineWidthPx: number): void {
  const half = lineWidthPx / 2;
  forEach(soft, (u, v, coverage) => {
    if (coverage <= 0.001 || coverage >= 0.999) return;
    // The inverse of the logistic approximation of the normal distribution: distance from the outline in pixels.
    const distance = Math.abs((soft.sigmaPx / 1.702) * Math.log(coverage / (1 - coverage)));
    blend(canvas, u, v, OUTLINE_HALO, 0.45 * Math.min(Math.max(half + 1.5 - distance, 0), 1));
    blend(canvas, u, v, colour, 0.95 * Math.min(Math.max(half + 0.5 - distance, 0), 1));
  });
}

function forEach(soft: SoftMask, visit: (u: number, v: number, coverage: number) => void): void {
  for (let v = 0; v < soft.heightPx; v++)
    for (let u = 0; u < soft.widthPx; u++)
      visit(soft.left + u, soft.top + v, soft.coverage[v * soft.widthPx + u]);
}

/** First and last column or row with a pixel of the mask. */
function boundsAlong({ values, widthPx }: Mask, axis: "u" | "v"): [number, number] | undefined {
  let [first, last] = [Number.POSITIVE_INFINITY, -1];
  for (let n = 0; n < values.length; n++) {
    if (values[n] === 0) continue;
    const at = axis === "u" ? n % widthPx : Math.floor(n / widthPx);
    if (at < first) first = at;
    if (at > last) last = at;
  }
  return last < 0 ? undefined : [first, last];
}

/** Gaussian blur in place; beyond its rectangle the plane continues as at the edge. */
function blur(plane: Float32Array, widthPx: number, heightPx: number, sigma: number): void {
  const reach = Math.ceil(3 * sigma);
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, n) =>
    Math.exp(-((n - reach) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const line = new Float32Array(Math.max(widthPx, heightPx) + 2 * reach);
  const smooth = (start: number, step: number, length: number): void => {
    for (let n = 0; n < length + 2 * reach; n++)
      line[n] = plane[start + Math.min(Math.max(n - reach, 0), length - 1) * step];
    for (let n = 0; n < length; n++) {
      let total = 0;
      for (let m = 0; m <= 2 * reach; m++) total += weights[m] * line[n + m];
      plane[start + n * step] = total / sum;
    }
  };
  for (let v = 0; v < heightPx; v++) smooth(v * widthPx, 1, widthPx);
  for (let u = 0; u < widthPx; u++) smooth(u, widthPx, heightPx);
}
