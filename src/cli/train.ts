import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../error/input-error.ts";
import { trainModel } from "../node/training/train-model.ts";
import { shippedPlan } from "../node/training/shipped-plans.ts";
import { meanDice } from "../training/log/training-log.ts";
import { readPlan } from "../training/plan.ts";
import { budgetOf } from "../training/schedule.ts";
import { openTrainingExamples } from "../node/training/training-examples.ts";
import { printJson } from "./failure.ts";
import { sizeInWords } from "./progress.ts";
import { trainingProgress } from "./training-progress.ts";

export interface TrainOptions {
  readonly out: string;
  readonly data?: string;
  readonly stream?: string;
  readonly provider: "auto" | "cpu" | "cuda" | "webgpu";
  readonly threads?: number;
  readonly workers?: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Trains a plan on a data set, and leaves a model that `predict` and `evaluate` take. */
export async function trainCommand(planPath: string, options: TrainOptions): Promise<void> {
  const path = await shippedPlan(planPath);
  const planText = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new InputError("plan-missing", `cannot read the plan ${path}: ${cause.code ?? cause.message}`, {
      remedy: "give a file, or the name of a plan that comes with SyntheX: synthex models",
      cause,
    });
  });
  const read = readPlan(planText, path);
  const { epochs, ...withoutEpochs } = read;
  const plan = {
    ...(options.steps === undefined ? read : { ...withoutEpochs, steps: options.steps }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  };
  if (options.data === undefined)
    throw new InputError("training-data", "there is nothing to train on", {
      remedy: "give a data set with --data; synthex generate makes one",
    });
  const { data } = options;
  const examples = await openTrainingExamples(data, plan);
  const { steps } = budgetOf(plan, examples.split.train.length);
  await examples.set.close();
  const progress = trainingProgress({ steps, json: options.json });
  const stop = new AbortController();
  const interrupt = (): void => {
    progress.event("interrupted", "stopping after this step; --resume goes on");
    stop.abort();
  };
  process.once("SIGINT", interrupt);
  try {
    const trained = await trainModel({
      plan,
      planText,
      data,
      out: options.out,
      provider: options.provider,
      threads: options.threads,
      workers: options.workers,
      resume: options.resume ?? false,
      signal: stop.signal,
      onStep: (record) => progress.step(record),
      onValidation: (record) => progress.validation(record),
      onAlarm: (alarm) => progress.alarm(alarm),
      onEvent: (name, text, fields) => progress.event(name, text, fields),
    });
    progress.end();
    const { validation } = trained;
    if (options.json)
      printJson({
        out: resolve(options.out),
        model: resolve(trained.path),
        bytes: trained.bytes,
        steps: trained.steps,
        reason: trained.reason,
        ...(validation ? { validation: { loss: validation.loss, dice: validation.dice } } : {}),
      });
    else
      console.log(
        `${trained.path} (${sizeInWords(trained.bytes)}) after ${trained.steps} steps${validation ? `, Dice ${meanDice(validation).toFixed(3)} on simulated validation` : ""}; ${options.out}/report.html tells how it went`,
      );
  } finally {
    process.off("SIGINT", interrupt);
  }
}
