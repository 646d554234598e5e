import { broadcastShape, type ElementType, type Tensor } from "../tensor.ts";

/** An operand: a number stands for itself at every place. */
export type Operand = Tensor | number;

export const add = (a: Tensor, b: Operand): Tensor => binary("Add", a, b);
export const subtract = (a: Tensor, b: Operand): Tensor => binary("Sub", a, b);
export const multiply = (a: Tensor, b: Operand): Tensor => binary("Mul", a, b);
export const divide = (a: Tensor, b: Operand): Tensor => binary("Div", a, b);
/** a to a constant power. */
export const power = (a: Tensor, exponent: number): Tensor => binary("Pow", a, exponent);

export const negate = (x: Tensor): Tensor => unary("Neg", x);
export const exp = (x: Tensor): Tensor => unary("Exp", x);
export const log = (x: Tensor): Tensor => unary("Log", x);
export const sqrt = (x: Tensor): Tensor => unary("Sqrt", x);
export const abs = (x: Tensor): Tensor => unary("Abs", x);
/** −1, 0 or 1; its derivative is zero. */
export const sign = (x: Tensor): Tensor => unary("Sign", x);
/** max(x, 0); the derivative at 0 is 0. */
export const relu = (x: Tensor): Tensor => unary("Relu", x);
export const sigmoid = (x: Tensor): Tensor => unary("Sigmoid", x);
export const tanh = (x: Tensor): Tensor => unary("Tanh", x);
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = (x: Tensor): Tensor => unary("Erf", x);

/** x Φ(x) with the normal distribution function Φ, not its tanh approximation. */
export const gelu = (x: Tensor): Tensor => multiply(multiply(x, 0.5), add(erf(multiply(x, Math.SQRT1_2)), 1));

/** Truth values have no derivative. */
export const greater = (a: Tensor, b: Operand): Tensor => binary("Greater", a, b, "bool");
export const less = (a: Tensor, b: Operand): Tensor => binary("Less", a, b, "bool");
export const equal = (a: Tensor, b: Operand): Tensor => binary("Equal", a, b, "bool");

export function not(x: Tensor): Tensor {
  return x.graph.node("Not", [x], "bool", x.shape);
}

/** a where the condition holds, b elsewhere. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [left, right] = [asTensor(a, condition), asTensor(b, condition)];
  const shape = broadcastShape(condition.shape, broadcastShape(left.shape, right.shape));
  return condition.graph.node("Where", [condition, left, right], left.type, shape);
}

/** Differentiable between numbers with a fraction only. */
export function cast(x: Tensor, type: ElementType): Tensor {
  if (x.type === type) return x;
  const code = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 }[type];
  return x.graph.node("Cast", [x], type, x.shape, { attributes: { to: code } });
}

function unary(operator: string, x: Tensor): Tensor {
  return x.graph.node(operator, [x], x.type, x.shape);
}

function binary(operator: string, a: Tensor, b: Operand, type: ElementType = a.type): Tensor {
  const right = asTensor(b, a);
  return a.graph.node(operator, [a, right], type, broadcastShape(a.shape, right.shape));
}

function asTensor(operand: Operand, like: Tensor): Tensor {
  if (typeof operand !== "number") return operand;
  return like.type === "int32" ? like.graph.constant(Int32Array.of(operand), []) : like.graph.scalar(operand);
}
