import { type LogRecord, meanDice, type StepRecord, type ValidationRecord } from "./training-log.ts";

/** The records of a training by kind. */
export interface LogCourse {
  readonly steps: readonly StepRecord[];
  readonly validations: readonly ValidationRecord[];
  readonly wallSeconds: number;
}

export function logCourse(records: readonly LogRecord[]): LogCourse {
  return {
    steps: records.filter((record) => record.kind === "step"),
    validations: records.filter((record) => record.kind === "validation"),
    wallSeconds: records.at(-1)?.wallSeconds ?? 0,
  };
}

/** The last validation that was better than all before; by mean Dice where none says so. */
export function bestValidation(validations: readonly ValidationRecord[]): ValidationRecord | undefined {
  return (
    validations.findLast(({ isBest }) => isBest) ??
    validations.toSorted((a, b) => meanDice(b) - meanDice(a))[0]
  );
}

/** Where the time of a training went, in seconds. */
export interface TimeShares {
  /** In the optimiser step itself. */
  readonly step: number;
  /** Waiting for examples. */
  readonly input: number;
  readonly validation: number;
  /** All else: checkpoints, logs, starting. */
  readonly other: number;
}

export function timeShares({ steps, validations, wallSeconds }: LogCourse): TimeShares {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / 1000;
  const step = sum(steps.map(({ stepMs }) => stepMs));
  const input = sum(steps.map(({ inputWaitMs }) => inputWaitMs));
  const validation = sum(validations.map(({ validationMs }) => validationMs));
  return { step, input, validation, other: Math.max(0, wallSeconds - step - input - validation) };
}
