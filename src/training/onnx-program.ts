import type { Lowering } from "../network/tensor.ts";
import { initialState, startEvaluation, startTraining } from "../network/running-training.ts";
import type { TensorRuntime } from "../network/tensor-runtime.ts";
import { compileEvaluation, compileTrainingStep } from "../network/training-step.ts";
import type { ParameterLayout } from "../network/parameters.ts";
import { sampleKey } from "../random/sample-key.ts";
import type { Task } from "./batch.ts";
import { networkOf, planesOf } from "./network-of.ts";
import type { Plan } from "./plan.ts";
import type { TrainingProgram } from "./training-program.ts";

/** Standard deviation of a landmark's Gaussian in pixels of the network. */
export const heatMapSigmaPx = (plan: Plan, fieldMm: number): number =>
  (plan.heatMapSigmaMm * plan.input.sizePx) / fieldMm;

/** A plan's network, losses and optimiser compiled to ONNX and begun in an engine. */
export async function startOnnxProgram(options: {
  plan: Plan;
  task: Task;
  sigmaPx: number;
  runtime: TensorRuntime;
  lowering: Lowering;
  /** Parameters to begin with where they are not random, e.g. published weights. */
  prepare?: (parameters: Float32Array, layout: ParameterLayout) => void;
}): Promise<TrainingProgram & { readonly layout: ParameterLayout }> {
  const { plan, task, sigmaPx, runtime, lowering } = options;
  const { loss, optimiser } = plan;
  const shape = {
    network: networkOf(plan, task),
    batch: plan.batch,
    heightPx: task.heightPx,
    widthPx: task.widthPx,
    targets: task.targets,
    classes: planesOf(task),
    landmarks: task.landmarks.length,
    losses: {
      dice: loss.dice,
      crossEntropy: loss.crossEntropy,
      heatMap: { ...loss.heatMap, sigmaPx },
      absentClasses: loss.absentClasses,
    },
    lowering,
  };
  const hasAverage = plan.averageDecay !== undefined;
  const compiled = compileTrainingStep({
    ...shape,
    optimiser,
    average: hasAverage,
    ...(plan.clipNorm === undefined ? {} : { clipNorm: plan.clipNorm }),
  });
  const first = initialState(compiled, plan.seed);
  options.prepare?.(first.get("parameters") as Float32Array, compiled.layout);
  const training = await startTraining(runtime, compiled, first);
  const evaluation = await startEvaluation(runtime, compileEvaluation(shape));
  return {
    layout: compiled.layout,
    step(batch, { learningRate, step }) {
      return training.step(batch, {
        learningRate,
        step,
        // A long average of few steps would be mostly the random beginning.
        ...(hasAverage ? { averageDecay: Math.min(plan.averageDecay ?? 0, (1 + step) / (10 + step)) } : {}),
        key: sampleKey(plan.seed, step, "dropout"),
      });
    },
    validate: (batch) =>
      evaluation.evaluate(batch, {
        parameters: training.vector(hasAverage ? "average" : "parameters"),
        statistics: compiled.layout.statisticCount > 0 ? training.vector("statistics") : undefined,
      }),
    state: () => training.state(),
    restore: (state) => training.restore(state),
    async release() {
      await training.release();
      await evaluation.release();
    },
  };
}
