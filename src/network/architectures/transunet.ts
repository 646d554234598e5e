import { add, relu } from "../operators/elementwise.ts";
import { resizeBilinear } from "../operators/resize.ts";
import { concat } from "../operators/shape.ts";
import type { ParameterScope } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { convolutionLayer, normalisationLayer } from "./layers.ts";
import type { NetworkDefinition, NetworkMode } from "./network-definition.ts";
import { type ResidualEncoderOptions, residualEncoder } from "./residual-encoder.ts";
import { asPicture, asTokens, dropout, layerNormLayer, transformerBlock } from "./transformer.ts";

export interface TransUNetSize extends ResidualEncoderOptions {
  /** Numbers of a token. */
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlp: number;
  readonly dropout: number;
  /** Channels of the bottleneck of the decoder and of its four steps. */
  readonly decoder: readonly [number, number, number, number, number];
}

/** full: R50 + ViT-B/16 as published, about 105 million parameters. small: the same parts for processors without a graphics card. */
export const transUNetSizes: Readonly<Record<"full" | "small", TransUNetSize>> = {
  full: {
    width: 64,
    units: [3, 4, 9],
    hidden: 768,
    layers: 12,
    heads: 12,
    mlp: 3072,
    dropout: 0.1,
    decoder: [512, 256, 128, 64, 16],
  },
  small: {
    width: 16,
    units: [2, 2, 2],
    hidden: 128,
    layers: 4,
    heads: 4,
    mlp: 256,
    dropout: 0.1,
    decoder: [96, 64, 48, 24, 16],
  },
};

export interface TransUNetOptions {
  readonly size: "full" | "small" | TransUNetSize;
  readonly classes: number;
  readonly landmarks: number;
  /** Position embeddings are made for this size of picture. */
  readonly heightPx: number;
  readonly widthPx: number;
}

/**
 * TransUNet with a landmark head: a ResNet, a transformer on its features at 1/16, a decoder with the ResNet's features beside. A grey picture
 * is given as three equal channels.
 *
 * @see Chen et al., "TransUNet", arXiv 2102.04306; landmark head as in the published code of SyntheX (two linear 1 × 1 convolutions that
 * see the decoder's features and the class logits)
 */
export function transUNet(options: TransUNetOptions): NetworkDefinition {
  const { classes, landmarks, heightPx, widthPx } = options;
  const size = typeof options.size === "string" ? transUNetSizes[options.size] : options.size;
  return {
    name: `transunet-${typeof options.size === "string" ? options.size : "own"}`,
    inputChannels: 1,
    sizeMultiple: 16,
    forward(image, scope, mode) {
      const [rows, columns] = [heightPx / 16, widthPx / 16];
      const grey = concat([image, image, image], 1);
      const { features, skips } = residualEncoder(grey, size, scope.within("resnet"));
      const tokens = transformed(features, size, scope, rows * columns);
      let x = asPicture(tokens, rows, columns);
      const decoder = scope.within("decoder");
      x = decoderLayer(x, size.decoder[0], decoder.within("bottleneck"), mode);
      for (let step = 1; step <= 4; step++) {
        const inner = decoder.within(`step${step}`);
        const larger = resizeBilinear(x, 2 * x.shape[2], 2 * x.shape[3], "centres");
        const beside = skips[step - 1];
        x = beside ? concat([larger, beside], 1) : larger;
        x = decoderLayer(x, size.decoder[step], inner.within("convolution1"), mode);
        x = decoderLayer(x, size.decoder[step], inner.within("convolution2"), mode);
      }
      const classLogits = convolutionLayer(x, scope.within("classHead"), {
        outputs: classes,
        size: 3,
        bias: true,
      });
      if (landmarks === 0) return { classLogits };
      const head = scope.within("landmarkHead");
      const seen = convolutionLayer(concat([x, classLogits], 1), head.within("hidden"), {
        outputs: landmarks + classes,
        size: 1,
      });
      return {
        classLogits,
        heatMaps: convolutionLayer(seen, head.within("output"), { outputs: landmarks, size: 1 }),
      };
    },
  };
}

function transformed(features: Tensor, size: TransUNetSize, scope: ParameterScope, count: number): Tensor {
  const inner = scope.within("transformer");
  const embedded = asTokens(
    convolutionLayer(features, inner.within("embedding"), { outputs: size.hidden, size: 1, bias: true }),
  );
  const positions = inner.parameter("positions", [1, count, size.hidden], {
    kind: "normal",
    deviation: 0.02,
  });
  let tokens = dropout(add(embedded, positions), size.dropout, scope);
  for (let layer = 0; layer < size.layers; layer++)
    tokens = transformerBlock(
      tokens,
      { heads: size.heads, hidden: size.mlp, dropout: size.dropout },
      inner.within(`block${layer}`),
    );
  return layerNormLayer(tokens, inner.within("norm"));
}

function decoderLayer(x: Tensor, outputs: number, scope: ParameterScope, mode: NetworkMode): Tensor {
  const convolved = convolutionLayer(x, scope, { outputs, size: 3 });
  return relu(normalisationLayer(convolved, scope.within("normalisation"), "batch", mode));
}
