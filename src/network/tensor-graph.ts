import {
  type Attribute,
  type ConstantValues,
  type ElementType,
  elementCount,
  type Graph,
  type GraphConstant,
  type Lowering,
  type NodeOptions,
  type Operation,
  type Tensor,
  type TensorNode,
} from "./tensor.ts";

/**
 * A computation on tensors as a list of ONNX nodes, in an order in which it can run. Functions of `operators/` add to it; shapes are checked as
 * they do, and a shape that does not fit is a RangeError: graphs are made by us, not by users.
 */
export class TensorGraph implements Graph {
  readonly nodes: TensorNode[] = [];
  readonly constants: GraphConstant[] = [];
  readonly inputs: Tensor[] = [];
  readonly outputs: { readonly name: string; readonly tensor: Tensor }[] = [];
  readonly lowering: Lowering;
  #sequence = 0;
  readonly #small = new Map<string, Tensor>();

  constructor(lowering: Lowering) {
    this.lowering = lowering;
  }

  input(name: string, type: ElementType, shape: readonly number[]): Tensor {
    if (this.inputs.some((input) => input.name === name))
      throw new RangeError(`two inputs are named ${name}`);
    const tensor = { name, type, shape, graph: this };
    this.inputs.push(tensor);
    return tensor;
  }

  /** Numbers that are part of the model. Equal small ones are one. */
  constant(values: ConstantValues, shape: readonly number[] = [values.length], name?: string): Tensor {
    if (elementCount(shape) !== values.length)
      throw new RangeError(`${values.length} values do not make a tensor of (${shape.join(", ")})`);
    const type = typeOf(values);
    const key =
      values.length <= 16 && name === undefined ? `${type}(${shape.join()})${values.join()}` : undefined;
    const known = key === undefined ? undefined : this.#small.get(key);
    if (known) return known;
    const tensor = { name: name ?? `constant_${this.#sequence++}`, type, shape, graph: this };
    this.constants.push({ tensor, values });
    if (key !== undefined) this.#small.set(key, tensor);
    return tensor;
  }

  scalar(value: number): Tensor {
    return this.constant(Float32Array.of(value), []);
  }

  /** Whole numbers that say where: axes, sizes, places. */
  indices(values: readonly number[]): Tensor {
    return this.constant(BigInt64Array.from(values, BigInt));
  }

  /** Adds a node with one output. */
  node(
    operator: string,
    inputs: readonly (Tensor | undefined)[],
    type: ElementType,
    shape: readonly number[],
    options: NodeOptions = {},
  ): Tensor {
    return this.nodeWithOutputs(operator, inputs, [{ type, shape }], options)[0];
  }

  nodeWithOutputs(
    operator: string,
    inputs: readonly (Tensor | undefined)[],
    results: readonly { readonly type: ElementType; readonly shape: readonly number[] }[],
    { domain = "", attributes = {} }: NodeOptions = {},
  ): Tensor[] {
    for (const input of inputs)
      if (input && input.graph !== this)
        throw new RangeError(`${operator} was given ${input.name} of another graph`);
    for (const { shape } of results)
      if (!shape.every((side) => Number.isSafeInteger(side) && side > 0))
        throw new RangeError(`${operator} would make a tensor of shape (${shape.join(", ")})`);
    const sequence = this.#sequence++;
    const outputs: Tensor[] = [];
    const operation: Operation = { kind: operator, sequence, inputs, outputs, attributes, saved: [] };
    for (const [index, result] of results.entries())
      outputs.push({
        name: `${operator}_${sequence}${index === 0 ? "" : `_${index}`}`,
        type: result.type,
        shape: result.shape,
        graph: this,
        operation,
      });
    this.nodes.push({ operator, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** Gives a value made of several nodes one derivative of its own: `kind` is looked up in the table of derivatives. */
  composite(
    kind: string,
    inputs: readonly (Tensor | undefined)[],
    value: Tensor,
    options: { attributes?: Readonly<Record<string, Attribute>>; saved?: readonly Tensor[] } = {},
  ): Tensor {
    const outputs: Tensor[] = [];
    const operation: Operation = {
      kind,
      sequence: this.#sequence++,
      inputs,
      outputs,
      attributes: options.attributes ?? {},
      saved: options.saved ?? [],
    };
    const tensor = { name: value.name, type: value.type, shape: value.shape, graph: this, operation };
    outputs.push(tensor);
    return tensor;
  }

  output(name: string, tensor: Tensor): void {
    if (this.outputs.some((output) => output.name === name))
      throw new RangeError(`two outputs are named ${name}`);
    this.outputs.push({ name, tensor });
  }
}

function typeOf(values: ConstantValues): ElementType {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Int32Array) return "int32";
  return values instanceof Uint8Array ? "uint8" : "int64";
}
