import { abs, add, divide, exp, log, multiply, negate, relu, subtract } from "../operators/elementwise.ts";
import { reduceSum } from "../operators/reductions.ts";
import type { Tensor } from "../tensor.ts";

/** Keeps a batch without a known pixel at 0 / small = 0. */
const SMALL = 1e-6;

/** −Σ g log p over known pixels, divided by their number. */
export function crossEntropy(logProbabilities: Tensor, truth: Tensor, known: Tensor): Tensor {
  return divide(negate(reduceSum(multiply(logProbabilities, truth))), add(reduceSum(known), SMALL));
}

/** Mean over known pixels of masks of  max(x, 0) − x g + log(1 + e^(−|x|)),  the cross-entropy of sigmoid x. */
export function binaryCrossEntropy(logits: Tensor, truth: Tensor, known: Tensor): Tensor {
  const curve = log(add(exp(negate(abs(logits))), 1));
  const each = add(subtract(relu(logits), multiply(logits, truth)), curve);
  return divide(reduceSum(multiply(each, known)), add(reduceSum(known), SMALL));
}
