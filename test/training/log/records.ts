import type { StepRecord, ValidationRecord } from "../../../src/training/log/training-log.ts";

/** A step of 0.1 s, ten to an epoch. */
export const stepRecord = (step: number, fields: Partial<StepRecord> = {}): StepRecord => ({
  kind: "step",
  step,
  epoch: step / 10,
  wallSeconds: step / 10,
  stepMs: 100,
  inputWaitMs: 5,
  learningRate: 0.003,
  strength: 0.5,
  loss: 1 / step,
  terms: { dice: 0.5 / step, crossEntropy: 0.5 / step },
  gradientNorm: 1.5,
  examplesPerSecond: 160,
  ...fields,
});

export const validationRecord = (
  step: number,
  dice: Readonly<Record<string, number>>,
  fields: Partial<ValidationRecord> = {},
): ValidationRecord => ({
  kind: "validation",
  step,
  epoch: step / 10,
  wallSeconds: step / 10,
  validationMs: 500,
  loss: 0.5,
  terms: {},
  dice,
  isBest: false,
  ...fields,
});
