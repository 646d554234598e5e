import { availableParallelism } from "node:os";
import { join } from "node:path";
import { chooseLowering } from "../../network/choose-lowering.ts";
import type { Batch } from "../../training/batch.ts";
import { exampleSheet } from "../../training/example-sheet.ts";
import { type TrainingForecast, trainingForecast } from "../../training/log/training-forecast.ts";
import { heatMapSigmaPx, startOnnxProgram } from "../../training/onnx-program.ts";
import { validationInterval } from "../../training/schedule.ts";
import type { TrainingProgram } from "../../training/training-program.ts";
import { onnxRuntime } from "../onnx-runtime.ts";
import { writeAtomically } from "../write-atomically.ts";
import { encodePngFast } from "../write-simulation.ts";
import { initialWeights } from "./initial-weights.ts";
import type { TrainModelOptions } from "./train-model.ts";
import { openTrainingSource, type TrainingSource } from "./training-source.ts";

export interface TrainingDryRun {
  readonly forecast: TrainingForecast;
  /** What is trained on, in words. */
  readonly facts: Readonly<Record<string, string>>;
  /** Examples as the network will be shown them. */
  readonly sheet: string;
  readonly measured: {
    readonly steps: number;
    readonly stepMs: number;
    readonly exampleMs: number;
    readonly validationMs: number;
    readonly startMs: number;
  };
}

/** The first steps are slower: memory is found. */
const FIRST_STEPS = 2;
const MEASURED_STEPS = 4;
const SHOWN_EXAMPLES = 8;

/**
 * Takes a few steps of a training, forecasts time and memory of all of it, and draws examples as they are randomized in the first and in the
 * last step. What was learnt is thrown away; of a recipe the prepared subjects are kept.
 *
 * @throws InputError as `trainModel`
 */
export async function dryRunTraining(
  options: Pick<TrainModelOptions, "plan" | "data" | "stream" | "out" | "provider" | "threads" | "workers">,
): Promise<TrainingDryRun> {
  const { plan, out } = options;
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1);
  const workers = options.workers ?? Math.max(1, availableParallelism() - threads);
  const begun = performance.now();
  const baseBytes = process.memoryUsage.rss();
  const source = await openTrainingSource(options, workers);
  try {
    const { task, budget } = source;
    const { from, to } = plan.augmentation.strength;
    // The same places of the order, as the first and as the last step would have them.
    const first = await source.batch({ kind: "step", step: 0, strength: from });
    const readyMs = performance.now() - begun;
    const last = await source.batch({ kind: "step", step: 0, strength: to });
    const withExamples = process.memoryUsage.rss();
    const compiling = performance.now();
    const runtime = await onnxRuntime({ provider: options.provider, threads });
    const lowering = await chooseLowering(runtime, runtime.provider === "cpu" ? "auto" : "plain");
    const prepare = await initialWeights(plan, task);
    const program = await startOnnxProgram({
      plan,
      task,
      sigmaPx: heatMapSigmaPx(plan, source.fieldMm),
      runtime,
      lowering,
      ...(prepare ? { prepare } : {}),
    });
    const startMs = readyMs + performance.now() - compiling;
    const { stepMs, validationMs } = await measured(program, [first, last], source);
    const parameters = program.state().get("parameters")?.length ?? 0;
    const vectors = [...program.state().values()].filter(({ length }) => length === parameters).length;
    await program.release();
    const { exampleMs, pictureMs = 0 } = source.costs();
    const peak = Math.max(process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024);
    const validationBatches = Math.ceil(source.validationExamples / plan.batch);
    const forecast = trainingForecast({
      steps: budget.steps,
      batch: plan.batch,
      stepMs,
      exampleMs,
      workers,
      validations:
        source.validationExamples > 0 ? Math.ceil(budget.steps / validationInterval(plan, budget)) : 0,
      validationMs: validationBatches * validationMs,
      startMs: startMs + (source.validationExamples * Math.max(exampleMs, pictureMs)) / workers,
      parameters,
      stateVectors: vectors,
      activationBytesPerExample: Math.max(0, peak - withExamples - 8 * parameters * vectors) / plan.batch,
      bytesPerWorker: Math.max(0, withExamples - baseBytes) / workers,
      baseBytes,
      measuredBytes: peak,
      keptCheckpoints: plan.checkpoints.keep,
    });
    const sheet = join(out, "dry-run.png");
    const drawn = exampleSheet(
      [
        { title: `first step, strength ${from}`, batch: first },
        { title: `last step, strength ${to}`, batch: last },
      ],
      task,
      {
        each: SHOWN_EXAMPLES,
        title: plan.name,
        caption: `randomization ${plan.augmentation.profile}, ${task.widthPx} × ${task.heightPx} pixels, seed ${plan.seed}`,
      },
    );
    await writeAtomically(sheet, await encodePngFast(drawn));
    return {
      forecast,
      facts: source.facts,
      sheet,
      measured: { steps: MEASURED_STEPS, stepMs, exampleMs, validationMs, startMs },
    };
  } finally {
    await source.stop();
  }
}

async function measured(
  program: TrainingProgram,
  batches: readonly Batch[],
  source: TrainingSource,
): Promise<{ stepMs: number; validationMs: number }> {
  const times: number[] = [];
  for (let step = 0; step < FIRST_STEPS + MEASURED_STEPS; step++) {
    const begun = performance.now();
    // So small a rate that nothing diverges.
    await program.step(batches[step % batches.length], { learningRate: 1e-6, step });
    if (step >= FIRST_STEPS) times.push(performance.now() - begun);
  }
  const begun = performance.now();
  if (source.validationExamples > 0) await program.validate(batches[0]);
  return {
    stepMs: times.toSorted((a, b) => a - b)[times.length >> 1],
    validationMs: performance.now() - begun,
  };
}
