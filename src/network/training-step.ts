import { InputError } from "../error/input-error.ts";
import type { NetworkDefinition } from "./architectures/network-definition.ts";
import { gradients } from "./gradients.ts";
import { type LossOptions, type LossTargets, losses } from "./losses/losses.ts";
import { plainLowering } from "./lowering/plain-convolution.ts";
import { writeModel } from "./onnx/write-model.ts";
import { add, divide, multiply, sqrt, subtract } from "./operators/elementwise.ts";
import { reduceSum, reduceSumOfSquares } from "./operators/reductions.ts";
import { concat, reshape, slice } from "./operators/shape.ts";
import { momentNames, type OptimiserOptions, optimiserStep } from "./optimisers.ts";
import { LayoutRecorder, type ParameterLayout, vectorScope } from "./parameters.ts";
import { elementCount, type Lowering, type Tensor } from "./tensor.ts";
import { TensorGraph } from "./tensor-graph.ts";

export interface TaskShape {
  readonly network: NetworkDefinition;
  readonly batch: number;
  readonly heightPx: number;
  readonly widthPx: number;
  readonly targets: "classes" | "masks";
  /** Classes with the background, or masks. */
  readonly classes: number;
  readonly landmarks: number;
  readonly losses: LossOptions;
  readonly lowering?: Lowering;
}

export interface TrainingStepOptions extends TaskShape {
  readonly optimiser: OptimiserOptions;
  /** Longest gradient, as a norm over all parameters; longer ones are shortened to it. */
  readonly clipNorm?: number;
  /** Keeps a vector `average` of the parameters, moved by 1 − `averageDecay` (an input) a step. */
  readonly average?: boolean;
}

/** A whole step of a training as one model. */
export interface TrainingStep {
  readonly model: Uint8Array;
  readonly graph: TensorGraph;
  readonly layout: ParameterLayout;
  /** Vectors that go in under this name and come out as `next_` and the name. */
  readonly states: readonly { readonly name: string; readonly length: number }[];
  readonly termNames: readonly string[];
  /** How many uniform random numbers a step takes (for dropout); 0: there is no such input. */
  readonly uniformCount: number;
  readonly options: TrainingStepOptions;
}

/** Losses and predictions of parameters, without a step. */
export interface Evaluation {
  readonly model: Uint8Array;
  readonly graph: TensorGraph;
  readonly layout: ParameterLayout;
  readonly termNames: readonly string[];
  readonly options: TaskShape;
}

/** @throws InputError `network-size` */
export function networkLayout(
  { network, heightPx, widthPx }: Pick<TaskShape, "network" | "heightPx" | "widthPx">,
  batch = 1,
): { layout: ParameterLayout; uniformCount: number } {
  const multiple = network.sizeMultiple;
  if (heightPx % multiple !== 0 || widthPx % multiple !== 0)
    throw new InputError("network-size", `${network.name} cannot look at ${widthPx} × ${heightPx} pixels`, {
      remedy: `sides must be multiples of ${multiple}`,
    });
  const recorder = new LayoutRecorder();
  const graph = new TensorGraph(plainLowering);
  const image = graph.input("image", "float32", [batch, network.inputChannels, heightPx, widthPx]);
  network.forward(image, recorder.scope(graph), "training");
  return { layout: recorder.layout(), uniformCount: recorder.uniformCount };
}

/**
 * Makes a model of forward pass, losses, derivatives, clipping and optimiser. Inputs: `image`, `pixels` (classes or masks), `points`, `visible`,
 * `learningRate`, `correction1`, `correction2`, `averageDecay`, `uniform` and the states; outputs: the next states, `loss`, `terms`, `dice`,
 * `gradientNorm` and `gradientSquares` (a number for each parameter).
 */
