import type { Attribute, ConstantValues, ElementType, Tensor, TensorNode } from "../tensor.ts";
import type { TensorGraph } from "../tensor-graph.ts";
import { MessageWriter } from "./wire.ts";

/** Numbers of ONNX's enumeration of element types. */
export const ONNX_TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
};

const IR_VERSION = 10;
const OPSET = 20;

/** A domain beside ONNX's own needs a version; these are what onnxruntime knows them by. */
const DOMAIN_VERSIONS: Readonly<Record<string, number>> = { "com.microsoft": 1, "com.microsoft.nchwc": 1 };

/**
 * A graph as the bytes of an ONNX model. Field numbers are those of onnx.proto.
 *
 * @param metadata texts by name, kept in the file
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function writeModel(graph: TensorGraph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const domains = new Set(graph.nodes.map(({ domain }) => domain).filter((domain) => domain !== ""));
  const model = new MessageWriter().integer(1, IR_VERSION).text(2, "synthex");
  model.message(7, (inner) => writeGraph(inner, graph));
  model.message(8, (opset) => opset.text(1, "").integer(2, OPSET));
  for (const domain of domains)
    model.message(8, (opset) => opset.text(1, domain).integer(2, DOMAIN_VERSIONS[domain] ?? 1));
  for (const [key, value] of Object.entries(metadata))
    model.message(14, (entry) => entry.text(1, key).text(2, value));
  return model.finish();
}

function writeGraph(writer: MessageWriter, graph: TensorGraph): void {
  const needed = neededNodes(graph);
  const made = new Set(needed.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  // What a node makes takes the name of the output, so that nothing is copied.
  const names = new Map<string, string>();
  for (const { name, tensor } of graph.outputs)
    if (made.has(tensor.name) && !names.has(tensor.name)) names.set(tensor.name, name);
  const nameOf: NameOf = ({ name }) => names.get(name) ?? name;
  for (const [index, node] of needed.entries())
    writer.message(1, (inner) => writeNode(inner, node, index, nameOf));
  // An input or a constant, or a second name of the same value, is passed on.
  for (const { name, tensor } of graph.outputs)
    if (nameOf(tensor) !== name)
      writer.message(1, (node) =>
        node.text(1, nameOf(tensor)).text(2, name).text(3, `output_${name}`).text(4, "Identity"),
      );
  writer.text(2, "synthex");
  const used = new Set(
    [...needed.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ tensor }) => tensor)].map(
      (tensor) => tensor?.name,
    ),
  );
  for (const { tensor, values } of graph.constants)
    if (used.has(tensor.name)) writer.message(5, (inner) => writeConstant(inner, tensor, values));
  for (const input of graph.inputs) writer.message(11, (info) => writeInfo(info, input.name, input));
  for (const { name, tensor } of graph.outputs) writer.message(12, (info) => writeInfo(info, name, tensor));
}

/** Nodes that an output depends on, in their order. */
export function neededNodes(graph: TensorGraph): TensorNode[] {
  const wanted = new Set(graph.outputs.map(({ tensor }) => tensor.name));
  const needed: TensorNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some(({ name }) => wanted.has(name))) continue;
    needed.push(node);
    for (const input of node.inputs) if (input) wanted.add(input.name);
  }
  return needed.toReversed();
}

/** Under which name a model knows a tensor. */
type NameOf = (tensor: Tensor) => string;

function writeNode(writer: MessageWriter, node: TensorNode, index: number, nameOf: NameOf): void {
  for (const input of node.inputs) writer.text(1, input ? nameOf(input) : "");
  for (const output of node.outputs) writer.text(2, nameOf(output));
  writer.text(3, `${node.operator}_${index}`).text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes))
    writer.message(5, (inner) => writeAttribute(inner, name, value));
  if (node.domain !== "") writer.text(7, node.domain);
}

function writeAttribute(writer: MessageWriter, name: string, value: Attribute): void {
  writer.text(1, name);
  if (typeof value === "number") writer.integer(3, value).integer(20, 2);
  else if (typeof value === "string") writer.text(4, value).integer(20, 3);
  else if ("float" in value) writer.float(2, value.float).integer(20, 1);
  else {
    for (const each of value) writer.integer(8, each);
    writer.integer(20, 7);
  }
}

function writeConstant(writer: MessageWriter, { name, shape, type }: Tensor, values: ConstantValues): void {
  writer.packedIntegers(1, shape).integer(2, ONNX_TYPES[type]).text(8, name);
  writer.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function writeInfo(writer: MessageWriter, name: string, { type, shape }: Tensor): void {
  writer.text(1, name).message(2, (info) =>
    info.message(1, (tensor) =>
      tensor.integer(1, ONNX_TYPES[type]).message(2, (sides) => {
        for (const side of shape) sides.message(1, (dimension) => dimension.integer(1, side));
      }),
    ),
  );
}
