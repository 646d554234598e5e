import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { InputError } from "../../error/input-error.ts";
import type { LoweringName } from "../../network/choose-lowering.ts";
import { networkLayout } from "../../network/training-step.ts";
import type { Batch } from "../../training/batch.ts";
import { type ClassAlarm, classAlarms } from "../../training/log/class-alarms.ts";
import type { StepRecord, ValidationRecord } from "../../training/log/training-log.ts";
import { trainingReport } from "../../training/log/training-report.ts";
import { networkOf } from "../../training/network-of.ts";
import { heatMapSigmaPx } from "../../training/onnx-program.ts";
import type { Plan } from "../../training/plan.ts";
import { predictionSheet } from "../../training/prediction-sheet.ts";
import type { Budget } from "../../training/schedule.ts";
import type { TrainingOutcome, TrainingPosition } from "../../training/train.ts";
import type { LoadedRecipe } from "../dataset/load-recipe.ts";
import { deflateData } from "../deflate.ts";
import { makeOutputFolder } from "../make-output-folder.ts";
import { softwareVersion } from "../software-version.ts";
import { writeAtomically } from "../write-atomically.ts";
import { latestCheckpoint, readCheckpoint } from "./checkpoint-file.ts";
import { type ComparedPlan, comparedPlan } from "./compared-plan.ts";
import { exportedModel } from "./exported-model.ts";
import { modelThresholds } from "./model-thresholds.ts";
import { openTrainingLog, readTrainingFolder, type TrainingLogFiles } from "./log-files.ts";
import type { TrainerReply, TrainerRequest, TrainerWorkerData } from "./trainer-worker.ts";
import { openTrainingSource, type TrainingSource } from "./training-source.ts";

