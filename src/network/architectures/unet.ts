import { InputError } from "../../error/input-error.ts";
import { convTranspose2d } from "../operators/convolution.ts";
import { relu } from "../operators/elementwise.ts";
import { maxPool } from "../operators/pooling.ts";
import { resizeBilinear } from "../operators/resize.ts";
import { concat } from "../operators/shape.ts";
import type { ParameterScope } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { convolutionLayer, type Normalisation, normalisationLayer, zero } from "./layers.ts";
import type { NetworkDefinition, NetworkMode } from "./network-definition.ts";

export interface UNetOptions {
  readonly inputChannels: number;
  /** Classes with the background, or masks. */
  readonly classes: number;
  readonly landmarks: number;
  /** Channels of each level, from the full resolution down. */
  readonly features: readonly number[];
  readonly normalisation: Normalisation;
  readonly up: "bilinear" | "transposed";
}

/**
 * U-Net with two heads: two 3 × 3 convolutions (normalised, ReLU) a level, halved by the largest of 2 × 2, brought back with the level's
 * own features beside. The landmark head sees the features and the class logits.
 *
 * @see Ronneberger, Fischer, Brox, "U-Net", MICCAI 2015
 * @throws InputError `network-features`
 */
export function unet(options: UNetOptions): NetworkDefinition {
  const { inputChannels, classes, landmarks, features, normalisation, up } = options;
  if (features.length < 2 || !features.every((count) => Number.isInteger(count) && count > 0))
    throw new InputError(
      "network-features",
      `the levels of a U-Net have the channels ${features.join(", ")}`,
      {
        remedy: "give at least two whole numbers above zero",
      },
    );

  const block = (x: Tensor, outputs: number, scope: ParameterScope, mode: NetworkMode): Tensor =>
    [1, 2].reduce((value, index) => {
      const inner = scope.within(`convolution${index}`);
      const shape = { outputs, size: 3, bias: normalisation === "none" };
      const convolved = convolutionLayer(value, inner, shape);
      return relu(normalisationLayer(convolved, inner.within("normalisation"), normalisation, mode));
    }, x);

  const doubled = (x: Tensor, scope: ParameterScope): Tensor => {
    const channels = x.shape[1];
    if (up === "bilinear") return resizeBilinear(x, 2 * x.shape[2], 2 * x.shape[3]);
    const weight = scope.parameter("up.weight", [channels, channels, 2, 2], {
      kind: "he-normal",
      fanIn: channels,
    });
    return convTranspose2d(x, weight, scope.parameter("up.bias", [channels], zero), { stride: 2 });
  };

  return {
    name: `unet-${features.join("-")}-${normalisation}-${up}`,
    inputChannels,
    sizeMultiple: 2 ** (features.length - 1),
    forward(image, scope, mode) {
      const skips: Tensor[] = [];
      let x = image;
      for (const [level, count] of features.entries()) {
        if (level > 0) x = maxPool(x);
        x = block(x, count, scope.within(`encoder${level}`), mode);
        skips.push(x);
      }
      for (let level = features.length - 2; level >= 0; level--) {
        const inner = scope.within(`decoder${level}`);
        x = block(concat([doubled(x, inner), skips[level]], 1), features[level], inner, mode);
      }
      const classLogits = convolutionLayer(x, scope.within("classHead"), {
        outputs: classes,
        size: 1,
        bias: true,
      });
      if (landmarks === 0) return { classLogits };
      const head = scope.within("landmarkHead");
      const seen = relu(
        convolutionLayer(concat([x, classLogits], 1), head.within("hidden"), {
          outputs: Math.max(features[0], landmarks),
          size: 1,
          bias: true,
        }),
      );
      const heatMaps = convolutionLayer(seen, head.within("output"), {
        outputs: landmarks,
        size: 1,
        bias: true,
      });
      return { classLogits, heatMaps };
    },
  };
}
