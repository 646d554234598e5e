import type { Plan } from "./plan.ts";

/** The length of a training, in both units. */
export interface Budget {
  readonly steps: number;
  /** Need not be whole: a step may end one epoch and begin the next. */
  readonly stepsPerEpoch: number;
}

/** An epoch shows every example once. */
export function budgetOf(plan: Plan, exampleCount: number): Budget {
  const stepsPerEpoch = exampleCount / plan.batch;
  const steps = plan.steps ?? Math.max(1, Math.round((plan.epochs ?? 1) * stepsPerEpoch));
  return { steps, stepsPerEpoch };
}

/** Steps from one validation to the next; there is one after the last step in any case. */
export const validationInterval = (plan: Plan, budget: Budget): number =>
  plan.validation.everySteps ?? Math.max(1, Math.round(budget.steps / 20));

/**
 * Learning rate of step s of S (from 0), at the base rate r and after a straight warm-up of w S steps:
 *
 *   constant  r
 *   cosine    r (1 + cos π t) / 2,           t = (s − w S) / (S − w S)
 *   linear    r min(1, (1 − s / S) / (1 − c))   for the constant share c
 *   step      r γ^n,                          n = number of multiples of `everyEpochs` in the epochs from `fromEpoch` on
 *
 * Of the published scripts: with 20 and 10, the rate halves for the first time for epoch 30.
 */
export function learningRateAt(plan: Plan, budget: Budget, step: number): number {
  const { schedule, optimiser } = plan;
  const rate = optimiser.learningRate;
  const warmUpSteps = schedule.warmUpShare * budget.steps;
  if (step < warmUpSteps) return (rate * (step + 1)) / (Math.floor(warmUpSteps) + 1);
  switch (schedule.kind) {
    case "constant":
      return rate;
    case "cosine": {
      const share = (step - warmUpSteps) / Math.max(1, budget.steps - warmUpSteps);
      return (rate * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2;
    }
    case "linear": {
      const left = 1 - step / budget.steps;
      return schedule.constantShare >= 1 ? rate : rate * Math.min(1, left / (1 - schedule.constantShare));
    }
    case "step": {
      const epoch = Math.floor(step / budget.stepsPerEpoch);
      const counted = Math.max(0, epoch - schedule.fromEpoch);
      return rate * schedule.gamma ** Math.floor(counted / schedule.everyEpochs);
    }
  }
}

/** Factor of all probabilities of the randomization at a step: straight from the first to the last. */
export function strengthAt(plan: Plan, budget: Budget, step: number): number {
  const { from, to } = plan.augmentation.strength;
  return from + (to - from) * Math.min(1, step / Math.max(1, budget.steps - 1));
}
