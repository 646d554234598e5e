import { add, divide, multiply } from "../operators/elementwise.ts";
import { reduceMean, reduceSum } from "../operators/reductions.ts";
import type { Tensor } from "../tensor.ts";

const EPSILON = 1e-4;

/**
 * Soft Dice with squared denominators of each class, mean over pictures:
 *
 *   (2 Σ g p + ε) / (Σ g² + Σ p² + ε),  ε = 10⁻⁴
 *
 * It is 1 for a class that is neither in a picture nor predicted there. As published, the ε above has a minus sign, which makes such a
 * class count −1 (and a class predicted a little, about 0).
 *
 * @param probabilities, truth [B, K, H, W], zero where truth is not known
 * @see Milletari, Navab, Ahmadi, "V-Net", 3DV 2016
 */
export function softDice(probabilities: Tensor, truth: Tensor, absent: "right" | "published"): Tensor {
  const sum = (x: Tensor): Tensor => reduceSum(x, { axes: [2, 3] });
  const shared = multiply(sum(multiply(probabilities, truth)), 2);
  const squares = add(sum(multiply(probabilities, probabilities)), sum(truth));
  const ratio = divide(add(shared, absent === "right" ? EPSILON : -EPSILON), add(squares, EPSILON));
  return reduceMean(ratio, { axes: [0] });
}
