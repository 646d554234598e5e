import { add, divide, gelu, less, multiply, where } from "../operators/elementwise.ts";
import { matMul } from "../operators/matrix.ts";
import { layerNorm } from "../operators/normalisation.ts";
import { reshape, transpose } from "../operators/shape.ts";
import { softmax } from "../operators/softmax.ts";
import type { ParameterScope } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { one, zero } from "./layers.ts";

const EPSILON = 1e-6;

export interface TransformerBlockOptions {
  readonly heads: number;
  /** Width between the two layers of the second half. */
  readonly hidden: number;
  /** Share of numbers set to zero in training. */
  readonly dropout: number;
}

/** x W + b over the last axis; `kernel` is [inputs, outputs]. */
export function linearLayer(x: Tensor, outputs: number, scope: ParameterScope): Tensor {
  const inputs = x.shape.at(-1) as number;
  const kernel = scope.parameter("kernel", [inputs, outputs], {
    kind: "xavier-uniform",
    fanIn: inputs,
    fanOut: outputs,
  });
  const bias = scope.parameter("bias", [outputs], zero);
  // One product of two matrices: its derivative by the kernel needs no sum over pictures.
  const product = matMul(reshape(x, [-1, inputs]), kernel);
  return reshape(add(product, bias), [...x.shape.slice(0, -1), outputs]);
}

export function layerNormLayer(x: Tensor, scope: ParameterScope): Tensor {
  const width = [x.shape.at(-1) as number];
  return layerNorm(x, scope.parameter("scale", width, one), scope.parameter("bias", width, zero), EPSILON);
}

/** Zero with the given probability, else x / (1 − probability); in inference x. */
export function dropout(x: Tensor, probability: number, scope: ParameterScope): Tensor {
  if (probability === 0) return x;
  const uniform = scope.uniform(x.shape);
  return uniform ? where(less(uniform, probability), 0, divide(x, 1 - probability)) : x;
}

/**
 * Each token a mean of all, weighted by softmax(q kᵀ / √d) of each head.
 *
 * @param x [B, tokens, width]
 * @see Vaswani et al., "Attention is all you need", NeurIPS 2017
 */
export function selfAttention(x: Tensor, heads: number, scope: ParameterScope): Tensor {
  const [batch, tokens, width] = x.shape;
  const depth = width / heads;
  const [query, key, value] = ["query", "key", "value"].map((name) =>
    transpose(
      reshape(linearLayer(x, width, scope.within(name)), [batch, tokens, heads, depth]),
      [0, 2, 1, 3],
    ),
  );
  const scores = multiply(matMul(query, transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(depth));
  const seen = matMul(softmax(scores, -1), value);
  const joined = reshape(transpose(seen, [0, 2, 1, 3]), [batch, tokens, width]);
  return linearLayer(joined, width, scope.within("out"));
}

/** Attention and two layers with a GELU between, each on normalised tokens and added to them. */
export function transformerBlock(
  x: Tensor,
  { heads, hidden, dropout: share }: TransformerBlockOptions,
  scope: ParameterScope,
): Tensor {
  const width = x.shape.at(-1) as number;
  const attended = selfAttention(layerNormLayer(x, scope.within("norm1")), heads, scope.within("attention"));
  const middle = add(x, attended);
  const wide = gelu(linearLayer(layerNormLayer(middle, scope.within("norm2")), hidden, scope.within("mlp1")));
  const narrow = linearLayer(dropout(wide, share, scope), width, scope.within("mlp2"));
  return add(middle, dropout(narrow, share, scope));
}

/** [B, C, H, W] to [B, H · W, C]. */
export function asTokens(x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape;
  return transpose(reshape(x, [batch, channels, height * width]), [0, 2, 1]);
}

export function asPicture(tokens: Tensor, height: number, width: number): Tensor {
  const [batch, , channels] = tokens.shape;
  return reshape(transpose(tokens, [0, 2, 1]), [batch, channels, height, width]);
}
