import { reduceSum } from "../operators/reductions.ts";
import { reshape } from "../operators/shape.ts";
import type { Operation, Tensor } from "../tensor.ts";

/**
 * From the derivatives by an operation's results to those by its inputs, in their order; where `needs` is false the answer is not used.
 */
export type GradientRule = (
  operation: Operation,
  incoming: readonly (Tensor | undefined)[],
  needs: readonly boolean[],
) => readonly (Tensor | undefined)[];

/** A rule for an operation with one result. */
export const single =
  (
    rule: (
      operation: Operation,
      derivative: Tensor,
      needs: readonly boolean[],
    ) => readonly (Tensor | undefined)[],
  ) =>
  (operation: Operation, incoming: readonly (Tensor | undefined)[], needs: readonly boolean[]) => {
    const [first, ...others] = incoming;
    if (!first || others.some((derivative) => derivative))
      throw new RangeError(`only the first result of ${operation.kind} has a derivative`);
    return rule(operation, first, needs);
  };

/** What broadcasting repeated is summed: the derivative in the shape of what was repeated. */
export function summedTo(derivative: Tensor, shape: readonly number[]): Tensor {
  const extra = derivative.shape.length - shape.length;
  const axes = [...derivative.shape.keys()].filter(
    (axis) => axis < extra || (shape[axis - extra] === 1 && derivative.shape[axis] !== 1),
  );
  if (axes.length === 0) return derivative;
  return reshape(reduceSum(derivative, { axes, keepAxes: true }), shape);
}

export const input = ({ inputs }: Operation, index: number): Tensor => inputs[index] as Tensor;
