import { type LogRecord, meanDice } from "./training-log.ts";

/** The numbers of a record under the names that TensorBoard groups by what stands before the slash; those not known are left out. */
export function recordScalars(record: LogRecord): Record<string, number> {
  const named = (group: string, values: Readonly<Record<string, number>>): [string, number][] =>
    Object.entries(values).map(([name, value]) => [`${group}/${name}`, value]);
  const scalars: [string, number][] =
    record.kind === "step"
      ? [
          ["loss/training", record.loss],
          ...named("loss of training", record.terms),
          ["optimiser/learning rate", record.learningRate],
          ["optimiser/gradient norm", record.gradientNorm],
          ["input/strength", record.strength],
          ["input/wait ms", record.inputWaitMs],
          ["speed/step ms", record.stepMs],
          ["speed/examples per second", record.examplesPerSecond],
        ]
      : [
          ["loss/validation", record.loss],
          ...named("loss of validation", record.terms),
          ["dice/mean", meanDice(record)],
          ...named("dice of structures", record.dice),
          ...named("landmark error mm", record.landmarkErrorMm ?? {}),
        ];
  return Object.fromEntries(scalars.filter(([, value]) => !Number.isNaN(value)));
}