export interface TrainModelOptions {
  readonly plan: Plan;
  readonly planText: string;
  /** A data set, or else a recipe to render while training. */
  readonly data?: string | undefined;
  readonly stream?: LoadedRecipe | undefined;
  readonly out: string;
  readonly provider: "auto" | "cpu" | "cuda" | "webgpu";
  /** Of the steps; default all cores but those that make examples. */
  readonly threads?: number | undefined;
  /** That make examples. */
  readonly workers?: number | undefined;
  /** How convolutions are made; default what a trial on this machine finds fastest, or as the checkpoint was trained. */
  readonly lowering?: LoweringName | undefined;
  readonly resume?: boolean;
  /** Called once the length of the training is known. */
  readonly onBudget?: (budget: Budget) => void;
  readonly onStep?: (record: StepRecord) => void;
  readonly onValidation?: (record: ValidationRecord) => void;
  readonly onAlarm?: (alarm: ClassAlarm) => void;
  readonly onEvent?: (name: string, text: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly signal?: AbortSignal;
}

export interface TrainedModel {
  readonly path: string;
  readonly bytes: number;
  readonly reason: TrainingOutcome["reason"];
  readonly steps: number;
  readonly validation: ValidationRecord | undefined;
}

const SHOWN_EXAMPLES = 8;

/**
 * Trains a plan on a data set or a recipe: examples are made on some threads, steps run on another. Leaves in the folder: `plan.json`, logs,
 * `checkpoints/`, `report.html`, and `model.onnx`, which `predict` and `evaluate` take.
 *
 * @throws InputError what plan, data or folder are to blame for
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainedModel> {
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1);
  const workers = options.workers ?? Math.max(1, availableParallelism() - threads);
  const source = await openTrainingSource(options, workers);
  try {
    return await trainOn(source, { ...options, threads, workers });
  } finally {
    await source.stop();
  }
}

async function trainOn(
  source: TrainingSource,
  options: TrainModelOptions & { readonly threads: number; readonly workers: number },
): Promise<TrainedModel> {
  const { plan, out, threads, workers } = options;
  const { task, budget, fieldMm } = source;
  // Refused before anything is written.
  networkLayout({ ...task, network: networkOf(plan, task) });
  const sigmaPx = heatMapSigmaPx(plan, fieldMm);
  const compared = comparedPlan(plan, task, source.identity);
  const from = await startingPoint(options, compared);
  options.onBudget?.(budget);
  await makeOutputFolder(out);
  await writeAtomically(join(out, "plan.json"), `${JSON.stringify(plan, undefined, 2)}\n`);
  const log = await openTrainingLog(out, {
    run: plan.name,
    terms: task.landmarks.length > 0 ? ["dice", "crossEntropy", "heatMap"] : ["dice", "crossEntropy"],
    structures: task.structures,
    landmarks: [],
    resumedStep: from?.step ?? 0,
    hyperparameters: {
      batch: plan.batch,
      steps: budget.steps,
      learningRate: plan.optimiser.learningRate,
      optimiser: plan.optimiser.kind,
      network: plan.network.kind,
      augmentation: plan.augmentation.profile,
      sizePx: plan.input.sizePx,
      seed: plan.seed,
    },
  });
  try {
    const run = await runTrainer({
      ...options,
      source,
      compared,
      sigmaPx,
      from,
      log,
    });
    const done = run.done;
    const position = plan.use === "best" ? await bestPosition(out, compared, done.position) : done.position;
    const exported = {
      plan,
      compared,
      source,
      layout: done.layout,
      position,
      landmarkStructures: await source.landmarkStructures(run.validation),
      sigmaPx,
    };
    const uncalibrated = exportedModel(exported);
    const thresholds = await modelThresholds({ model: uncalibrated, source, batch: plan.batch, threads });
    const model = exportedModel({ ...exported, thresholds });
    const path = join(out, "model.onnx");
    await writeAtomically(path, model);
    const { records, predictions } = await readTrainingFolder(out);
    await writeAtomically(
      join(out, "report.html"),
      trainingReport({
        name: plan.name,
        description: plan.description,
        software: `SyntheX ${softwareVersion()}`,
        planText: JSON.stringify(plan, undefined, 2),
        environment: {
          ...source.facts,
          processor: `${cpus()[0]?.model ?? "unknown"}, ${threads} threads for steps, ${workers} for examples`,
          engine: `onnxruntime, ${run.started.provider}, convolutions ${run.started.lowering}`,
        },
        steps: budget.steps,
        parameterCount: run.started.parameters,
        records,
        alarms: run.alarms,
        predictions,
        predictionNote: "above the truth, below the prediction",
      }),
    );
    return {
      path,
      bytes: model.length,
      reason: done.reason,
      steps: position.step,
      validation: records.findLast((record) => record.kind === "validation"),
    };
  } finally {
    log.close();
  }
}

async function startingPoint(
  { resume, out, onEvent }: TrainModelOptions,
  compared: ComparedPlan,
): Promise<StartingPoint | undefined> {
  const latest = await latestCheckpoint(join(out, "checkpoints"), { plan: compared });
  if (!latest) return undefined;
  if (!resume)
    throw new InputError(
      "training-there",
      `${out} holds a training that has come to step ${latest.checkpoint.step}`,
      { remedy: "go on with --resume, or give another folder" },
    );
  for (const { message } of latest.findings) onEvent?.("checkpoint-damaged", message);
  onEvent?.("resumed", `going on from step ${latest.checkpoint.step}`, { step: latest.checkpoint.step });
  return positionOf(latest.checkpoint);
}

interface StartingPoint extends TrainingPosition {
  /** Undefined in checkpoints of earlier versions. */
  readonly lowering?: LoweringName | undefined;
}

function positionOf(checkpoint: Awaited<ReturnType<typeof readCheckpoint>>): StartingPoint {
  const { step, bestMetric, bestStep, extra, vectors } = checkpoint;
  const {
    validationsWithoutGain = 0,
    wallSeconds = 0,
    lowering,
  } = (extra ?? {}) as {
    validationsWithoutGain?: number;
    wallSeconds?: number;
    lowering?: LoweringName;
  };
  return {
    step,
    state: new Map([...vectors].map(([name, { data }]) => [name, data as Float32Array])),
    best:
      bestMetric === undefined || bestStep === undefined ? undefined : { step: bestStep, loss: bestMetric },
    validationsWithoutGain,
    wallSeconds,
    lowering,
  };
}

