import type { ParameterScope } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";

export type NetworkMode = "training" | "inference";

export interface NetworkOutputs {
  /** [B, K, H, W]; softmax over K classes, or a sigmoid for each of K masks, comes after. */
  readonly classLogits: Tensor;
  /** [B, L, H, W] */
  readonly heatMaps?: Tensor;
}

/** An architecture with its sizes decided: a function from pictures to predictions that declares its parameters as it goes. */
export interface NetworkDefinition {
  readonly name: string;
  readonly inputChannels: number;
  /** Sides of pictures must be multiples of this. */
  readonly sizeMultiple: number;
  /** @param image [B, inputChannels, H, W] */
  forward(image: Tensor, scope: ParameterScope, mode: NetworkMode): NetworkOutputs;
}