export function compileTrainingStep(options: TrainingStepOptions): TrainingStep {
  const { optimiser, clipNorm, average = false } = options;
  const { layout, uniformCount } = networkLayout(options, options.batch);
  const graph = newGraph(options);
  const parameters = graph.input("parameters", "float32", [layout.parameterCount]);
  const statistics = statisticsInput(graph, layout);
  const uniformInput = uniformCount > 0 ? graph.input("uniform", "float32", [uniformCount]) : undefined;
  let uniformTaken = 0;
  const taken = new Map<string, Tensor>();
  const updates = new Map<string, Tensor>();
  const scope = vectorScope({
    layout,
    parameters,
    statistics,
    updates,
    taken,
    uniform: (shape) => {
      const from = uniformTaken;
      uniformTaken += elementCount(shape);
      return reshape(slice(uniformInput as Tensor, [{ axis: 0, from, to: uniformTaken }]), shape);
    },
  });
  const { image, targets } = taskInputs(graph, options);
  const outputs = options.network.forward(image, scope, "training");
  const cost = losses(outputs, targets, options.losses);

  const places = layout.parameters;
  const found = gradients(
    cost.total,
    places.map(({ name }) => taken.get(name) as Tensor),
  );
  const gradient = concat(
    found.map((gradient) => reshape(gradient, [-1])),
    0,
  );
  const squares = concat(
    found.map((gradient) => reshape(reduceSumOfSquares(gradient), [1])),
    0,
  );
  const norm = sqrt(reduceSum(squares));
  const factor = clipNorm === undefined ? undefined : shortening(norm, clipNorm);

  const states = [{ name: "parameters", length: layout.parameterCount }];
  const moments = momentNames(optimiser).map((name) => {
    states.push({ name, length: layout.parameterCount });
    return graph.input(name, "float32", [layout.parameterCount]);
  });
  const learningRate = graph.input("learningRate", "float32", []);
  const corrections =
    optimiser.kind === "sgd-nesterov"
      ? []
      : ["correction1", "correction2"].map((name) => graph.input(name, "float32", []));
  const next = optimiserStep(optimiser, { parameters, gradient, factor, moments, learningRate, corrections });
  graph.output("next_parameters", next.parameters);
  for (const [index, moment] of next.moments.entries()) graph.output(`next_moment${index + 1}`, moment);
  if (average) {
    const before = graph.input("average", "float32", [layout.parameterCount]);
    const decay = graph.input("averageDecay", "float32", []);
    const towards = multiply(subtract(next.parameters, before), subtract(graph.scalar(1), decay));
    graph.output("next_average", add(before, towards));
    states.push({ name: "average", length: layout.parameterCount });
  }
  if (statistics) {
    const parts = layout.statistics.map(({ name }) => {
      const update = updates.get(name);
      if (!update) throw new RangeError(`the statistic ${name} is not gathered`);
      return reshape(update, [-1]);
    });
    graph.output("next_statistics", concat(parts, 0));
    states.push({ name: "statistics", length: layout.statisticCount });
  }
  graph.output("gradientNorm", norm);
  graph.output("gradientSquares", squares);
  const termNames = lossOutputs(graph, cost);
  return { model: writeModel(graph), graph, layout, states, termNames, uniformCount, options };
}

/** Inputs as those of a step, without the optimiser's; outputs `loss`, `terms`, `dice`, `probabilities` and `heatMaps`. */
export function compileEvaluation(options: TaskShape): Evaluation {
  const { layout } = networkLayout(options);
  const graph = newGraph(options);
  const parameters = graph.input("parameters", "float32", [layout.parameterCount]);
  const scope = vectorScope({
    layout,
    parameters,
    statistics: statisticsInput(graph, layout),
    updates: new Map(),
    taken: new Map(),
    uniform: () => undefined,
  });
  const { image, targets } = taskInputs(graph, options);
  const outputs = options.network.forward(image, scope, "inference");
  const cost = losses(outputs, targets, options.losses);
  const termNames = lossOutputs(graph, cost);
  graph.output("probabilities", cost.probabilities);
  if (outputs.heatMaps) graph.output("heatMaps", outputs.heatMaps);
  return { model: writeModel(graph), graph, layout, termNames, options };
}

const newGraph = ({ lowering }: TaskShape): TensorGraph => new TensorGraph(lowering ?? plainLowering);

function statisticsInput(graph: TensorGraph, { statisticCount }: ParameterLayout): Tensor | undefined {
  return statisticCount > 0 ? graph.input("statistics", "float32", [statisticCount]) : undefined;
}

function taskInputs(
  graph: TensorGraph,
  { network, batch, heightPx, widthPx, targets, classes, landmarks }: TaskShape,
): { image: Tensor; targets: LossTargets } {
  const image = graph.input("image", "float32", [batch, network.inputChannels, heightPx, widthPx]);
  const planes = targets === "classes" ? [] : [classes];
  const pixels = graph.input("pixels", "uint8", [batch, ...planes, heightPx, widthPx]);
  if (landmarks === 0) return { image, targets: { pixels, kind: targets } };
  const points = graph.input("points", "float32", [batch, landmarks, 2]);
  const visible = graph.input("visible", "float32", [batch, landmarks]);
  return { image, targets: { pixels, kind: targets, points, visible } };
}

function lossOutputs(graph: TensorGraph, cost: ReturnType<typeof losses>): string[] {
  graph.output("loss", cost.total);
  const terms = [...cost.terms.values()].map((term) => reshape(term, [1]));
  graph.output("terms", concat(terms, 0));
  graph.output("dice", cost.dice);
  return [...cost.terms.keys()];
}

/** min(1, longest / norm) */
function shortening(norm: Tensor, longest: number): Tensor {
  const ratio = divide(norm.graph.scalar(longest), add(norm, 1e-6));
  return norm.graph.node("Min", [ratio, norm.graph.scalar(1)], "float32", []);
}
