import { type PhiloxKey } from "../random/philox.ts";
import { randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import { reshape, slice } from "./operators/shape.ts";
import { elementCount, type Tensor } from "./tensor.ts";
import type { TensorGraph } from "./tensor-graph.ts";

/** How a parameter begins. */
export type Initialiser =
  | { readonly kind: "constant"; readonly value: number }
  /** Normal with variance 2 / fan-in, for what a ReLU follows. He et al., ICCV 2015. */
  | { readonly kind: "he-normal"; readonly fanIn: number }
  /** Normal with this spread. */
  | { readonly kind: "normal"; readonly deviation: number }
  /** Uniform within ±√(6 / (fan-in + fan-out)). Glorot, Bengio, AISTATS 2010. */
  | { readonly kind: "xavier-uniform"; readonly fanIn: number; readonly fanOut: number };

/** A named array within a flat vector. */
export interface ParameterPlace {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of its first number in the vector. */
  readonly offset: number;
  readonly initialiser: Initialiser;
}

/** Where the parameters of a network, and the statistics it gathers, stand in their vectors. */
export interface ParameterLayout {
  readonly parameters: readonly ParameterPlace[];
  readonly parameterCount: number;
  /** Running means and variances: not learnt, but kept with the parameters. */
  readonly statistics: readonly ParameterPlace[];
  readonly statisticCount: number;
}

/** Through which an architecture asks for its parameters, by names that are unique and in an order that does not change. */
export interface ParameterScope {
  parameter(name: string, shape: readonly number[], initialiser: Initialiser): Tensor;
  statistic(name: string, shape: readonly number[], initial: number): Tensor;
  /** What a statistic becomes after this step; without effect in inference. */
  updateStatistic(name: string, value: Tensor): void;
  /** Numbers uniform on [0, 1), new in every step, for dropout; undefined in inference. */
  uniform(shape: readonly number[]): Tensor | undefined;
  /** The same scope with a prefix to names. */
  within(prefix: string): ParameterScope;
}

/** Finds out a layout: hands out inputs instead of places in a vector. */
export class LayoutRecorder {
  readonly #lists = { parameters: [] as ParameterPlace[], statistics: [] as ParameterPlace[] };
  readonly #counts = { parameters: 0, statistics: 0 };
  uniformCount = 0;

  scope(graph: TensorGraph, prefix = ""): ParameterScope {
    const record = (
      kind: "parameters" | "statistics",
      name: string,
      shape: readonly number[],
      initialiser: Initialiser,
    ): Tensor => {
      const place = { name: prefix + name, shape, offset: this.#counts[kind], initialiser };
      if (this.#lists[kind].some((other) => other.name === place.name))
        throw new RangeError(`two ${kind} are named ${place.name}`);
      this.#lists[kind].push(place);
      this.#counts[kind] += elementCount(shape);
      return graph.input(`${kind}/${place.name}`, "float32", shape);
    };
    return {
      parameter: (name, shape, initialiser) => record("parameters", name, shape, initialiser),
      statistic: (name, shape, initial) =>
        record("statistics", name, shape, { kind: "constant", value: initial }),
      updateStatistic: () => {},
      uniform: (shape) => {
        this.uniformCount += elementCount(shape);
        return graph.input(`uniform/${this.uniformCount}`, "float32", shape);
      },
      within: (inner) => this.scope(graph, `${prefix}${inner}.`),
    };
  }

  layout(): ParameterLayout {
    return {
      ...this.#lists,
      parameterCount: this.#counts.parameters,
      statisticCount: this.#counts.statistics,
    };
  }
}

/** Hands out the parameters of a layout as parts of flat vectors. */
export function vectorScope(options: {
  layout: ParameterLayout;
  parameters: Tensor;
  statistics: Tensor | undefined;
  /** Filled with what statistics become. */
  updates: Map<string, Tensor>;
  /** Filled with the tensors handed out, by name. */
  taken: Map<string, Tensor>;
  uniform: (shape: readonly number[]) => Tensor | undefined;
}): ParameterScope {
  const { layout, parameters, statistics, updates, taken, uniform } = options;
  const part = (vector: Tensor, { offset, shape }: ParameterPlace): Tensor =>
    reshape(slice(vector, [{ axis: 0, from: offset, to: offset + elementCount(shape) }]), shape);
  const find = (places: readonly ParameterPlace[], name: string): ParameterPlace => {
    const place = places.find((each) => each.name === name);
    if (!place) throw new RangeError(`${name} is not in the layout`);
    return place;
  };
  const scope = (prefix: string): ParameterScope => ({
    parameter: (name) => {
      const tensor = part(parameters, find(layout.parameters, prefix + name));
      taken.set(prefix + name, tensor);
      return tensor;
    },
    statistic: (name) => part(statistics as Tensor, find(layout.statistics, prefix + name)),
    updateStatistic: (name, value) => updates.set(prefix + name, value),
    uniform,
    within: (inner) => scope(`${prefix}${inner}.`),
  });
  return scope("");
}

/** Hands out the parameters as constants of a model that does not learn any more. */
export function constantScope(
  graph: TensorGraph,
  layout: ParameterLayout,
  parameters: Float32Array,
  statistics: Float32Array | undefined,
): ParameterScope {
  const values = new Map([
    ...namedParts(layout.parameters, parameters),
    ...namedParts(layout.statistics, statistics ?? new Float32Array()),
  ]);
  const take = (name: string, shape: readonly number[]): Tensor => {
    const value = values.get(name);
    if (value?.data.length !== elementCount(shape)) throw new RangeError(`${name} is not in the layout`);
    return graph.constant(value.data.slice(), shape, name);
  };
  const scope = (prefix: string): ParameterScope => ({
    parameter: (name, shape) => take(prefix + name, shape),
    statistic: (name, shape) => take(prefix + name, shape),
    updateStatistic: () => {},
    uniform: () => undefined,
    within: (inner) => scope(`${prefix}${inner}.`),
  });
  return scope("");
}

/** Parameters as they are before the first step: each depends on the seed and its own name only. */
export function initialValues(places: readonly ParameterPlace[], seed: number): Float32Array {
  const last = places.at(-1);
  const values = new Float32Array(last ? last.offset + elementCount(last.shape) : 0);
  for (const { name, shape, offset, initialiser } of places)
    fill(
      values.subarray(offset, offset + elementCount(shape)),
      initialiser,
      sampleKey(seed, 0, `weights/${name}`),
    );
  return values;
}

function fill(values: Float32Array, initialiser: Initialiser, key: PhiloxKey): void {
  if (initialiser.kind === "constant") {
    values.fill(initialiser.value);
    return;
  }
  const { normal, uniformIn } = randomStream(key);
  if (initialiser.kind === "xavier-uniform") {
    const bound = Math.sqrt(6 / (initialiser.fanIn + initialiser.fanOut));
    for (let i = 0; i < values.length; i++) values[i] = uniformIn(-bound, bound);
    return;
  }
  const deviation = initialiser.kind === "normal" ? initialiser.deviation : Math.sqrt(2 / initialiser.fanIn);
  for (let i = 0; i < values.length; i++) values[i] = deviation * normal();
}

/** The named arrays of a flat vector, as views. */
export function namedParts(
  places: readonly ParameterPlace[],
  vector: Float32Array,
): Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }> {
  return new Map(
    places.map(({ name, shape, offset }) => [
      name,
      { shape, data: vector.subarray(offset, offset + elementCount(shape)) },
    ]),
  );
}

/** The first parameter with a number that is not finite, which tells where a training broke. */
export function firstNotFinite(places: readonly ParameterPlace[], vector: Float32Array): string | undefined {
  const at = vector.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return undefined;
  return places.findLast(({ offset }) => offset <= at)?.name;
}
