/** A smooth function over the picture: a uniform cubic B-spline whose control points reach one interval beyond every edge. */
export interface SmoothField {
  /** Intervals across and down. */
  readonly intervals: number;
  /** (intervals + 3)² values, row by row; control point (i, j) sits at interval i − 1, j − 1. */
  readonly control: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Standard deviation of a field over that of its independent control points, averaged over places: (151/315) in two dimensions. */
export const FIELD_OVER_CONTROL = 151 / 315;

/** The field at every pixel. */
export function smoothFieldPixels(field: SmoothField): Float32Array {
  const { intervals, control, widthPx, heightPx } = field;
  const side = intervals + 3;
  const [first, weights] = taps(widthPx, intervals);
  const result = new Float32Array(widthPx * heightPx);
  const row = new Float64Array(side);
  for (let v = 0; v < heightPx; v++) {
    const [j, wy] = place(v, heightPx, intervals);
    for (let i = 0; i < side; i++)
      row[i] =
        wy[0] * control[j * side + i] +
        wy[1] * control[(j + 1) * side + i] +
        wy[2] * control[(j + 2) * side + i] +
        wy[3] * control[(j + 3) * side + i];
    for (let u = 0; u < widthPx; u++) {
      const i = first[u];
      result[v * widthPx + u] =
        weights[4 * u] * row[i] +
        weights[4 * u + 1] * row[i + 1] +
        weights[4 * u + 2] * row[i + 2] +
        weights[4 * u + 3] * row[i + 3];
    }
  }
  return result;
}

/** The field at a point, which may lie outside the picture: there it is that of the nearest edge. */
export function smoothFieldAt(field: SmoothField, x: number, y: number): number {
  const { intervals, control, widthPx, heightPx } = field;
  const side = intervals + 3;
  const [i, wx] = place(x, widthPx, intervals);
  const [j, wy] = place(y, heightPx, intervals);
  let sum = 0;
  for (let n = 0; n < 4; n++)
    for (let m = 0; m < 4; m++) sum += wy[n] * wx[m] * control[(j + n) * side + i + m];
  return sum;
}

/** First control point and the four weights at a place along an axis. */
function place(at: number, lengthPx: number, intervals: number): [number, [number, number, number, number]] {
  const position = Math.min(Math.max(((at + 0.5) / lengthPx) * intervals, 0), intervals);
  const first = Math.min(Math.floor(position), intervals - 1);
  const t = position - first;
  const r = 1 - t;
  return [
    first,
    [
      (r * r * r) / 6,
      (3 * t * t * t - 6 * t * t + 4) / 6,
      (3 * r * r * r - 6 * r * r + 4) / 6,
      (t * t * t) / 6,
    ],
  ];
}

function taps(lengthPx: number, intervals: number): [Int32Array, Float64Array] {
  const first = new Int32Array(lengthPx);
  const weights = new Float64Array(4 * lengthPx);
  for (let n = 0; n < lengthPx; n++) {
    const [start, four] = place(n, lengthPx, intervals);
    first[n] = start;
    weights.set(four, 4 * n);
  }
  return [first, weights];
}
