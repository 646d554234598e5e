import type { LabelledImage } from "../labelled-image.ts";
import { mapPixels } from "../with-pixels.ts";

/** Values of a curve at 0, 1/n, … 1. */
export type ToneCurve = Float64Array;

/**
 * A rising curve from (0, 0) to (1, 1) through equally spaced knots whose heights grow in proportion to `rises`: a look-up
 * table as units have for their organs.
 */
export function toneCurve(rises: readonly number[]): ToneCurve {
  const sum = rises.reduce((total, rise) => total + rise, 0);
  const curve = new Float64Array(rises.length + 1);
  for (let n = 0; n < rises.length; n++) curve[n + 1] = curve[n] + rises[n] / sum;
  return curve;
}

/**
 * The picture, with values from 0 to 1, through a curve: a monotone cubic between knots (slopes are harmonic means of the secants
 * beside them: Fritsch and Butland 1984), and beyond 0 and 1 a straight line.
 */
export function withToneCurve(image: LabelledImage, curve: ToneCurve): LabelledImage {
  const count = curve.length - 1;
  const secant = (n: number): number => (curve[n + 1] - curve[n]) * count;
  const slopes = Float64Array.from(curve, (_, n) => {
    if (n === 0) return secant(0);
    if (n === count) return secant(count - 1);
    const [before, after] = [secant(n - 1), secant(n)];
    return before * after > 0 ? (2 * before * after) / (before + after) : 0;
  });
  return mapPixels(image, (v) => {
    if (v <= 0) return curve[0] + slopes[0] * v;
    if (v >= 1) return curve[count] + slopes[count] * (v - 1);
    const n = Math.min(Math.floor(v * count), count - 1);
    const t = v * count - n;
    const r = 1 - t;
    return (
      curve[n] * (1 + 2 * t) * r * r +
      curve[n + 1] * (1 + 2 * r) * t * t +
      ((slopes[n] * r - slopes[n + 1] * t) * t * r) / count
    );
  });
}
