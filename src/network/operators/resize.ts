import type { Tensor } from "../tensor.ts";

/**
 * Linear interpolation to another size, pixels seen as squares of which the first and last edges stay in place ("half pixel"): place u of the
 * result is place (u + ½) · from / to − ½ of x, kept within it. No smoothing when it shrinks.
 */
export function resizeBilinear(x: Tensor, height: number, width: number): Tensor {
  const [batch, channels, fromHeight, fromWidth] = x.shape;
  if (height === fromHeight && width === fromWidth) return x;
  const shape = [batch, channels, height, width];
  return x.graph.node("Resize", [x, undefined, undefined, x.graph.indices(shape)], x.type, shape, {
    attributes: { mode: "linear", coordinate_transformation_mode: "half_pixel" },
  });
}

/** `to` rows of `from` weights: the interpolation along one axis as a matrix. */
export function interpolationMatrix(from: number, to: number): Float32Array {
  const matrix = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    const place = Math.min(from - 1, Math.max(0, ((row + 0.5) * from) / to - 0.5));
    const first = Math.floor(place);
    const share = place - first;
    matrix[row * from + first] += 1 - share;
    if (share > 0) matrix[row * from + first + 1] += share;
  }
  return matrix;
}
