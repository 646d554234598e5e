import { drawsOf, type Draws } from "../../augmentation/draws.ts";
import { normalField } from "../../augmentation/random-field.ts";

/** Of the field, for knots of unit deviation: ∫ Σ wᵢ(t)² dt of uniform cubic B-splines along each of two axes is 151/315. */
const DEVIATION = 151 / 315;

/**
 * A factor that changes smoothly over the picture within a range: cubic B-splines on a grid of normal numbers, whose middle and spread in
 * the logarithm are those of the range (its ends at two standard deviations, and cut there).
 */
export function smoothFactor(
  picture: { readonly widthPx: number; readonly heightPx: number; readonly pitchMm: number },
  { factor: [low, high], widthMm }: { factor: readonly [number, number]; widthMm: number },
  draws: Draws,
): Float32Array {
  const { widthPx, heightPx, pitchMm } = picture;
  const spacing = Math.max(widthMm / pitchMm, 2);
  const columns = splineTaps(widthPx, spacing);
  const rows = splineTaps(heightPx, spacing);
  const knots = normalField(drawsOf(draws.key, "knots").key, columns.knots * rows.knots);
  const middle = (Math.log(low) + Math.log(high)) / 2;
  const reach = (Math.log(high) - Math.log(low)) / 2;
  const across = new Float64Array(rows.knots * widthPx);
  for (let j = 0; j < rows.knots; j++)
    for (let u = 0; u < widthPx; u++) {
      let sum = 0;
      for (let i = 0; i < 4; i++)
        sum += columns.weights[4 * u + i] * knots[j * columns.knots + columns.first[u] + i];
      across[j * widthPx + u] = sum;
    }
  const result = new Float32Array(widthPx * heightPx);
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      let sum = 0;
      for (let j = 0; j < 4; j++) sum += rows.weights[4 * v + j] * across[(rows.first[v] + j) * widthPx + u];
      const place = Math.min(Math.max(sum / (2 * DEVIATION), -1), 1);
      result[v * widthPx + u] = Math.exp(middle + reach * place);
    }
  return result;
}

/** Uniform cubic B-splines at every pixel of an axis. */
function splineTaps(length: number, spacing: number) {
  const first = new Int32Array(length);
  const weights = new Float64Array(4 * length);
  for (let n = 0; n < length; n++) {
    const place = n / spacing;
    first[n] = Math.floor(place);
    const t = place - first[n];
    const s = 1 - t;
    weights[4 * n] = (s * s * s) / 6;
    weights[4 * n + 1] = 2 / 3 - t * t + (t * t * t) / 2;
    weights[4 * n + 2] = 2 / 3 - s * s + (s * s * s) / 2;
    weights[4 * n + 3] = (t * t * t) / 6;
  }
  return { first, weights, knots: first[length - 1] + 4 };
}
