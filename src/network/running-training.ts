import type { PhiloxKey } from "../random/philox.ts";
import { fillUniform } from "../random/fill-uniform.ts";
import { firstNotFinite, initialValues } from "./parameters.ts";
import { float32Value, type TensorRuntime, type TensorSession, type TensorValue } from "./tensor-runtime.ts";
import { elementCount } from "./tensor.ts";
import type { Evaluation, TrainingStep } from "./training-step.ts";

/** Vectors of a training by name: parameters, moments, average, statistics. */
export type TrainingVectors = ReadonlyMap<string, Float32Array>;

/** As many pictures as the model was compiled for, side by side. */
export interface TrainingBatch {
  /** B × C × H × W. */
  readonly pixels: Float32Array;
  /** B × H × W classes or B × K × H × W masks. */
  readonly targets: Uint8Array;
  /** B × L × 2. */
  readonly points: Float32Array;
  /** B × L. */
  readonly visible: Float32Array;
}

export interface StepResult {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Soft Dice a class. */
  readonly dice: Float32Array;
  readonly gradientNorm: number;
  /** Name of the first parameter whose gradient is no finite number. */
  readonly firstBroken: string | undefined;
}

export interface RunningTraining {
  /**
   * @param at.step from 0; at.averageDecay of the average, where there is one; at.key of dropout's numbers
   */
  step(
    batch: TrainingBatch,
    at: { learningRate: number; step: number; averageDecay?: number; key?: PhiloxKey },
  ): Promise<StepResult>;
  /** Copies. */
  state(): TrainingVectors;
  /** The vector itself, as it is until the next step. */
  vector(name: string): Float32Array;
  restore(state: TrainingVectors): void;
  release(): Promise<void>;
}

/** What a training starts from: random parameters of a seed, moments 0, the average at the parameters. */
export function initialState(step: TrainingStep, seed: number): Map<string, Float32Array> {
  const parameters = initialValues(step.layout.parameters, seed);
  return new Map(
    step.states.map(({ name, length }) => {
      if (name === "parameters" || name === "average") return [name, parameters.slice()];
      if (name === "statistics") return [name, initialValues(step.layout.statistics, seed)];
      return [name, new Float32Array(length)];
    }),
  );
}

/**
 * A training under way in an engine. The states stand in two sets of vectors that change places at each step, so that no memory is asked for.
 */
export async function startTraining(
  runtime: TensorRuntime,
  compiled: TrainingStep,
  initial: TrainingVectors,
): Promise<RunningTraining> {
  const session = await runtime.open(compiled.model);
  const { states, layout, termNames, options, uniformCount } = compiled;
  let current = new Map(states.map(({ name, length }) => [name, new Float32Array(length)]));
  let spare = new Map(states.map(({ name, length }) => [name, new Float32Array(length)]));
  const uniform = new Float32Array(uniformCount);
  const restore = (state: TrainingVectors): void => {
    for (const { name, length } of states) {
      const vector = state.get(name);
      if (vector?.length !== length)
        throw new RangeError(`the state ${name} has ${vector?.length ?? "no"} numbers instead of ${length}`);
      (current.get(name) as Float32Array).set(vector);
    }
  };
  restore(initial);
  return {
    async step(batch, { learningRate, step, averageDecay = 0.999, key }) {
      const feeds: Record<string, TensorValue> = {
        ...batchFeeds(compiled, batch),
        learningRate: scalar(learningRate),
      };
      const outputs: Record<string, TensorValue | null> = {
        loss: null,
        terms: null,
        dice: null,
        gradientNorm: null,
        gradientSquares: null,
      };
      for (const { name } of states) {
        feeds[name] = float32Value(current.get(name) as Float32Array);
        outputs[`next_${name}`] = float32Value(spare.get(name) as Float32Array);
      }
      const { optimiser } = options;
      if (optimiser.kind !== "sgd-nesterov") {
        feeds.correction1 = scalar(1 - optimiser.beta1 ** (step + 1));
        feeds.correction2 = scalar(1 - optimiser.beta2 ** (step + 1));
      }
      if (options.average) feeds.averageDecay = scalar(averageDecay);
      if (uniformCount > 0) {
        if (!key) throw new RangeError("a network with dropout needs a key in every step");
        fillUniform(uniform, key);
        feeds.uniform = float32Value(uniform);
      }
      const made = await session.run(feeds, outputs);
      [current, spare] = [spare, current];
      return {
        loss: numberOf(made.loss),
        terms: termsOf(termNames, made.terms),
        dice: made.dice.data as Float32Array,
        gradientNorm: numberOf(made.gradientNorm),
        firstBroken: firstBroken(compiled, made.gradientSquares.data as Float32Array),
      };
    },
    state: () => new Map([...current].map(([name, vector]) => [name, vector.slice()])),
    vector: (name) => current.get(name) as Float32Array,
    restore,
    release: () => session.release(),
  };

  function firstBroken({ layout: { parameters } }: TrainingStep, squares: Float32Array): string | undefined {
    const at = squares.findIndex((value) => !Number.isFinite(value));
    return at < 0
      ? firstNotFinite(layout.statistics, current.get("statistics") ?? new Float32Array())
      : parameters[at].name;
  }
}

