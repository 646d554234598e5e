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
  /** A number that the gradient is to be multiplied by; default 1. */
  readonly factor?: Tensor | undefined;
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
 * The same as PyTorch's, which starts SGD's momentum with the first gradient; so do zeros. Numbers are multiplied with each other before they
 * meet a vector: each vector that is walked through costs, for large networks, as much as a layer.
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
  // A decay joins the shortened gradient, so that there the factor cannot wait.
  const isWhole = inputs.factor === undefined || decayed || options.kind === "sgd-nesterov";
  const factor = isWhole ? undefined : inputs.factor;
  let { gradient } = inputs;
  if (isWhole && inputs.factor) gradient = multiply(gradient, inputs.factor);
  if (decayed) gradient = add(gradient, multiply(parameters, weightDecay));
  if (options.kind === "sgd-nesterov") {
    const moment = add(multiply(moments[0], options.momentum), gradient);
    const direction = add(gradient, multiply(moment, options.momentum));
    return { parameters: subtract(parameters, multiply(direction, learningRate)), moments: [moment] };
  }
  const { beta1, beta2 } = options;
  const times = (share: number): Tensor => multiply(gradient, factor ? multiply(factor, share) : share);
  const first = add(multiply(moments[0], beta1), times(1 - beta1));
  const root = times(Math.sqrt(1 - beta2));
  const second = add(multiply(moments[1], beta2), multiply(root, root));
  // √(v / c) + ε with both sides times √c.
  const correction = sqrt(corrections[1]);
  const spread = add(sqrt(second), multiply(correction, EPSILON));
  const rate = divide(multiply(learningRate, correction), corrections[0]);
  const direction = divide(multiply(first, rate), spread);
  const shrunk =
    options.kind === "adamw" && weightDecay > 0
      ? multiply(parameters, add(negate(multiply(learningRate, weightDecay)), 1))
      : parameters;
  return { parameters: subtract(shrunk, direction), moments: [first, second] };
}
