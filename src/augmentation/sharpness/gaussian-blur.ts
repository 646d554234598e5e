import type { LabelledImage } from "../labelled-image.ts";
import { reflectedIndex } from "../reflected-index.ts";

/** Above this, three box filters stand for the Gaussian: their cost does not grow with it. */
const LARGEST_SUMMED_PX = 2.5;

/** Convolution with a Gaussian; beyond its edge the picture is mirrored. */
export function withGaussianBlur(image: LabelledImage, sigmaPx: number): LabelledImage {
  const { pixels, widthPx, heightPx } = image;
  return sigmaPx > 0 ? { ...image, pixels: gaussianBlurred(pixels, widthPx, heightPx, sigmaPx) } : image;
}

/** Values of a picture, row by row, convolved with a Gaussian (three boxes of the same variance above a sigma of 2.5 pixels). */
export function gaussianBlurred(
  pixels: Float32Array,
  widthPx: number,
  heightPx: number,
  sigmaPx: number,
): Float32Array {
  if (sigmaPx <= LARGEST_SUMMED_PX) {
    const kernel = gaussianKernel(sigmaPx);
    return filteredDown(filteredAcross(pixels, widthPx, heightPx, kernel), widthPx, heightPx, kernel);
  }
  let result = pixels;
  for (let pass = 0; pass < 3; pass++) {
    const radius = boxRadius(sigmaPx);
    result = boxDown(boxAcross(result, widthPx, heightPx, radius), widthPx, heightPx, radius);
  }
  return result;
}

/** Weights of sum 1, reaching 3.5 sigma. */
function gaussianKernel(sigmaPx: number): Float64Array {
  const reach = Math.max(1, Math.ceil(3.5 * sigmaPx));
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, n) =>
    Math.exp(-((n - reach) ** 2) / (2 * Math.max(sigmaPx, 1e-3) ** 2)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return kernel.map((weight) => weight / sum);
}

/** Convolution of every row with a kernel of odd length, the picture mirrored beyond its edge. */
export function filteredAcross(
  pixels: Float32Array,
  widthPx: number,
  heightPx: number,
  kernel: Float64Array,
): Float32Array {
  const reach = (kernel.length - 1) / 2;
  const line = new Float32Array(widthPx + 2 * reach);
  const result = new Float32Array(pixels.length);
  for (let v = 0; v < heightPx; v++) {
    const start = v * widthPx;
    fillLine(line, pixels, start, widthPx, reach);
    for (let u = 0; u < widthPx; u++) {
      let sum = 0;
      for (let m = 0; m < kernel.length; m++) sum += kernel[m] * line[u + m];
      result[start + u] = sum;
    }
  }
  return result;
}

/** Convolution of every column. */
export function filteredDown(
  pixels: Float32Array,
  widthPx: number,
  heightPx: number,
  kernel: Float64Array,
): Float32Array {
  const reach = (kernel.length - 1) / 2;
  const result = new Float32Array(pixels.length);
  for (let v = 0; v < heightPx; v++) {
    const to = v * widthPx;
    for (let m = 0; m < kernel.length; m++) {
      const from = reflectedIndex(v + m - reach, heightPx) * widthPx;
      const weight = kernel[m];
      for (let u = 0; u < widthPx; u++) result[to + u] += weight * pixels[from + u];
    }
  }
  return result;
}

/**
 * Half width of a box whose outermost pixels count in part, so that its variance is σ²/3 and that of three boxes σ²: with w whole pixels and a
 * share p of one more on either side, (w(w + 1)(2w + 1)/3 + 2p(w + 1)²) / (2w + 1 + 2p) = σ²/3.
 */
function boxRadius(sigmaPx: number): number {
  const variance = sigmaPx ** 2 / 3;
  const whole = Math.floor((Math.sqrt(1 + 12 * variance) - 1) / 2);
  const missing = variance * (2 * whole + 1) - (whole * (whole + 1) * (2 * whole + 1)) / 3;
  return whole + missing / (2 * ((whole + 1) ** 2 - variance));
}

/** Means over [u − r, u + r], the outermost pixels counted in part, by running sums. */
function boxAcross(pixels: Float32Array, widthPx: number, heightPx: number, radius: number): Float32Array {
  const whole = Math.floor(radius);
  const part = radius - whole;
  const reach = whole + 1;
  const line = new Float32Array(widthPx + 2 * reach);
  const result = new Float32Array(pixels.length);
  const total = 2 * radius + 1;
  for (let v = 0; v < heightPx; v++) {
    const start = v * widthPx;
    fillLine(line, pixels, start, widthPx, reach);
    let sum = 0;
    for (let n = 1; n <= 2 * whole + 1; n++) sum += line[n];
    for (let u = 0; u < widthPx; u++) {
      result[start + u] = (sum + part * (line[u] + line[u + 2 * reach])) / total;
      sum += line[u + 2 * reach] - line[u + 1];
    }
  }
  return result;
}

function boxDown(pixels: Float32Array, widthPx: number, heightPx: number, radius: number): Float32Array {
  const whole = Math.floor(radius);
  const part = radius - whole;
  const total = 2 * radius + 1;
  const row = (v: number): number => reflectedIndex(v, heightPx) * widthPx;
  const sums = new Float64Array(widthPx);
  for (let v = -whole; v <= whole; v++)
    for (let u = 0, at = row(v); u < widthPx; u++) sums[u] += pixels[at + u];
  const result = new Float32Array(pixels.length);
  for (let v = 0; v < heightPx; v++) {
    const [above, below, first] = [row(v - whole - 1), row(v + whole + 1), row(v - whole)];
    const to = v * widthPx;
    for (let u = 0; u < widthPx; u++) {
      const next = pixels[below + u];
      result[to + u] = (sums[u] + part * (pixels[above + u] + next)) / total;
      sums[u] += next - pixels[first + u];
    }
  }
  return result;
}

/** A row with its mirror images on both sides. */
function fillLine(
  line: Float32Array,
  pixels: Float32Array,
  start: number,
  widthPx: number,
  reach: number,
): void {
  line.set(pixels.subarray(start, start + widthPx), reach);
  for (let n = 1; n <= reach; n++) {
    line[reach - n] = pixels[start + reflectedIndex(-n, widthPx)];
    line[reach + widthPx - 1 + n] = pixels[start + reflectedIndex(widthPx - 1 + n, widthPx)];
  }
}
