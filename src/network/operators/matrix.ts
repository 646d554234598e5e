import { broadcastShape, type Tensor } from "../tensor.ts";

/** The matrix product over the last two axes, repeated over those before. */
export function matMul(a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape.slice(-2);
  const [innerToo, columns] = b.shape.slice(-2);
  if (a.shape.length < 2 || b.shape.length < 2 || inner !== innerToo)
    throw new RangeError(`(${a.shape.join(", ")}) times (${b.shape.join(", ")}) is no matrix product`);
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  return a.graph.node("MatMul", [a, b], a.type, shape);
}
