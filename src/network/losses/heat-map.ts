import { add, divide, exp, multiply, negate, sqrt, subtract } from "../operators/elementwise.ts";
import { reduceMean, reduceSum } from "../operators/reductions.ts";
import { reshape, slice } from "../operators/shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Gaussians with a peak of 1 about each landmark, zero for those that are not visible: outer products of two curves.
 *
 *   exp(−((u − x)² + (v − y)²) / (2 σ²))
 *
 * @param points [B, L, 2] in pixels, @param visible [B, L], 1 or 0
 * @returns [B, L, height, width]
 */
export function heatMapTargets(
  points: Tensor,
  visible: Tensor,
  height: number,
  width: number,
  sigmaPx: number,
): Tensor {
  const [batch, landmarks] = points.shape;
  const { graph } = points;
  const curve = (coordinate: number, count: number, shape: readonly number[]): Tensor => {
    const centres = slice(points, [{ axis: 2, from: coordinate, to: coordinate + 1 }]);
    const places = graph.constant(
      Float32Array.from({ length: count }, (_, i) => i),
      [1, 1, count],
    );
    const offsets = subtract(places, centres);
    return reshape(exp(multiply(multiply(offsets, offsets), -1 / (2 * sigmaPx * sigmaPx))), shape);
  };
  const columns = multiply(
    curve(0, width, [batch, landmarks, 1, width]),
    reshape(visible, [batch, landmarks, 1, 1]),
  );
  return multiply(curve(1, height, [batch, landmarks, height, 1]), columns);
}

/** Mean of squared differences. */
export function squaredErrorLoss(heatMaps: Tensor, targets: Tensor): Tensor {
  const difference = subtract(heatMaps, targets);
  return reduceMean(multiply(difference, difference));
}

/**
 * ½ (1 − NCC), mean over landmarks and pictures, with
 *
 *   NCC = Σ (h − h̄)(g − ḡ) / (N s_h s_g + 10⁻⁸),  s the standard deviations with N − 1.
 *
 * A landmark that is not visible has NCC 0 and no derivative. Scale and offset of heat maps do not matter.
 */
export function correlationLoss(heatMaps: Tensor, targets: Tensor): Tensor {
  const pixels = heatMaps.shape[2] * heatMaps.shape[3];
  const centred = (x: Tensor): Tensor => subtract(x, reduceMean(x, { axes: [2, 3], keepAxes: true }));
  const sum = (x: Tensor): Tensor => reduceSum(x, { axes: [2, 3] });
  // Inside the root, so that the derivative of a constant map is finite.
  const spread = (x: Tensor): Tensor => sqrt(add(multiply(sum(multiply(x, x)), 1 / (pixels - 1)), 1e-12));
  const [h, g] = [centred(heatMaps), centred(targets)];
  const scale = add(multiply(multiply(spread(h), spread(g)), pixels), 1e-8);
  return multiply(add(negate(reduceMean(divide(sum(multiply(h, g)), scale))), 1), 0.5);
}
