import type { Triangle } from "./triangle-pair.ts";
import { type TriangleMesh, vertexAt } from "./triangle-mesh.ts";

/** Boxes around triangles, halved until a few are left: finds those that come near a box. */
export interface TriangleTree {
  /** Calls `visit` with the number of every triangle whose box meets low … high; stops where it returns true, and then returns true. */
  readonly near: (low: ArrayLike<number>, high: ArrayLike<number>, visit: (n: number) => boolean) => boolean;
  /** x, y, z of the least and the largest corner of triangle n at 6 n. */
  readonly boxes: Float64Array;
}

const LEAF = 6;

export const triangleAt = (mesh: TriangleMesh, n: number): Triangle => [
  vertexAt(mesh, mesh.triangles[3 * n]),
  vertexAt(mesh, mesh.triangles[3 * n + 1]),
  vertexAt(mesh, mesh.triangles[3 * n + 2]),
];

/** @param chosen numbers of the triangles that are in the tree; default all */
export function triangleTree({ vertices: p, triangles }: TriangleMesh, chosen?: Uint32Array): TriangleTree {
  const count = triangles.length / 3;
  const boxes = new Float64Array(6 * count);
  for (let n = 0; n < count; n++)
    for (let axis = 0; axis < 3; axis++) {
      const [a, b, c] = [0, 1, 2].map((corner) => p[3 * triangles[3 * n + corner] + axis]);
      boxes[6 * n + axis] = Math.min(a, b, c);
      boxes[6 * n + 3 + axis] = Math.max(a, b, c);
    }
  const order = chosen?.slice() ?? Uint32Array.from({ length: count }, (_, n) => n);
  // Nodes: box, then first and end of its triangles; the children of node k are 2k + 1 and 2k + 2.
  const bounds: Float64Array[] = [];
  const ranges: [number, number][] = [];
  const build = (node: number, first: number, end: number): void => {
    const box = Float64Array.of(Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity);
    for (let n = first; n < end; n++)
      for (let axis = 0; axis < 3; axis++) {
        box[axis] = Math.min(box[axis], boxes[6 * order[n] + axis]);
        box[3 + axis] = Math.max(box[3 + axis], boxes[6 * order[n] + 3 + axis]);
      }
    bounds[node] = box;
    ranges[node] = [first, end];
    if (end - first <= LEAF) return;
    const sides = [0, 1, 2].map((axis) => box[3 + axis] - box[axis]);
    const axis = sides.indexOf(Math.max(...sides));
    const middle = (n: number): number => boxes[6 * n + axis] + boxes[6 * n + 3 + axis];
    order.subarray(first, end).sort((a, b) => middle(a) - middle(b));
    const half = (first + end) >> 1;
    build(2 * node + 1, first, half);
    build(2 * node + 2, half, end);
  };
  if (order.length > 0) build(0, 0, order.length);
  const meets = (box: Float64Array, at: number, low: ArrayLike<number>, high: ArrayLike<number>): boolean =>
    box[at] <= high[0] &&
    box[at + 1] <= high[1] &&
    box[at + 2] <= high[2] &&
    box[at + 3] >= low[0] &&
    box[at + 4] >= low[1] &&
    box[at + 5] >= low[2];
  return {
    boxes,
    near(low, high, visit) {
      const waiting = order.length > 0 ? [0] : [];
      for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
        if (!meets(bounds[node], 0, low, high)) continue;
        const [first, end] = ranges[node];
        if (end - first > LEAF) waiting.push(2 * node + 1, 2 * node + 2);
        else
          for (let n = first; n < end; n++)
            if (meets(boxes, 6 * order[n], low, high) && visit(order[n])) return true;
      }
      return false;
    },
  };
}
