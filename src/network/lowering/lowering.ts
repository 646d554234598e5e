import type { ConvolutionGeometry } from "../operators/convolution.ts";
import type { Tensor } from "../tensor.ts";
import { convolvePlainly, spreadPlainly, weightDerivativePlainly } from "./plain-convolution.ts";

/** How the three products of a convolution (result, derivative by the picture, derivative by the weights) become nodes. */
export interface Lowering {
  readonly name: string;
  convolve(x: Tensor, weight: Tensor, geometry: ConvolutionGeometry): Tensor;
  /** The derivative by the picture, of shape `shape`, for the derivative `y` of the result. */
  spread(y: Tensor, weight: Tensor, shape: readonly number[], geometry: ConvolutionGeometry): Tensor;
  /** The derivative by the weights, [O, C / groups, rows, columns]. */
  weightDerivative(x: Tensor, y: Tensor, shape: readonly number[], geometry: ConvolutionGeometry): Tensor;
}

/** Standard operators only: runs wherever ONNX runs. */
export const plainLowering: Lowering = {
  name: "plain",
  convolve: convolvePlainly,
  spread: spreadPlainly,
  weightDerivative: weightDerivativePlainly,
};
