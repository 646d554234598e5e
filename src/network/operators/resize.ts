import type { Tensor } from "../tensor.ts";

/**
 * What stays in place when a picture is resized. `edges`: pixels are squares, place u of the result is place (u + ½) · from / to − ½ of the
 * original, kept within it ("half pixel"). `centres`: those of the first and last pixel, u · (from − 1) / (to − 1) ("align corners").
 */
export type Alignment = "edges" | "centres";

/** Linear interpolation to another size; no smoothing when it shrinks. */
export function resizeBilinear(
  x: Tensor,
  height: number,
  width: number,
  alignment: Alignment = "edges",
): Tensor {
  const [batch, channels, fromHeight, fromWidth] = x.shape;
  if (height === fromHeight && width === fromWidth) return x;
  const shape = [batch, channels, height, width];
  return x.graph.node("Resize", [x, undefined, undefined, x.graph.indices(shape)], x.type, shape, {
    attributes: {
      mode: "linear",
      coordinate_transformation_mode: alignment === "edges" ? "half_pixel" : "align_corners",
    },
  });
}

/** `to` rows of `from` weights: the interpolation along one axis as a matrix. */
export function interpolationMatrix(from: number, to: number, alignment: Alignment = "edges"): Float32Array {
  const matrix = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    const wanted =
      alignment === "edges" ? ((row + 0.5) * from) / to - 0.5 : (row * (from - 1)) / Math.max(1, to - 1);
    const place = Math.min(from - 1, Math.max(0, wanted));
    const first = Math.floor(place);
    const share = place - first;
    matrix[row * from + first] += 1 - share;
    if (share > 0) matrix[row * from + first + 1] += share;
  }
  return matrix;
}
