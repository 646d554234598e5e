import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import type { Batch, Task } from "../../src/training/batch.ts";
import type { StepRecord, ValidationRecord } from "../../src/training/log/training-log.ts";
import { checkPlan } from "../../src/training/plan.ts";
import { budgetOf, learningRateAt, strengthAt } from "../../src/training/schedule.ts";
import { train, type TrainingPosition, type TrainOptions } from "../../src/training/train.ts";
import type { StepOutcome, TrainingProgram } from "../../src/training/training-program.ts";

const task: Task = { structures: ["a"], landmarks: [], targets: "classes", widthPx: 1, heightPx: 1 };

/** A batch of two pictures whose pixels are the number of their step. */
const batchOfStep = (step: number): Batch => ({
  size: 2,
  pixels: Float32Array.of(step, step),
  targets: Uint8Array.of(1, 0),
  points: new Float32Array(),
  visible: new Float32Array(),
});

/**
 * One parameter p, which a step turns to p / 2 + what it sees: it depends on all steps before, in their order. The loss of a validation is
 * taken from a list by the number of steps that the state has seen.
 */
function counter(
  options: { lossAfter?: (steps: number) => number; outcome?: (step: number) => Partial<StepOutcome> } = {},
) {
  const { lossAfter = (steps) => 1 / (1 + steps), outcome = () => ({}) } = options;
  let [value, steps, released] = [1, 0, 0];
  const program: TrainingProgram = {
    async step({ pixels }, { learningRate, step }) {
      value = Math.fround(value / 2 + pixels[0] + learningRate);
      steps++;
      return { loss: value, terms: { dice: value }, gradientNorm: 1, ...outcome(step) };
    },
    async validate() {
      return {
        loss: lossAfter(steps),
        terms: { dice: lossAfter(steps) },
        probabilities: Float32Array.of(0, 1, 1, 0),
      };
    },
    state: () => new Map([["parameters", Float32Array.of(value, steps)]]),
    restore(state) {
      [value, steps] = state.get("parameters") ?? [];
    },
    async release() {
      released++;
    },
  };
  return { program, released: () => released };
}

/** Runs a plan on the counter and keeps everything that was told. */
async function run(
  fields: object,
  options: Parameters<typeof counter>[0] & Partial<TrainOptions> = {},
): Promise<{
  outcome: Awaited<ReturnType<typeof train>> | undefined;
  error: InputError | undefined;
  steps: StepRecord[];
  validations: ValidationRecord[];
  checkpoints: { position: TrainingPosition; isBest: boolean }[];
  asked: number[];
}> {
  const plan = checkPlan({ name: "p", batch: 2, schedule: { kind: "cosine" }, ...fields });
  const steps: StepRecord[] = [];
  const validations: ValidationRecord[] = [];
  const checkpoints: { position: TrainingPosition; isBest: boolean }[] = [];
  const asked: number[] = [];
  let [outcome, error]: [Awaited<ReturnType<typeof train>> | undefined, InputError | undefined] = [
    undefined,
    undefined,
  ];
  try {
    outcome = await train({
      plan,
      task,
      budget: budgetOf(plan, 8),
      program: counter(options).program,
      validation: [batchOfStep(0)],
      batchOf: async (step) => {
        asked.push(step);
        return batchOfStep(step);
      },
      onStep: (record) => void steps.push(record),
      onValidation: (record) => void validations.push(record),
      onCheckpoint: (position, isBest) => void checkpoints.push({ position, isBest }),
      ...options,
    });
  } catch (caught) {
    if (!(caught instanceof InputError)) throw caught;
    error = caught;
  }
  return { outcome, error, steps, validations, checkpoints, asked };
}

const stepsOf = (records: readonly { step: number }[]) => records.map(({ step }) => step);
const checkpointSteps = ({ checkpoints }: { checkpoints: { position: TrainingPosition }[] }) =>
  checkpoints.map(({ position }) => position.step);
const everyFive = { steps: 20, validation: { everySteps: 5 } };

