import type { ClassAlarm } from "../training/log/class-alarms.ts";
import { meanDice, type StepRecord, type ValidationRecord } from "../training/log/training-log.ts";
import { durationInWords, progressLine } from "./progress.ts";

/** Tells how a training goes while it runs. */
export interface TrainingProgress {
  step(record: StepRecord): void;
  validation(record: ValidationRecord): void;
  alarm(alarm: ClassAlarm): void;
  /** Anything else: a checkpoint that was written, a damaged one that was passed over. */
  event(name: string, text: string, fields?: Readonly<Record<string, unknown>>): void;
  end(): void;
}

export interface TrainingProgressOptions {
  /** Of the whole training. */
  readonly steps: number;
  /** On stderr, one line of JSON an event, of steps at most one a second, instead of a line for people: stdout is for the outcome. */
  readonly json?: boolean | undefined;
  readonly people?: NodeJS.WriteStream;
  readonly machines?: { write(text: string): unknown };
  readonly now?: () => number;
}

const STEP_EVENT_MS = 1000;
/** Steps over which rate and loss are taken: what is left is told by how it goes now. */
const RECENT_STEPS = 50;

export function trainingProgress(options: TrainingProgressOptions): TrainingProgress {
  return options.json ? progressForMachines(options) : progressForPeople(options);
}

function progressForPeople({ steps, people = process.stderr }: TrainingProgressOptions): TrainingProgress {
  const line = progressLine(people);
  const recent: StepRecord[] = [];
  let validation: ValidationRecord | undefined;
  /** A line of its own that stays, above the one that is written over. */
  const say = (text: string): void => {
    people.write(people.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
  };
  return {
    step(record) {
      recent.push(record);
      if (recent.length > RECENT_STEPS) recent.shift();
      line.update(() => trainingProgressText(recent, validation, steps));
    },
    validation(record) {
      validation = record;
      say(
        `step ${record.step}: validation loss ${record.loss.toPrecision(3)}, Dice ${meanDice(record).toFixed(3)}${record.isBest ? ", the best so far" : ""}`,
      );
    },
    alarm: ({ message, remedy }) => say(`warning: ${message}; ${remedy}`),
    event: (_, text) => say(text),
    end: () => line.end(),
  };
}

/** "1200/4000 steps, 31.5 examples/s, 24 min left, loss 0.213, Dice 0.871". */
export function trainingProgressText(
  recent: readonly StepRecord[],
  validation: ValidationRecord | undefined,
  steps: number,
): string {
  const last = recent.at(-1);
  if (!last) return `0/${steps} steps`;
  const mean = (valueOf: (record: StepRecord) => number): number =>
    recent.reduce((sum, record) => sum + valueOf(record), 0) / recent.length;
  // Between the first and the last of them, so that validations and checkpoints count; after one step, that step alone.
  const secondsPerStep =
    recent.length > 1
      ? (last.wallSeconds - recent[0].wallSeconds) / (last.step - recent[0].step)
      : (last.stepMs + last.inputWaitMs) / 1000;
  const waiting =
    mean(({ inputWaitMs }) => inputWaitMs) / mean(({ stepMs, inputWaitMs }) => stepMs + inputWaitMs);
  const parts = [
    `${last.step}/${steps} steps`,
    `${mean(({ examplesPerSecond }) => examplesPerSecond).toPrecision(3)} examples/s`,
    `${durationInWords((steps - last.step) * secondsPerStep)} left`,
    `loss ${mean(({ loss }) => loss).toPrecision(3)}`,
  ];
  if (validation) parts.push(`Dice ${meanDice(validation).toFixed(3)}`);
  if (waiting > 0.1) parts.push(`${(100 * waiting).toFixed(0)} % of the time waits for examples`);
  return parts.join(", ");
}

function progressForMachines({
  steps,
  machines = process.stderr,
  now = () => performance.now(),
}: TrainingProgressOptions): TrainingProgress {
  let told = Number.NEGATIVE_INFINITY;
  const tell = (event: string, fields: object): void => {
    machines.write(`${JSON.stringify({ event, ...fields })}\n`);
  };
  const withoutKind = (record: StepRecord | ValidationRecord): object => {
    const { kind: _, ...fields } = record;
    return fields;
  };
  return {
    step(record) {
      if (record.step < steps && now() - told < STEP_EVENT_MS) return;
      told = now();
      tell("step", { ...withoutKind(record), steps });
    },
    validation: (record) => tell("validation", { ...withoutKind(record), meanDice: meanDice(record) }),
    alarm: (alarm) => tell("alarm", alarm),
    event: (name, text, fields = {}) => tell(name, { message: text, ...fields }),
    end() {},
  };
}
