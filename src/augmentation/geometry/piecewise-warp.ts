import type { Draws } from "../draws.ts";
import type { ImagePoint } from "../labelled-image.ts";
import { normalField } from "../random-field.ts";
import type { PictureSize } from "../transform.ts";
import type { Displacement } from "./displacement.ts";

/** Furthest that a node goes, in standard deviations: keeps triangles from folding. */
const FURTHEST = 2;

/**
 * A random displacement that is affine on each triangle: the nodes of a regular grid over the picture move by normal numbers of
 * `sdPx`, and every cell is cut along its falling diagonal.
 *
 * @param options.nodes of the grid along each side, at least 2
 */
export function piecewiseWarp(
  { widthPx, heightPx }: PictureSize,
  options: { nodes: number; sdPx: number },
  draws: Draws,
): Displacement {
  const { nodes, sdPx } = options;
  const moves = normalField(draws.key, 2 * nodes * nodes).map(
    (value) => Math.min(Math.max(value, -FURTHEST), FURTHEST) * sdPx,
  );
  const along = (at: number, lengthPx: number): number =>
    Math.min(Math.max((at / Math.max(lengthPx - 1, 1)) * (nodes - 1), 0), nodes - 1);
  const at = (x: number, y: number): ImagePoint => {
    const [s, t] = [along(x, widthPx), along(y, heightPx)];
    const [i, j] = [Math.min(Math.floor(s), nodes - 2), Math.min(Math.floor(t), nodes - 2)];
    const [a, b] = [s - i, t - j];
    const node = 2 * (j * nodes + i);
    const below = node + 2 * nodes;
    // Barycentric weights of the corners; of the two corners off the diagonal one has none.
    const [start, end] = [1 - Math.max(a, b), Math.min(a, b)];
    const [right, low] = [Math.max(a - b, 0), Math.max(b - a, 0)];
    const component = (c: 0 | 1): number =>
      start * moves[node + c] +
      right * moves[node + 2 + c] +
      low * moves[below + c] +
      end * moves[below + 2 + c];
    return { x: component(0), y: component(1) };
  };
  const [x, y] = [new Float32Array(widthPx * heightPx), new Float32Array(widthPx * heightPx)];
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const move = at(u, v);
      x[v * widthPx + u] = move.x;
      y[v * widthPx + u] = move.y;
    }
  return { x, y, at };
}
