/** Runs the steps of a training on a thread of its own: a session blocks the thread it runs on. */
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { InputError } from "../../error/input-error.ts";
import { chooseLowering, type LoweringName } from "../../network/choose-lowering.ts";
import type { ParameterLayout } from "../../network/parameters.ts";
import type { Lowering } from "../../network/tensor.ts";
import type { TensorRuntime } from "../../network/tensor-runtime.ts";
import type { Batch, Task } from "../../training/batch.ts";
import type { Checkpoint } from "../../training/log/checkpoint.ts";
import type { StepRecord, ValidationRecord } from "../../training/log/training-log.ts";
import { startOnnxProgram } from "../../training/onnx-program.ts";
import type { Plan } from "../../training/plan.ts";
import type { Budget } from "../../training/schedule.ts";
import { train, type TrainingOutcome, type TrainingPosition } from "../../training/train.ts";
import { onnxRuntime, type OnnxRuntimeOptions } from "../onnx-runtime.ts";
import { writeCheckpoint } from "./checkpoint-file.ts";
import { initialWeights } from "./initial-weights.ts";

export interface TrainerWorkerData {
  readonly plan: Plan;
  readonly task: Task;
  readonly budget: Budget;
  readonly sigmaPx: number;
  readonly engine: Required<OnnxRuntimeOptions>;
  /** That of the checkpoint, where a training goes on: another one rounds otherwise. */
  readonly lowering: LoweringName;
  readonly folder: string;
  /** What a checkpoint is known by. */
  readonly compared: Checkpoint["plan"];
  readonly from: TrainingPosition | undefined;
}

export type TrainerRequest =
  | { readonly kind: "batch"; readonly step: number; readonly batch: Batch }
  | { readonly kind: "validation"; readonly batches: readonly Batch[] }
  | { readonly kind: "cancel" };

export type TrainerReply =
  | {
      readonly kind: "started";
      readonly lowering: string;
      readonly provider: string;
      readonly parameters: number;
    }
  | { readonly kind: "step"; readonly record: StepRecord }
  | {
      readonly kind: "validation";
      readonly record: ValidationRecord;
      /** Of the first validation batch. */
      readonly probabilities: Float32Array;
    }
  | { readonly kind: "checkpoint"; readonly step: number; readonly isBest: boolean }
  | {
      readonly kind: "done";
      readonly reason: TrainingOutcome["reason"];
      readonly position: TrainingPosition;
      readonly layout: ParameterLayout;
    }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly input?: { readonly code: string; readonly remedy: string | undefined };
    };

const port = parentPort;
if (!port) throw new Error("trainer-worker runs in a worker thread");
const {
  plan,
  task,
  budget,
  sigmaPx,
  engine,
  lowering: wanted,
  folder,
  compared,
  from,
} = workerData as TrainerWorkerData;
const reply = (message: TrainerReply): void => port.postMessage(message);

const ready = new Map<number, Batch>();
const waiting = new Map<number, (batch: Batch) => void>();
let isCancelled = false;
let deliverValidation: (batches: readonly Batch[]) => void = () => undefined;
const validation = new Promise<readonly Batch[]>((resolve) => {
  deliverValidation = resolve;
});

port.on("message", (request: TrainerRequest) => {
  if (request.kind === "cancel") isCancelled = true;
  else if (request.kind === "validation") deliverValidation(request.batches);
  else {
    const deliver = waiting.get(request.step);
    waiting.delete(request.step);
    if (deliver) deliver(request.batch);
    else ready.set(request.step, request.batch);
  }
});

void run();

async function run(): Promise<void> {
  try {
    const runtime = await onnxRuntime(engine);
    const lowering = await loweringFor(runtime);
    const prepare = from ? undefined : await initialWeights(plan, task);
    const program = await startOnnxProgram({
      plan,
      task,
      sigmaPx,
      runtime,
      lowering,
      ...(prepare ? { prepare } : {}),
    });
    const { layout } = program;
    reply({
      kind: "started",
      lowering: lowering.name,
      provider: runtime.provider,
      parameters: program.state().get("parameters")?.length ?? 0,
    });
    let probabilities: Float32Array = new Float32Array();
    const watched = {
      ...program,
      async validate(batch: Batch) {
        const outcome = await program.validate(batch);
        if (probabilities.length === 0) probabilities = outcome.probabilities;
        return outcome;
      },
    };
    const outcome = await train({
      plan,
      task,
      budget,
      program: watched,
      validation: await validation,
      batchOf: (step) => batchOf(step),
      ...(from ? { from } : {}),
      onStep: (record) => reply({ kind: "step", record }),
      onValidation: (record) => {
        reply({ kind: "validation", record, probabilities });
        probabilities = new Float32Array();
      },
      async onCheckpoint(position, isBest) {
        await writeCheckpoint(join(folder, "checkpoints"), checkpointOf(position, lowering.name), {
          keep: plan.checkpoints.keep,
          isBest,
        });
        reply({ kind: "checkpoint", step: position.step, isBest });
      },
      isCancelled: () => isCancelled,
    });
    await program.release();
    reply({
      kind: "done",
      reason: outcome.reason,
      position: outcome.position,
      layout,
    });
  } catch (error) {
    reply({
      kind: "failed",
      message: error instanceof Error ? error.message : String(error),
      ...(error instanceof InputError ? { input: { code: error.code, remedy: error.remedy } } : {}),
    });
  }
}

/** A checkpoint may come from another machine: where its lowering cannot be had here, the fastest that can. */
async function loweringFor(runtime: TensorRuntime): Promise<Lowering> {
  if (runtime.provider !== "cpu") return await chooseLowering(runtime, "plain");
  return await chooseLowering(runtime, wanted).catch((error: unknown) => {
    if (from && error instanceof InputError) return chooseLowering(runtime, "auto");
    throw error;
  });
}

function batchOf(step: number): Promise<Batch> {
  const batch = ready.get(step);
  ready.delete(step);
  // Messages that came while the session ran are delivered when the thread is free.
  return batch ? Promise.resolve(batch) : new Promise((resolve) => waiting.set(step, resolve));
}

function checkpointOf(
  { step, state, best, validationsWithoutGain, wallSeconds }: TrainingPosition,
  lowering: string,
): Checkpoint {
  return {
    plan: compared,
    step,
    epoch: step / budget.stepsPerEpoch,
    seed: plan.seed,
    ...(best ? { bestMetric: best.loss, bestStep: best.step } : {}),
    extra: { validationsWithoutGain, wallSeconds, lowering },
    vectors: new Map([...state].map(([name, data]) => [name, { shape: [data.length], data }])),
  };
}
