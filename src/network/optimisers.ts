import { add, divide, multiply, negate, sqrt, subtract } from "./operators/elementwise.ts";
import type { Tensor } from "./tensor.ts";

export type OptimiserOptions =
  | {
      /** adamw takes the decay off the parameters, adam adds it to the gradient. */
      readonly kind: "adam" | "adamw";
      readonly weightDecay: number;
      readonly beta1: number;
      readonly beta2: number;
    }
  | { readonly kind: "sgd-nesterov"; readonly weightDecay: number; readonly momentum: number };

/** The vectors that an optimiser keeps beside the parameters, zero at first. */
export const momentNames = (options: OptimiserOptions): readonly string[] =>
  options.kind === "sgd-nesterov" ? ["moment1"] : ["moment1", "moment2"];

const EPSILON = 1e-8;

export interface OptimiserInputs {
  readonly parameters: Tensor;
  readonly gradient: Tensor;
  readonly moments: readonly Tensor[];
  readonly learningRate: Tensor;
  /** 1 − βᵢᵗ of step t = 1, 2, … */
  readonly corrections: readonly Tensor[];
}

/**
 * One step on the vector of all parameters p with gradient g, rate η and decay λ:
 *
 *   sgd-nesterov  g ← g + λ p;  m ← μ m + g;  p ← p − η (g + μ m)
 *   adam          g ← g + λ p, then as adamw without decay
 *   adamw         p ← p − η λ p;  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
 *                 p ← p − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + 10⁻⁸)
 *
 * The same as PyTorch's, which starts SGD's momentum with the first gradient; so do zeros.
 *
 * @see Kingma, Ba, "Adam", ICLR 2015; Loshchilov, Hutter, "Decoupled weight decay regularization", ICLR 2019
 */
export function optimiserStep(
  options: OptimiserOptions,
  inputs: OptimiserInputs,
): { parameters: Tensor; moments: Tensor[] } {
  const { parameters, moments, learningRate, corrections } = inputs;
  const { weightDecay } = options;
  const decayed = weightDecay > 0 && options.kind !== "adamw";
  const gradient = decayed ? add(inputs.gradient, multiply(parameters, weightDecay)) : inputs.gradient;
  if (options.kind === "sgd-nesterov") {
    const moment = add(multiply(moments[0], options.momentum), gradient);
    const direction = add(gradient, multiply(moment, options.momentum));
    return { parameters: subtract(parameters, multiply(direction, learningRate)), moments: [moment] };
  }
  const { beta1, beta2 } = options;
  const first = add(multiply(moments[0], beta1), multiply(gradient, 1 - beta1));
  const second = add(multiply(moments[1], beta2), multiply(multiply(gradient, gradient), 1 - beta2));
  const spread = add(sqrt(divide(second, corrections[1])), EPSILON);
  const direction = divide(multiply(first, divide(learningRate, corrections[0])), spread);
  const shrunk =
    options.kind === "adamw" && weightDecay > 0
      ? multiply(parameters, add(negate(multiply(learningRate, weightDecay)), 1))
      : parameters;
  return { parameters: subtract(shrunk, direction), moments: [first, second] };
}
