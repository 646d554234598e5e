import { conv2d } from "../operators/convolution.ts";
import { add, relu } from "../operators/elementwise.ts";
import { groupNorm, normalisedRows } from "../operators/normalisation.ts";
import { maxPoolOverlapping } from "../operators/pooling.ts";
import { pad, reshape } from "../operators/shape.ts";
import type { ParameterScope } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { fittingGroups, one, zero } from "./layers.ts";

export interface ResidualEncoderOptions {
  /** Channels of the root; stages have 4, 8 and 16 times as many. */
  readonly width: number;
  /** Units of each of the three stages. */
  readonly units: readonly [number, number, number];
}

/** A convolution whose weights have mean 0 and variance 1 in each output channel. Qiao et al., arXiv 1903.10520. */
function standardisedConvolution(
  x: Tensor,
  outputs: number,
  size: number,
  stride: number,
  scope: ParameterScope,
): Tensor {
  const inputs = x.shape[1];
  const shape = [outputs, inputs, size, size];
  const weight = scope.parameter("weight", shape, { kind: "he-normal", fanIn: inputs * size * size });
  const even = reshape(normalisedRows(reshape(weight, [outputs, -1]), 1e-5), shape);
  return conv2d(x, even, undefined, { stride, padding: Math.floor(size / 2) });
}

function norm(x: Tensor, scope: ParameterScope, groups: number, epsilon = 1e-6): Tensor {
  const channels = [x.shape[1]];
  return groupNorm(
    x,
    fittingGroups(x.shape[1], groups),
    scope.parameter("scale", channels, one),
    scope.parameter("shift", channels, zero),
    epsilon,
  );
}

const GROUPS = 32;

/** 1 × 1 to a quarter of the channels, 3 × 3, 1 × 1 back, added to what came in. */
function unit(x: Tensor, outputs: number, stride: number, scope: ParameterScope): Tensor {
  const middle = outputs / 4;
  const layer = (value: Tensor, index: number, channels: number, size: number, step: number): Tensor =>
    norm(
      standardisedConvolution(value, channels, size, step, scope.within(`conv${index}`)),
      scope.within(`gn${index}`),
      GROUPS,
    );
  let around = x;
  if (stride !== 1 || x.shape[1] !== outputs) {
    const projected = standardisedConvolution(x, outputs, 1, stride, scope.within("conv_proj"));
    around = norm(projected, scope.within("gn_proj"), outputs, 1e-5);
  }
  const first = relu(layer(x, 1, middle, 1, 1));
  const second = relu(layer(first, 2, middle, 3, stride));
  return relu(add(around, layer(second, 3, outputs, 1, 1)));
}

/**
 * The ResNet in front of a hybrid vision transformer: a 7 × 7 root at half the size, then three stages.
 *
 * @returns features at 1/16 and those of ½, ¼ and ⅛ for a decoder, coarsest first
 * @see Dosovitskiy et al., "An image is worth 16 × 16 words", ICLR 2021; Chen et al., "TransUNet", arXiv 2102.04306
 */
export function residualEncoder(
  image: Tensor,
  { width, units }: ResidualEncoderOptions,
  scope: ParameterScope,
): { features: Tensor; skips: Tensor[] } {
  const root = scope.within("root");
  const first = relu(
    norm(standardisedConvolution(image, width, 7, 2, root.within("conv")), root.within("gn"), GROUPS),
  );
  const skips = [first];
  let x = maxPoolOverlapping(first, 3, 2);
  for (const [stage, count] of units.entries()) {
    const outputs = width * 4 * 2 ** stage;
    for (let index = 1; index <= count; index++)
      x = unit(x, outputs, stage > 0 && index === 1 ? 2 : 1, scope.within(`block${stage + 1}.unit${index}`));
    if (stage < units.length - 1) skips.unshift(filled(x, image.shape, 4 * 2 ** stage));
  }
  return { features: x, skips };
}

/** The root's pooling leaves out the last row and column; zeros stand in for them beside the decoder. */
function filled(x: Tensor, [, , height, width]: readonly number[], divisor: number): Tensor {
  return pad(x, [0, 0, 0, 0], [0, 0, height / divisor - x.shape[2], width / divisor - x.shape[3]]);
}
