import { elementwiseRules } from "./gradient-rules/elementwise-rules.ts";
import { normalisationRules } from "./gradient-rules/normalisation-rules.ts";
import type { GradientRule } from "./gradient-rules/rule.ts";
import { shapeRules } from "./gradient-rules/shape-rules.ts";
import { spatialRules } from "./gradient-rules/spatial-rules.ts";
import { add } from "./operators/elementwise.ts";
import { expectShape, type Operation, type Tensor } from "./tensor.ts";

/** The derivatives of every operation that has one, by its kind. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  ...elementwiseRules,
  ...shapeRules,
  ...spatialRules,
  ...normalisationRules,
};

/**
 * The derivatives of one number by each of some tensors, as new nodes of its graph: reverse mode, from the number back to what it is made of.
 *
 * @param loss a tensor with one element
 * @throws RangeError where an operation between has no derivative, or a tensor has no influence
 */
export function gradients(loss: Tensor, sources: readonly Tensor[]): Tensor[] {
  const { graph } = loss;
  const wanted = new Set(sources.map(({ name }) => name));
  const operations = influenced(loss, wanted);
  const derivatives = new Map<string, Tensor>();
  derivatives.set(loss.name, graph.constant(Float32Array.of(1), loss.shape));
  const relevant = new Set([
    ...wanted,
    ...operations.flatMap(({ outputs }) => outputs.map(({ name }) => name)),
  ]);
  for (const operation of operations.toSorted((a, b) => b.sequence - a.sequence)) {
    const incoming = operation.outputs.map(({ name }) => derivatives.get(name));
    if (incoming.every((derivative) => derivative === undefined)) continue;
    const rule = gradientRules[operation.kind];
    if (!rule) throw new RangeError(`${operation.kind} has no derivative`);
    const needs = operation.inputs.map((input) => input !== undefined && relevant.has(input.name));
    const found = rule(operation, incoming, needs);
    for (const [index, input] of operation.inputs.entries()) {
      const derivative = found[index];
      if (!input || !needs[index] || !derivative) continue;
      expectShape(derivative, input.shape, `the derivative of ${operation.kind} by its input ${index}`);
      const before = derivatives.get(input.name);
      derivatives.set(input.name, before ? add(before, derivative) : derivative);
    }
  }
  return sources.map((source) => {
    const derivative = derivatives.get(source.name);
    if (!derivative) throw new RangeError(`${source.name} has no influence on ${loss.name}`);
    return derivative;
  });
}

/** The operations between the sources and the result. */
function influenced(result: Tensor, sources: ReadonlySet<string>): Operation[] {
  const answers = new Map<Operation, boolean>();
  const isInfluenced = (tensor: Tensor | undefined): boolean => {
    if (!tensor) return false;
    const { operation } = tensor;
    if (!operation) return sources.has(tensor.name);
    return (answers.get(operation) ?? false) || sources.has(tensor.name);
  };
  // Depth first with a list of our own: networks are deeper than the call stack.
  const open: { operation: Operation; ready: boolean }[] = [];
  if (result.operation) open.push({ operation: result.operation, ready: false });
  const seen = new Set<Operation>();
  for (let next = open.pop(); next; next = open.pop()) {
    const { operation, ready } = next;
    if (ready) {
      answers.set(operation, operation.inputs.some(isInfluenced));
      continue;
    }
    if (seen.has(operation)) continue;
    seen.add(operation);
    open.push({ operation, ready: true });
    for (const input of operation.inputs)
      if (input?.operation && !seen.has(input.operation))
        open.push({ operation: input.operation, ready: false });
  }
  return [...answers].filter(([, yes]) => yes).map(([operation]) => operation);
}