async function bestPosition(
  out: string,
  compared: ComparedPlan,
  last: TrainingPosition,
): Promise<TrainingPosition> {
  if (!last.best) return last;
  const path = join(out, "checkpoints", "best.safetensors");
  return positionOf(await readCheckpoint(path, { plan: compared }));
}

type Done = Extract<TrainerReply, { kind: "done" }>;
type Started = Extract<TrainerReply, { kind: "started" }>;

interface RunOptions extends TrainModelOptions {
  readonly source: TrainingSource;
  readonly compared: ComparedPlan;
  readonly threads: number;
  readonly sigmaPx: number;
  readonly from: StartingPoint | undefined;
  readonly log: TrainingLogFiles;
}

/** Feeds the trainer, writes what it says, until it is done. */
async function runTrainer(
  options: RunOptions,
): Promise<{ done: Done; started: Started; alarms: ClassAlarm[]; validation: readonly Batch[] }> {
  const { plan, source, log, from } = options;
  const { task, budget } = source;
  const firsts = Array.from(
    { length: Math.ceil(source.validationExamples / plan.batch) },
    (_, n) => n * plan.batch,
  );
  const validation = await Promise.all(firsts.map((first) => source.batch({ kind: "validation", first })));
  const shown = validation[0];
  const data: TrainerWorkerData = {
    plan,
    task,
    budget,
    sigmaPx: options.sigmaPx,
    engine: { provider: options.provider, threads: options.threads },
    lowering: from?.lowering ?? options.lowering ?? "auto",
    folder: options.out,
    compared: options.compared,
    from,
  };
  const worker = new Worker(new URL("./trainer-worker.ts", import.meta.url), { workerData: data });
  const send = (request: TrainerRequest): void => worker.postMessage(request);
  const validations: ValidationRecord[] = log.earlier.filter((record) => record.kind === "validation");
  const told = new Set<string>();
  const alarms: ClassAlarm[] = [];
  let started: Started | undefined;
  let next = from?.step ?? 0;
  const abort = (): void => send({ kind: "cancel" });
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted) abort();
  const sheets: Promise<void>[] = [];
  try {
    const done = await new Promise<Done>((resolve, reject) => {
      const sendNext = (): void => {
        if (next >= budget.steps) return;
        const step = next++;
        source.batch({ kind: "step", step }).then((batch) => send({ kind: "batch", step, batch }), reject);
      };
      worker.on("error", reject);
      worker.on("message", (reply: TrainerReply) => {
        if (reply.kind === "failed")
          reject(
            reply.input
              ? new InputError(
                  reply.input.code,
                  reply.message,
                  reply.input.remedy ? { remedy: reply.input.remedy } : {},
                )
              : new Error(reply.message),
          );
        else if (reply.kind === "done") resolve(reply);
        else if (reply.kind === "started") {
          started = reply;
          options.onEvent?.(
            "started",
            `${reply.parameters} parameters, ${reply.provider}, convolutions ${reply.lowering}`,
            { ...reply },
          );
        } else if (reply.kind === "step") {
          log.add(reply.record);
          options.onStep?.(reply.record);
          sendNext();
        } else if (reply.kind === "validation") {
          log.add(reply.record);
          validations.push(reply.record);
          options.onValidation?.(reply.record);
          for (const alarm of classAlarms(validations, { steps: budget.steps })) {
            const key = `${alarm.code} ${alarm.structure}`;
            if (told.has(key)) continue;
            told.add(key);
            alarms.push(alarm);
            options.onAlarm?.(alarm);
          }
          if (shown)
            sheets.push(
              predictionSheet(shown, reply.probabilities, task, SHOWN_EXAMPLES, deflateData).then(
                (png) => log.addPictures(reply.record.step, png),
                reject,
              ),
            );
        } else {
          log.sync();
          options.onEvent?.("checkpoint", `step ${reply.step} is kept`, { step: reply.step });
        }
      });
      send({ kind: "validation", batches: validation });
      for (let ahead = 0; ahead < source.ahead; ahead++) sendNext();
    });
    if (!started) throw new Error("the trainer ended before it started");
    await Promise.all(sheets);
    return { done, started, alarms, validation };
  } finally {
    options.signal?.removeEventListener("abort", abort);
    await worker.terminate();
  }
}
