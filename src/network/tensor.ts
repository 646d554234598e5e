import type { TensorGraph } from "./tensor-graph.ts";

export type ElementType = "float32" | "int64" | "int32" | "uint8" | "bool";

/** A value of a graph: its shape is known when the graph is built, its numbers when it runs. Row-major, last side fastest. */
export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly graph: TensorGraph;
  /** What makes it, as differentiation sees it; undefined for inputs and constants. */
  readonly operation?: Operation;
}

/** An attribute of a node: whole numbers unless said otherwise. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** A node as ONNX knows it. */
export interface TensorNode {
  readonly operator: string;
  /** "" for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** What differentiation sees: a node, or several nodes that have one derivative together. */
export interface Operation {
  /** Key of the table of derivatives. */
  readonly kind: string;
  /** Operations that use a result come later. */
  readonly sequence: number;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Intermediate values that the derivative uses. */
  readonly saved: readonly Tensor[];
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, axis) => side === b[axis]);

/** −1 is the last axis. */
export function axisOf({ shape, name }: Tensor, axis: number): number {
  const positive = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= shape.length)
    throw new RangeError(`${name} has ${shape.length} axes, none numbered ${axis}`);
  return positive;
}

/**
 * The shape of an element-wise operation: sides are equal, or 1 and repeated.
 * @throws RangeError
 */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new RangeError(`shapes (${a.join(", ")}) and (${b.join(", ")}) do not fit`);
    return left === 1 ? right : left;
  });
}
