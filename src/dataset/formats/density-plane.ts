import { floatFromHalf, halfFromFloat } from "./half-float.ts";

/**
 * How the g/cm² of one material become 16-bit codes.
 *
 * - `scaled`: code · scale, with scale = peak / levels. Error at most half a step everywhere: 7.7e-6 of the material's peak with
 *   65535 levels. An error δ of an area density changes the transmission by the fraction (μ/ρ) · δ whatever the
 *   density is, so equal steps are what a radiograph needs.
 * - `half`: binary16. Error at most 2⁻¹¹ = 4.9e-4 of the value itself: exact where matter is thin, 64 times coarser than
 *   `scaled` at the peak, and nearly half the size on disk.
 */
export type DensityEncoding =
  | { readonly kind: "scaled"; readonly scaleGPerCm2: number }
  | { readonly kind: "half" };

/** What a writer may choose. */
export type DensityPrecision =
  | { readonly kind: "scaled" /** 1 to 65535 */; readonly levels: number }
  | { readonly kind: "half" };

export const finestPrecision: DensityPrecision = { kind: "scaled", levels: 65535 };

export function quantisePlane(
  gPerCm2: Float32Array,
  precision: DensityPrecision,
): { encoding: DensityEncoding; codes: Uint16Array } {
  let peak = 0;
  for (let n = 0; n < gPerCm2.length; n++) {
    const value = gPerCm2[n];
    if (!(value >= 0 && value < 65520))
      throw new RangeError(`an area density is from 0 to 65519 g/cm², got ${value}`);
    if (value > peak) peak = value;
  }
  if (precision.kind === "half") return { encoding: precision, codes: halfFromFloat(gPerCm2) };
  const { levels } = precision;
  if (!Number.isInteger(levels) || levels < 1 || levels > 65535)
    throw new RangeError(`a plane has 1 to 65535 levels, got ${levels}`);
  const scaleGPerCm2 = peak / levels;
  const codes = new Uint16Array(gPerCm2.length);
  // A peak so small that its step would underflow counts as nothing.
  if (scaleGPerCm2 > 0)
    for (let n = 0; n < codes.length; n++) codes[n] = Math.min(Math.round(gPerCm2[n] / scaleGPerCm2), levels);
  return { encoding: { kind: "scaled", scaleGPerCm2 }, codes };
}

/** Writes the densities into `gPerCm2`. */
export function densityOfCodes(
  codes: Uint16Array,
  encoding: DensityEncoding,
  gPerCm2: Float32Array = new Float32Array(codes.length),
): Float32Array {
  if (encoding.kind === "half") gPerCm2.set(floatFromHalf(codes));
  else for (let n = 0; n < codes.length; n++) gPerCm2[n] = codes[n] * encoding.scaleGPerCm2;
  return gPerCm2;
}

/**
 * Codes made ready for deflate: each as what it differs from left + up − upper left (exact where the picture is a plane), the sign
 * in the lowest bit, all high bytes before all low bytes. On pelvis radiographs that is 0.59 of the size that deflate makes of
 * plain codes, and faster.
 */
export function predictedBytes(codes: Uint16Array, widthPx: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * codes.length);
  const count = codes.length;
  for (let row = 0; row < count; row += widthPx) {
    let [left, upperLeft] = [0, 0];
    for (let n = row; n < row + widthPx; n++) {
      const up = row > 0 ? codes[n - widthPx] : 0;
      const difference = ((codes[n] - left - up + upperLeft) << 16) >> 16;
      const folded = (difference << 1) ^ (difference >> 15);
      bytes[n] = folded >> 8;
      bytes[count + n] = folded;
      left = codes[n];
      upperLeft = up;
    }
  }
  return bytes;
}

/** Undoes `predictedBytes`. Writes into `codes`, of which it uses no more than it needs. */
export function codesFromPrediction(
  bytes: Uint8Array,
  widthPx: number,
  codes: Uint16Array = new Uint16Array(bytes.length / 2),
): Uint16Array {
  const count = bytes.length / 2;
  for (let row = 0; row < count; row += widthPx) {
    let [left, upperLeft] = [0, 0];
    for (let n = row; n < row + widthPx; n++) {
      const up = row > 0 ? codes[n - widthPx] : 0;
      const folded = (bytes[n] << 8) | bytes[count + n];
      codes[n] = ((folded >>> 1) ^ -(folded & 1)) + left + up - upperLeft;
      left = codes[n];
      upperLeft = up;
    }
  }
  return codes;
}

/** Densities averaged over squares of `factor` pixels a side, which must divide both sides of the picture. Written into `gPerCm2`. */
export function averagedDensity(
  codes: Uint16Array,
  encoding: DensityEncoding,
  { widthPx, factor }: { widthPx: number; factor: number },
  gPerCm2: Float32Array,
): void {
  const values = encoding.kind === "half" ? floatFromHalf(codes) : codes;
  const scale = (encoding.kind === "half" ? 1 : encoding.scaleGPerCm2) / factor ** 2;
  const width = widthPx / factor;
  gPerCm2.fill(0);
  for (let at = 0, row = 0; at < codes.length; row++) {
    const to = Math.floor(row / factor) * width;
    for (let n = to; n < to + width; n++) {
      let sum = 0;
      for (const end = at + factor; at < end; at++) sum += values[at];
      gPerCm2[n] += sum * scale;
    }
  }
}
