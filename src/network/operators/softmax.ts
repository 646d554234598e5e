import { axisOf, type Tensor } from "../tensor.ts";

/** exp(xᵢ) / Σⱼ exp(xⱼ) along an axis. */
export const softmax = (x: Tensor, axis: number): Tensor => along("Softmax", x, axis);

/** log softmax, without its overflow. */
export const logSoftmax = (x: Tensor, axis: number): Tensor => along("LogSoftmax", x, axis);

const along = (operator: string, x: Tensor, axis: number): Tensor =>
  x.graph.node(operator, [x], x.type, x.shape, { attributes: { axis: axisOf(x, axis) } });
