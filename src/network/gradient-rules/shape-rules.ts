import { divide, multiply, subtract } from "../operators/elementwise.ts";
import { matMul } from "../operators/matrix.ts";
import { reduceSum } from "../operators/reductions.ts";
import { expand, pad, reshape, slice, transpose } from "../operators/shape.ts";
import { elementCount, type Operation, type Tensor } from "../tensor.ts";
import { type GradientRule, input, single, summedTo } from "./rule.ts";

/** The numbers of a constant that says where. */
function numbers(operation: Operation, index: number): number[] {
  const tensor = input(operation, index);
  const constant = tensor.graph.constants.find((each) => each.tensor.name === tensor.name);
  if (!constant) throw new RangeError(`${operation.kind} needs a constant as input ${index}`);
  return Array.from(constant.values, Number);
}

/** The derivative of a sum or mean, with the summed axes back in place. */
function spread(operation: Operation, derivative: Tensor): Tensor {
  const { shape } = input(operation, 0);
  const axes = numbers(operation, 1);
  const kept = shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  return expand(reshape(derivative, kept), shape);
}

const lastTwoExchanged = (x: Tensor): Tensor => {
  const order = [...x.shape.keys()];
  return transpose(x, [...order.slice(0, -2), order.at(-1) as number, order.at(-2) as number]);
};

export const shapeRules: Readonly<Record<string, GradientRule>> = {
  Reshape: single((op, d) => [reshape(d, input(op, 0).shape)]),
  Expand: single((op, d) => [summedTo(d, input(op, 0).shape)]),
  Transpose: single((op, d) => {
    const order = op.attributes.perm as readonly number[];
    return [
      transpose(
        d,
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ];
  }),
  Concat: single((op, d, needs) => {
    const axis = op.attributes.axis as number;
    let at = 0;
    return op.inputs.map((part, index) => {
      const size = (part as Tensor).shape[axis];
      at += size;
      return needs[index] ? slice(d, [{ axis, from: at - size, to: at }]) : undefined;
    });
  }),
  Slice: single((op, d) => {
    const { shape } = input(op, 0);
    const [from, to, axes, steps] = [1, 2, 3, 4].map((index) => numbers(op, index));
    let inner = d;
    const before = shape.map(() => 0);
    const after = shape.map(() => 0);
    for (const [index, axis] of axes.entries()) {
      const step = steps[index];
      if (step > 1) inner = withGaps(inner, axis, step);
      before[axis] = from[index];
      after[axis] = shape[axis] - from[index] - inner.shape[axis];
      // Gaps behind the last place may run past the end.
      if (after[axis] < 0) {
        inner = slice(inner, [{ axis, from: 0, to: inner.shape[axis] + after[axis] }]);
        after[axis] = 0;
      }
      if (to[index] > shape[axis]) throw new RangeError("a slice runs past its end");
    }
    return [pad(inner, before, after)];
  }),
  Pad: single((op, d) => {
    const { shape } = input(op, 0);
    const widths = numbers(op, 1);
    return [
      slice(
        d,
        shape.map((side, axis) => ({ axis, from: widths[axis], to: widths[axis] + side })),
      ),
    ];
  }),
  ReduceSum: single((op, d) => [spread(op, d)]),
  ReduceMean: single((op, d) => {
    const count = elementCount(input(op, 0).shape) / elementCount(op.outputs[0].shape);
    return [spread(op, divide(d, count))];
  }),
  ReduceMax: ({ inputs }) => inputs.map(() => undefined),
  ReduceMin: ({ inputs }) => inputs.map(() => undefined),
  MatMul: single((op, d, needs) => [
    needs[0] ? summedTo(matMul(d, lastTwoExchanged(input(op, 1))), input(op, 0).shape) : undefined,
    needs[1] ? summedTo(matMul(lastTwoExchanged(input(op, 0)), d), input(op, 1).shape) : undefined,
  ]),
  /** ∂L/∂x = y (d − Σ d y) */
  Softmax: single((op, d) => {
    const [y] = op.outputs;
    const axes = [op.attributes.axis as number];
    return [multiply(y, subtract(d, reduceSum(multiply(d, y), { axes, keepAxes: true })))];
  }),
  /** ∂L/∂x = d − softmax Σ d */
  LogSoftmax: single((op, d) => {
    const axis = op.attributes.axis as number;
    const y = d.graph.node("Exp", [op.outputs[0]], "float32", d.shape);
    return [subtract(d, multiply(y, reduceSum(d, { axes: [axis], keepAxes: true })))];
  }),
};

/** step − 1 zeros behind every place of an axis. */
function withGaps(x: Tensor, axis: number, step: number): Tensor {
  const wide = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const none = wide.map(() => 0);
  const padded = pad(
    reshape(x, wide),
    none,
    none.map((_, index) => (index === axis + 1 ? step - 1 : 0)),
  );
  return reshape(
    padded,
    x.shape.map((side, index) => (index === axis ? side * step : side)),
  );
}
