import { InputError } from "../error/input-error.ts";
import type { Batch, Task } from "./batch.ts";
import type { StepRecord, ValidationRecord } from "./log/training-log.ts";
import type { Plan } from "./plan.ts";
import { type Budget, learningRateAt, strengthAt, validationInterval } from "./schedule.ts";
import type { StepOutcome, TrainingProgram, TrainingState } from "./training-program.ts";
import { validate } from "./validate.ts";

/** Where a training stands between two steps: with the plan and the examples, all that the rest depends on. */
export interface TrainingPosition {
  /** Steps done. */
  readonly step: number;
  readonly state: TrainingState;
  readonly best: { readonly step: number; readonly loss: number } | undefined;
  /** Validations since the best one. */
  readonly validationsWithoutGain: number;
  /** Of training, all runs together. */
  readonly wallSeconds: number;
}

export interface TrainOptions {
  readonly plan: Plan;
  readonly budget: Budget;
  readonly program: TrainingProgram;
  readonly task: Task;
  /** The examples of a step; asked for in order. */
  readonly batchOf: (step: number) => Promise<Batch>;
  readonly validation: readonly Batch[];
  readonly from?: TrainingPosition;
  readonly onStep?: (record: StepRecord) => void;
  readonly onValidation?: (record: ValidationRecord) => void | Promise<void>;
  /** Called after validations and every so many steps; what it writes is where a broken-off training goes on. */
  readonly onCheckpoint?: (position: TrainingPosition, isBest: boolean) => void | Promise<void>;
  /** Asked after every step. */
  readonly isCancelled?: () => boolean;
}

export interface TrainingOutcome {
  readonly position: TrainingPosition;
  readonly reason: "budget" | "early-stopping" | "cancelled";
}

/**
 * The loop: steps, validations, checkpoints, until the budget is spent or validation stops improving. Broken off after any checkpoint
 * and begun again from it, it goes through the same losses.
 *
 * @throws InputError `training-diverged` at the step where a loss or gradient is no number, naming the first such parameter; or where the
 *   loss of a validation is none
 */
export async function train(options: TrainOptions): Promise<TrainingOutcome> {
  const { plan, budget, program, validation, batchOf } = options;
  const everySteps = validationInterval(plan, budget);
  const checkpointEvery = plan.checkpoints.everySteps ?? everySteps;
  let { step, best, validationsWithoutGain, wallSeconds } = options.from ?? {
    step: 0,
    best: undefined,
    validationsWithoutGain: 0,
    wallSeconds: 0,
  };
  if (options.from) program.restore(options.from.state);
  const position = (): TrainingPosition => ({
    step,
    state: program.state(),
    best,
    validationsWithoutGain,
    wallSeconds,
  });
  const hasStalled = (): boolean =>
    plan.earlyStopping !== undefined && validationsWithoutGain >= plan.earlyStopping.patience;
  let isKept = options.from !== undefined;
  let mark = performance.now();
  while (step < budget.steps && !hasStalled()) {
    const batch = await batchOf(step);
    const begun = performance.now();
    const learningRate = learningRateAt(plan, budget, step);
    const outcome = await program.step(batch, { learningRate, step });
    const ended = performance.now();
    step++;
    if (!Number.isFinite(outcome.loss) || !Number.isFinite(outcome.gradientNorm))
      diverged(brokenStep(step, outcome), isKept);
    wallSeconds += (ended - mark) / 1000;
    options.onStep?.({
      kind: "step",
      step,
      epoch: step / budget.stepsPerEpoch,
      wallSeconds,
      stepMs: ended - begun,
      inputWaitMs: begun - mark,
      learningRate,
      strength: strengthAt(plan, budget, step - 1),
      loss: outcome.loss,
      terms: outcome.terms,
      gradientNorm: outcome.gradientNorm,
      examplesPerSecond: batch.size / ((ended - mark) / 1000),
    });
    mark = ended;
    const isLast = step === budget.steps;
    let isBest = false;
    if (validation.length > 0 && (step % everySteps === 0 || isLast)) {
      const measured = await validate(program, validation, options.task);
      const finished = performance.now();
      if (!Number.isFinite(measured.loss))
        diverged(`the validation after step ${step} gave the loss ${measured.loss}`, isKept);
      isBest = best === undefined || measured.loss < best.loss;
      if (isBest) best = { step, loss: measured.loss };
      validationsWithoutGain = isBest ? 0 : validationsWithoutGain + 1;
      wallSeconds += (finished - mark) / 1000;
      await options.onValidation?.({
        kind: "validation",
        step,
        epoch: step / budget.stepsPerEpoch,
        wallSeconds,
        validationMs: finished - mark,
        loss: measured.loss,
        terms: measured.terms,
        dice: measured.dice,
        isBest,
      });
      mark = performance.now();
    }
    const isCancelled = options.isCancelled?.() ?? false;
    if (isBest || step % checkpointEvery === 0 || isLast || hasStalled() || isCancelled) {
      await options.onCheckpoint?.(position(), isBest);
      isKept = true;
      mark = performance.now();
    }
    if (isCancelled && step < budget.steps && !hasStalled())
      return { position: position(), reason: "cancelled" };
  }
  return { position: position(), reason: step < budget.steps ? "early-stopping" : "budget" };
}

const brokenStep = (step: number, { loss, firstBroken }: StepOutcome): string =>
  `step ${step} gave ${Number.isFinite(loss) ? "a gradient that is no number" : `the loss ${loss}`}${firstBroken ? `; the first parameter with one is ${firstBroken}` : ""}`;

function diverged(what: string, isKept: boolean): never {
  throw new InputError("training-diverged", what, {
    remedy: `lower the learning rate, or set clipNorm${isKept ? "; the best checkpoint is good: startFrom in the changed plan begins with it" : ""}`,
  });
}
