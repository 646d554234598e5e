import type { NetworkDefinition, NetworkOutputs } from "./architectures/network-definition.ts";
import { plainLowering } from "./lowering/plain-convolution.ts";
import { writeModel } from "./onnx/write-model.ts";
import { add, cast, greater, multiply, negate, sigmoid, where } from "./operators/elementwise.ts";
import { reduceMax, reduceMean } from "./operators/reductions.ts";
import { concat, gather, reshape, slice } from "./operators/shape.ts";
import { standardised } from "./operators/standardised.ts";
import { softmax } from "./operators/softmax.ts";
import { constantScope, type ParameterLayout } from "./parameters.ts";
import type { Tensor } from "./tensor.ts";
import { TensorGraph } from "./tensor-graph.ts";

export interface InferenceOptions {
  readonly network: NetworkDefinition;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
  /** Running means and variances, where the network has some. */
  readonly statistics?: Float32Array | undefined;
  readonly targets: "classes" | "masks";
  readonly heightPx: number;
  readonly widthPx: number;
  /** Whether the model brings its picture to mean 0 and standard deviation 1. */
  readonly standardises: boolean;
  /** Whether the model looks at the picture's negative, too, and answers by the one of which it is surer. Needs `standardises`. */
  readonly findsPolarity: boolean;
  /**
   * Makes the model look at the mirrored picture, too, and answer by the mean of both. Plane n of the mirrored picture's probabilities is plane
   * `planes[n]` of the picture's, and heat-maps alike.
   */
  readonly mirrors?:
    | { readonly planes: readonly number[]; readonly landmarks: readonly number[] }
    | undefined;
  /** Texts kept in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A trained network as one ONNX file that runs anywhere ONNX runs.
 *
 * Input `image` [1, C, H, W]; outputs `probabilities` [1, K, H, W], `heatMaps` [1, L, H, W] where there are landmarks, and, where the model
 * finds it, `polarity`: 1, or −1 where the negative was taken.
 */
export function compileInference(options: InferenceOptions): Uint8Array {
  const { network, layout, parameters, statistics, heightPx, widthPx, targets, findsPolarity, mirrors } =
    options;
  const graph = new TensorGraph(plainLowering);
  const image = graph.input("image", "float32", [1, network.inputChannels, heightPx, widthPx]);
  const picture = options.standardises ? standardised(image) : image;
  const pictures = findsPolarity ? concat([picture, negate(picture)], 0) : picture;
  const seen = mirrors ? concat([pictures, mirrored(pictures)], 0) : pictures;
  const scope = constantScope(graph, layout, parameters, statistics);
  const { classLogits, heatMaps }: NetworkOutputs = network.forward(seen, scope, "inference");
  const [count] = pictures.shape;
  const of = (all: Tensor, order: readonly number[] | undefined): Tensor =>
    order ? meanOfBothSides(all, count, order) : all;
  const probabilities = of(
    targets === "classes" ? softmax(classLogits, 1) : sigmoid(classLogits),
    mirrors?.planes,
  );
  const choose = findsPolarity ? surer(probabilities, targets) : undefined;
  const answer = (both: Tensor): Tensor => (choose ? choose.of(both) : both);
  graph.output("probabilities", answer(probabilities));
  if (heatMaps) graph.output("heatMaps", answer(of(heatMaps, mirrors?.landmarks)));
  if (choose) graph.output("polarity", choose.polarity);
  return writeModel(graph, options.metadata);
}

/** Left and right exchanged. */
function mirrored(x: Tensor): Tensor {
  const axis = x.shape.length - 1;
  return gather(
    x,
    axis,
    Array.from({ length: x.shape[axis] }, (_, place) => x.shape[axis] - 1 - place),
  );
}

/** The mean of what is said of the first `count` pictures and of what is said of the same ones mirrored, which follow them. */
function meanOfBothSides(all: Tensor, count: number, order: readonly number[]): Tensor {
  const plain = slice(all, [{ axis: 0, from: 0, to: count }]);
  const other = slice(all, [{ axis: 0, from: count, to: 2 * count }]);
  return multiply(add(plain, gather(mirrored(other), 1, order)), 0.5);
}

/** Of two pictures, that with the higher mean probability of what would be chosen at each pixel. */
function surer(
  probabilities: Tensor,
  targets: "classes" | "masks",
): { polarity: Tensor; of: (both: Tensor) => Tensor } {
  const certain =
    targets === "classes"
      ? reduceMax(probabilities, { axes: [1] })
      : where(greater(probabilities, 0.5), probabilities, add(negate(probabilities), 1));
  const half = (x: Tensor, index: number): Tensor => slice(x, [{ axis: 0, from: index, to: index + 1 }]);
  const mean = (index: number): Tensor => reduceMean(half(certain, index));
  const isNegative = greater(mean(1), mean(0));
  return {
    polarity: reshape(add(multiply(cast(isNegative, "float32"), -2), 1), [1]),
    of: (both) => where(isNegative, half(both, 1), half(both, 0)),
  };
}
