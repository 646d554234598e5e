import { expectShape, type Tensor } from "../tensor.ts";
import { add, multiply } from "./elementwise.ts";
import { expand, reshape } from "./shape.ts";

const EPSILON = 1e-5;

/**
 * Every row to mean 0 and variance 1: (x − mean) / √(variance + ε), over the last axis.
 * A node of its own, since its mean and spread serve the derivative.
 */
export function normalisedRows(x: Tensor, epsilon = EPSILON): Tensor {
  const columns = x.shape.at(-1) as number;
  const inner = [...x.shape.slice(0, -1), 1];
  const [value, , inverseSpread] = x.graph.nodeWithOutputs(
    "LayerNormalization",
    [x, ones(x, columns)],
    [
      { type: "float32", shape: x.shape },
      { type: "float32", shape: inner },
      { type: "float32", shape: inner },
    ],
    { attributes: { axis: -1, epsilon: { float: epsilon } } },
  );
  return x.graph.composite("NormalisedRows", [x], value, { saved: [inverseSpread] });
}

function ones({ graph }: Tensor, count: number): Tensor {
  return expand(graph.constant(Float32Array.of(1), [1]), [count]);
}

/** Over the last axis, then times scale plus shift, one of each a column. */
export function layerNorm(x: Tensor, scale: Tensor, shift: Tensor, epsilon = EPSILON): Tensor {
  const columns = x.shape.at(-1) as number;
  expectShape(scale, [columns], "the scale of a layer normalisation");
  return add(multiply(normalisedRows(x, epsilon), scale), shift);
}

/**
 * Over the pixels and channels of each group of channels of each picture; then a scale and a shift a channel.
 *
 * @param x [N, C, H, W]
 * @param scale [C]
 * @see Wu, He, "Group normalization", ECCV 2018
 */
export function groupNorm(
  x: Tensor,
  groups: number,
  scale: Tensor,
  shift: Tensor,
  epsilon = EPSILON,
): Tensor {
  const [batch, channels, height, width] = x.shape;
  if (channels % groups !== 0) throw new RangeError(`${channels} channels do not make ${groups} groups`);
  expectShape(scale, [channels], "the scale of a group normalisation");
  const { graph } = x;
  const rows = reshape(x, [batch, groups, (channels / groups) * height * width]);
  const [even, , inverseSpread] = graph.nodeWithOutputs(
    "LayerNormalization",
    [rows, ones(x, rows.shape[2])],
    [
      { type: "float32", shape: rows.shape },
      { type: "float32", shape: [batch, groups, 1] },
      { type: "float32", shape: [batch, groups, 1] },
    ],
    { attributes: { axis: -1, epsilon: { float: epsilon } } },
  );
  const normalised = reshape(even, x.shape);
  const value = channelAffine(normalised, scale, shift);
  return graph.composite("GroupNormalisation", [x, scale, shift], value, {
    saved: [normalised, inverseSpread],
    attributes: { groups },
  });
}

/** Over the pixels of each channel of each picture. */
export const instanceNorm = (x: Tensor, scale: Tensor, shift: Tensor, epsilon = EPSILON): Tensor =>
  groupNorm(x, x.shape[1], scale, shift, epsilon);

/** x · scale + shift, one of each a channel. */
export function channelAffine(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  const sides = [1, x.shape[1], 1, 1];
  return add(multiply(x, reshape(scale, sides)), reshape(shift, sides));
}
