/**
 * The place of a peak between pixels: on each axis the vertex of the parabola through the logarithms of the highest pixel and its two neighbours,
 * which is exact for a Gaussian; through the values themselves where one of them is not positive.
 *
 *   x = u + (l₋ − l₊) / 2(l₋ − 2l₀ + l₊)
 *
 * At the edge, and where a neighbour is higher (the best pixel of a structure need not be a peak), the pixel stays where it is.
 */
export function refinedPeak(
  plane: { readonly widthPx: number; readonly heightPx: number; readonly values: ArrayLike<number> },
  [u, v]: readonly [number, number],
): [number, number] {
  const { widthPx, heightPx, values } = plane;
  const at = v * widthPx + u;
  const across = u > 0 && u < widthPx - 1 ? vertex(values[at - 1], values[at], values[at + 1]) : 0;
  const down = v > 0 && v < heightPx - 1 ? vertex(values[at - widthPx], values[at], values[at + widthPx]) : 0;
  return [u + across, v + down];
}

function vertex(before: number, middle: number, after: number): number {
  if (before > middle || after > middle) return 0;
  const [a, b, c] =
    Math.min(before, after) > 0 ? [before, middle, after].map(Math.log) : [before, middle, after];
  const bend = a - 2 * b + c;
  return bend < 0 ? (a - c) / (2 * bend) : 0;
}
