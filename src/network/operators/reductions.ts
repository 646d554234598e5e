import { axisOf, type Tensor } from "../tensor.ts";

export interface ReductionOptions {
  /** Default: all. */
  readonly axes?: readonly number[];
  /** Whether the axes stay, with one place each. */
  readonly keepAxes?: boolean;
}

export const reduceSum = (x: Tensor, options?: ReductionOptions): Tensor => reduce("ReduceSum", x, options);
export const reduceMean = (x: Tensor, options?: ReductionOptions): Tensor => reduce("ReduceMean", x, options);
/** Without a derivative. */
export const reduceMax = (x: Tensor, options?: ReductionOptions): Tensor => reduce("ReduceMax", x, options);
/** Without a derivative. */
export const reduceMin = (x: Tensor, options?: ReductionOptions): Tensor => reduce("ReduceMin", x, options);
/** One pass, without a derivative. */
export const reduceSumOfSquares = (x: Tensor, options?: ReductionOptions): Tensor =>
  reduce("ReduceSumSquare", x, options);

function reduce(operator: string, x: Tensor, options: ReductionOptions = {}): Tensor {
  const axes = (options.axes ?? [...x.shape.keys()]).map((axis) => axisOf(x, axis));
  const keep = options.keepAxes ?? false;
  const shape = keep
    ? x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return x.graph.node(operator, [x, x.graph.indices(axes)], x.type, shape, {
    attributes: { keepdims: keep ? 1 : 0 },
  });
}