describe("a training", () => {
  test("spends its budget: each step once, in order, at the rate and strength of the plan", async () => {
    const { outcome, steps, asked } = await run(everyFive);
    expect(outcome?.reason).toBe("budget");
    expect(outcome?.position.step).toBe(20);
    expect(asked).toEqual(Array.from({ length: 20 }, (_, step) => step));
    expect(stepsOf(steps)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    const plan = checkPlan({ name: "p", batch: 2, ...everyFive });
    const budget = budgetOf(plan, 8);
    for (const record of steps) {
      expect(record.learningRate).toBe(learningRateAt(plan, budget, record.step - 1));
      expect(record.strength).toBe(strengthAt(plan, budget, record.step - 1));
      // Eight examples, two a step.
      expect(record.epoch).toBe(record.step / 4);
    }
    for (const [n, { wallSeconds }] of steps.entries())
      if (n > 0) expect(wallSeconds).toBeGreaterThanOrEqual(steps[n - 1].wallSeconds);
  });

  test("validates every so many steps and after the last", async () => {
    expect(stepsOf((await run(everyFive)).validations)).toEqual([5, 10, 15, 20]);
    expect(stepsOf((await run({ ...everyFive, steps: 12 })).validations)).toEqual([5, 10, 12]);
    // A twentieth of the budget, where the plan says nothing.
    expect(stepsOf((await run({ steps: 40 })).validations)).toEqual(
      Array.from({ length: 20 }, (_, n) => 2 * (n + 1)),
    );
    expect((await run(everyFive, { validation: [] })).validations).toEqual([]);
  });

  test("keeps checkpoints at the plan's pace, at the best validations and after the last step", async () => {
    // Best at 5 and 15, and each validation is seen before its checkpoint.
    const lossAfter = (steps: number) => [4, 5, 3, 6][Math.ceil(steps / 5) - 1];
    const some = await run({ ...everyFive, steps: 18, checkpoints: { everySteps: 4 } }, { lossAfter });
    expect(checkpointSteps(some)).toEqual([4, 5, 8, 12, 15, 16, 18]);
    expect(some.checkpoints.filter(({ isBest }) => isBest).map(({ position }) => position.step)).toEqual([
      5, 15,
    ]);
    // As often as validations, where the plan says nothing.
    expect(checkpointSteps(await run(everyFive))).toEqual([5, 10, 15, 20]);
    expect(checkpointSteps(await run(everyFive, { validation: [] }))).toEqual([5, 10, 15, 20]);
  });

  test("knows the best validation by its loss, the first of equal ones", async () => {
    const lossAfter = (steps: number) => [4, 2, 2, 3][steps / 5 - 1];
    const { validations, outcome } = await run(everyFive, { lossAfter });
    expect(validations.map(({ isBest }) => isBest)).toEqual([true, true, false, false]);
    expect(outcome?.position.best).toEqual({ step: 10, loss: 2 });
    expect(outcome?.position.validationsWithoutGain).toBe(2);
  });

  test("goes through the same losses from any checkpoint on", async () => {
    const whole = await run({ ...everyFive, checkpoints: { everySteps: 1 } });
    for (const { position } of whole.checkpoints.slice(0, -1)) {
      const rest = await run({ ...everyFive, checkpoints: { everySteps: 1 } }, { from: position });
      const loss = ({ step, loss: value }: { step: number; loss: number }) => [step, value];
      expect(rest.steps.map(loss)).toEqual(whole.steps.slice(position.step).map(loss));
      expect(rest.validations.map(({ step, loss: value, isBest }) => [step, value, isBest])).toEqual(
        whole.validations
          .filter(({ step }) => step > position.step)
          .map(({ step, loss: value, isBest }) => [step, value, isBest]),
      );
      expect(rest.outcome?.position.state).toEqual(whole.outcome?.position.state);
      expect(rest.steps[0].wallSeconds).toBeGreaterThanOrEqual(position.wallSeconds);
    }
  });

  test("that is over has nothing to go on with", async () => {
    const whole = await run(everyFive);
    const again = await run(everyFive, { from: whole.outcome?.position as TrainingPosition });
    expect(again.asked).toEqual([]);
    expect(again.outcome).toEqual(whole.outcome);
  });
});

describe("early stopping", () => {
  const plan = { steps: 100, validation: { everySteps: 5 }, earlyStopping: { patience: 3 } };
  const lossAfter = (steps: number) => (steps <= 10 ? 1 / steps : 1);

  test("ends after so many validations without an improvement, with a checkpoint", async () => {
    const stopped = await run(plan, { lossAfter });
    expect(stopped.outcome?.reason).toBe("early-stopping");
    expect(stepsOf(stopped.validations)).toEqual([5, 10, 15, 20, 25]);
    expect(stopped.outcome?.position).toMatchObject({
      step: 25,
      best: { step: 10 },
      validationsWithoutGain: 3,
    });
    expect(checkpointSteps(stopped).at(-1)).toBe(25);
  });

  test("counts anew after each improvement", async () => {
    const losses = [5, 6, 6, 4, 6, 6, 3, 6, 6, 6];
    const { outcome } = await run(plan, { lossAfter: (steps) => losses[steps / 5 - 1] });
    expect(outcome?.position.step).toBe(50);
  });

  test("goes on counting where it was broken off", async () => {
    const broken = await run(plan, {
      lossAfter,
      isCancelled: (() => {
        let asked = 0;
        return () => ++asked === 17;
      })(),
    });
    expect(broken.outcome).toMatchObject({
      reason: "cancelled",
      position: { step: 17, validationsWithoutGain: 1 },
    });
    const rest = await run(plan, { lossAfter, from: broken.outcome?.position as TrainingPosition });
    expect(rest.outcome).toMatchObject({ reason: "early-stopping", position: { step: 25 } });
  });

  test("is final: begun again, not a step is done", async () => {
    const stopped = await run(plan, { lossAfter });
    const again = await run(plan, { lossAfter, from: stopped.outcome?.position as TrainingPosition });
    expect(again.asked).toEqual([]);
    expect(again.outcome).toEqual(stopped.outcome);
  });
});

test("a cancelled training ends after its step, with a checkpoint of it", async () => {
  let done = 0;
  const cancelled = await run(everyFive, { isCancelled: () => ++done === 7 });
  expect(cancelled.outcome?.reason).toBe("cancelled");
  expect(stepsOf(cancelled.steps).at(-1)).toBe(7);
  expect(checkpointSteps(cancelled)).toEqual([5, 7]);
});

describe("a training that diverges", () => {
  test("stops at the step and names the parameter", async () => {
    const broken = await run(everyFive, {
      outcome: (step) => (step === 6 ? { loss: Number.NaN, firstBroken: "decoder.0.weight" } : {}),
    });
    expect(broken.error?.code).toBe("training-diverged");
    expect(broken.error?.message).toBe(
      "step 7 gave the loss NaN; the first parameter with one is decoder.0.weight",
    );
    expect(stepsOf(broken.steps).at(-1)).toBe(6);
    // What is kept is from before. A plan with another rate cannot resume, but start from it.
    expect(checkpointSteps(broken)).toEqual([5]);
    expect(broken.error?.remedy).toContain("startFrom");
  });

  test("shows in the gradient before the loss", async () => {
    const broken = await run(everyFive, {
      outcome: (step) => (step === 2 ? { gradientNorm: Number.POSITIVE_INFINITY } : {}),
    });
    expect(broken.error?.message).toBe("step 3 gave a gradient that is no number");
    expect(broken.error?.remedy).toBe("lower the learning rate, or set clipNorm");
  });

  test("shows in a validation, which is never taken for the best", async () => {
    const broken = await run(everyFive, { lossAfter: (steps) => (steps === 10 ? Number.NaN : 1) });
    expect(broken.error?.code).toBe("training-diverged");
    expect(broken.error?.message).toBe("the validation after step 10 gave the loss NaN");
    expect(checkpointSteps(broken)).toEqual([5]);
  });
});
