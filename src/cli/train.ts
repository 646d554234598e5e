import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InputError } from "../error/input-error.ts";
import { type LoadedRecipe, loadRecipe } from "../node/dataset/load-recipe.ts";
import { trainModel } from "../node/training/train-model.ts";
import { shippedPlan } from "../node/training/shipped-plans.ts";
import { meanDice } from "../training/log/training-log.ts";
import { type Plan, readPlan } from "../training/plan.ts";
import { printJson } from "./failure.ts";
import { sizeInWords } from "./progress.ts";
import { trainDryRunCommand } from "./train-dry-run.ts";
import { trainingProgress } from "./training-progress.ts";

export interface TrainOptions {
  readonly out: string;
  readonly data?: string;
  /** True where no recipe is named: the plan names one. */
  readonly stream?: string | true;
  readonly provider: "auto" | "cpu" | "cuda" | "webgpu";
  readonly threads?: number;
  readonly workers?: number;
  readonly steps?: number;
  readonly seed?: number;
  /** Of the plan's folds. */
  readonly fold?: number;
  readonly dryRun?: boolean;
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
  const { epochs: _, ...withoutEpochs } = read;
  const plan = {
    ...(options.steps === undefined ? read : { ...withoutEpochs, steps: options.steps }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.fold === undefined ? {} : { data: { ...read.data, folds: foldsOf(read, options.fold) } }),
  };
  if (options.data !== undefined && options.stream !== undefined)
    throw new InputError("training-data", "both a data set and a recipe were given to train on", {
      remedy: "give one of --data and --stream",
    });
  const stream = options.stream === undefined ? undefined : await recipeOf(options.stream, plan);
  if (options.dryRun) {
    await trainDryRunCommand({ ...options, plan, stream });
    return;
  }
  // Until the length of the training is known there is nothing to show but events.
  let progress = trainingProgress({ steps: plan.steps ?? 1, json: options.json });
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
      data: options.data,
      stream,
      out: options.out,
      provider: options.provider,
      threads: options.threads,
      workers: options.workers,
      resume: options.resume ?? false,
      signal: stop.signal,
      onBudget: ({ steps }) => {
        progress = trainingProgress({ steps, json: options.json });
      },
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

/** The recipe that is named, or else the plan's own. */
async function recipeOf(named: string | true, plan: Plan): Promise<LoadedRecipe> {
  const recipe = named === true ? plan.recipe : named;
  if (recipe === undefined)
    throw new InputError("training-data", `the plan ${plan.name} names no recipe to train from`, {
      remedy: "name one: --stream RECIPE",
    });
  return await loadRecipe(recipe);
}

/** The plan's folds at another index; of five folds of patients where it has none. */
const foldsOf = ({ data: { folds } }: Plan, index: number): NonNullable<Plan["data"]["folds"]> => ({
  ...(folds ?? { kind: "k-fold", count: 5 }),
  index,
});
