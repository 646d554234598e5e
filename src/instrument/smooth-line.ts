import { norm, subtract, type Vector3 } from "../geometry/vector.ts";

const MOST_PIECES = 200;

/**
 * A smooth line through its points: uniform Catmull–Rom, cut into straight pieces of about `pieceMm`. Only + − × ÷ and square
 * roots, so that a recorded line gives the same bytes on every machine.
 *
 *   2 p(t) = 2 p₁ + (p₂ − p₀) t + (2p₀ − 5p₁ + 4p₂ − p₃) t² + (3p₁ − p₀ − 3p₂ + p₃) t³
 *
 * At the ends the missing neighbour is the end point mirrored: p₀ = 2p₁ − p₂.
 */
export function smoothLine(points: readonly Vector3[], pieceMm: number): Vector3[] {
  if (points.length < 3) return [...points];
  const at = (n: number): Vector3 => {
    if (n < 0) return mirrored(points[0], points[1]);
    if (n >= points.length) return mirrored(points[points.length - 1], points[points.length - 2]);
    return points[n];
  };
  const line: Vector3[] = [points[0]];
  for (let n = 0; n + 1 < points.length; n++) {
    const [p0, p1, p2, p3] = [at(n - 1), at(n), at(n + 1), at(n + 2)];
    const pieces = Math.min(Math.max(1, Math.ceil(norm(subtract(p2, p1)) / pieceMm)), MOST_PIECES);
    for (let piece = 1; piece <= pieces; piece++) {
      const t = piece / pieces;
      const along = (axis: 0 | 1 | 2): number =>
        p1[axis] +
        0.5 *
          t *
          (p2[axis] -
            p0[axis] +
            t *
              (2 * p0[axis] -
                5 * p1[axis] +
                4 * p2[axis] -
                p3[axis] +
                t * (3 * (p1[axis] - p2[axis]) - p0[axis] + p3[axis])));
      line.push([along(0), along(1), along(2)]);
    }
  }
  return line;
}

const mirrored = (end: Vector3, next: Vector3): Vector3 => [
  2 * end[0] - next[0],
  2 * end[1] - next[1],
  2 * end[2] - next[2],
];
