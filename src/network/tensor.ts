export type ElementType = "float32" | "int64" | "int32" | "uint8" | "bool";

/** A value of a graph: its shape is known when the graph is built, its numbers when it runs. Row-major, last side fastest. */
export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly graph: Graph;
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

export type ConstantValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

export interface GraphConstant {
  readonly tensor: Tensor;
  readonly values: ConstantValues;
}

export interface NodeOptions {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** What operators see of the graph that they add to; `TensorGraph` is it. */
export interface Graph {
  readonly constants: readonly GraphConstant[];
  /** How convolutions and their derivatives become nodes. */
  readonly lowering: Lowering;
  constant(values: ConstantValues, shape?: readonly number[]): Tensor;
  scalar(value: number): Tensor;
  indices(values: readonly number[]): Tensor;
  node(
    operator: string,
    inputs: readonly (Tensor | undefined)[],
    type: ElementType,
    shape: readonly number[],
    options?: NodeOptions,
  ): Tensor;
  nodeWithOutputs(
    operator: string,
    inputs: readonly (Tensor | undefined)[],
    results: readonly { readonly type: ElementType; readonly shape: readonly number[] }[],
    options?: NodeOptions,
  ): Tensor[];
  composite(
    kind: string,
    inputs: readonly (Tensor | undefined)[],
    value: Tensor,
    options?: {
      readonly attributes?: Readonly<Record<string, Attribute>>;
      readonly saved?: readonly Tensor[];
    },
  ): Tensor;
}

/** How a convolution steps over its picture; [rows, columns]. */
export interface ConvolutionGeometry {
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Zeros at the top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
  readonly groups: number;
}

/** How the three products of a convolution (result, derivative by the picture, derivative by the weights) become nodes. */
export interface Lowering {
  readonly name: string;
  convolve(x: Tensor, weight: Tensor, geometry: ConvolutionGeometry): Tensor;
  /** The derivative by the picture, of shape `shape`, for the derivative `y` of the result. */
  spread(y: Tensor, weight: Tensor, shape: readonly number[], geometry: ConvolutionGeometry): Tensor;
  /** The derivative by the weights, [O, C / groups, rows, columns]. */
  weightDerivative(x: Tensor, y: Tensor, shape: readonly number[], geometry: ConvolutionGeometry): Tensor;
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

/** @throws RangeError */
export function expectShape(tensor: Tensor, shape: readonly number[], what: string): void {
  if (!sameShape(tensor.shape, shape))
    throw new RangeError(
      `${what} should have the shape (${shape.join(", ")}), it is (${tensor.shape.join(", ")})`,
    );
}
