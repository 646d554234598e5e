import { idealHeatMap } from "./ideal-heat-map.ts";

/** A square of a heat-map about a pixel, to be compared with the ideal heat-map of σ = `sigmaPx`. */
export interface CorrelationWindow {
  /** Side, `windowSidePx(sigmaPx)` in the published code. An even window reaches one pixel less to the right and below. */
  readonly sidePx: number;
  readonly sigmaPx: number;
}

/** Ten σ, whole pixels: 25, 50 and 66 pixels for the three published sizes of the hip, 71 for the tool. */
export const windowSidePx = (sigmaPx: number): number => Math.max(3, Math.floor(10 * sigmaPx + 1e-9));

/**
 * Normalised cross-correlation of the heat-map about pixel (u, v) with the ideal heat-map of a landmark there:
 *
 *   Σ (h − h̄)(g − ḡ) / √(Σ (h − h̄)² · Σ (g − ḡ)²)
 *
 * Beyond the edge the heat-map is mirrored without repeating the edge itself. A flat heat-map correlates with nothing: 0.
 * Neither scale nor offset of the heat-map matters.
 *
 * @param published divides by N · sd · sd with sample deviations, as the published code does: (N − 1)/N of the above
 */
export function windowCorrelation(
  plane: { readonly widthPx: number; readonly heightPx: number; readonly values: ArrayLike<number> },
  [u, v]: readonly [number, number],
  window: CorrelationWindow,
  published = false,
): number {
  const { sidePx, sigmaPx } = window;
  const before = Math.floor(sidePx / 2);
  const ideal = idealHeatMap({ widthPx: sidePx, heightPx: sidePx }, { x: before, y: before }, sigmaPx);
  const columns = Array.from({ length: sidePx }, (_, n) => mirrored(u - before + n, plane.widthPx));
  const cut = new Float64Array(sidePx * sidePx);
  for (let y = 0; y < sidePx; y++) {
    const row = mirrored(v - before + y, plane.heightPx) * plane.widthPx;
    for (let x = 0; x < sidePx; x++) cut[y * sidePx + x] = plane.values[row + columns[x]];
  }
  const count = cut.length;
  return correlation(cut, ideal) * (published ? (count - 1) / count : 1);
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [meanA, meanB] = [0, 0];
  for (let n = 0; n < a.length; n++) {
    meanA += a[n] / a.length;
    meanB += b[n] / a.length;
  }
  let [product, squareA, squareB] = [0, 0, 0];
  for (let n = 0; n < a.length; n++) {
    product += (a[n] - meanA) * (b[n] - meanB);
    squareA += (a[n] - meanA) ** 2;
    squareB += (b[n] - meanB) ** 2;
  }
  // A flat window leaves rounding only.
  const isFlat = squareA <= a.length * (1e-12 * meanA) ** 2;
  return isFlat || squareB === 0 ? 0 : product / Math.sqrt(squareA * squareB);
}

/** The index inside 0 to length − 1 that stands for one outside: … 2 1 | 0 1 2 … as NumPy's "reflect". */
function mirrored(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((index % period) + period) % period;
  return within < length ? within : period - within;
}