export interface EvaluationResult {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly dice: Float32Array;
  /** B × K × H × W. */
  readonly probabilities: Float32Array;
  /** B × L × H × W. */
  readonly heatMaps: Float32Array | undefined;
}

export interface RunningEvaluation {
  evaluate(
    batch: TrainingBatch,
    vectors: { parameters: Float32Array; statistics?: Float32Array | undefined },
  ): Promise<EvaluationResult>;
  release(): Promise<void>;
}

export async function startEvaluation(
  runtime: TensorRuntime,
  compiled: Evaluation,
): Promise<RunningEvaluation> {
  const session: TensorSession = await runtime.open(compiled.model);
  return {
    async evaluate(batch, { parameters, statistics }) {
      const feeds = { ...batchFeeds(compiled, batch), parameters: float32Value(parameters) };
      const made = await session.run(
        compiled.layout.statisticCount > 0
          ? { ...feeds, statistics: float32Value(statistics as Float32Array) }
          : feeds,
      );
      return {
        loss: numberOf(made.loss),
        terms: termsOf(compiled.termNames, made.terms),
        dice: made.dice.data as Float32Array,
        probabilities: made.probabilities.data as Float32Array,
        heatMaps: made.heatMaps?.data as Float32Array | undefined,
      };
    },
    release: () => session.release(),
  };
}

function batchFeeds({ graph }: TrainingStep | Evaluation, batch: TrainingBatch): Record<string, TensorValue> {
  const shapeOf = (name: string): readonly number[] | undefined =>
    graph.inputs.find((input) => input.name === name)?.shape;
  const feeds: Record<string, TensorValue> = {};
  const feed = (name: string, data: Float32Array | Uint8Array): void => {
    const shape = shapeOf(name);
    if (!shape) return;
    if (data.length !== elementCount(shape))
      throw new RangeError(`${name} of a batch has ${data.length} numbers instead of (${shape.join(", ")})`);
    feeds[name] =
      data instanceof Uint8Array ? { type: "uint8", shape, data } : { type: "float32", shape, data };
  };
  feed("image", batch.pixels);
  feed("pixels", batch.targets);
  feed("points", batch.points);
  feed("visible", batch.visible);
  return feeds;
}

const scalar = (value: number): TensorValue => float32Value(Float32Array.of(value), []);
const numberOf = ({ data }: TensorValue): number => Number(data[0]);
const termsOf = (names: readonly string[], { data }: TensorValue): Record<string, number> =>
  Object.fromEntries(names.map((name, index) => [name, Number(data[index])]));
