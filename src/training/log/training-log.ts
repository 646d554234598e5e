import { z } from "zod";
import { InputError } from "../../error/input-error.ts";
import { checkedBy } from "../../scene/document.ts";

/** What cannot be computed, like the Dice of a structure that no example shows, is NaN here and null in the file. */
const value = z.union([z.number(), z.null().transform(() => Number.NaN)]);
const count = z.number().min(0);
const valuesByName = z.record(z.string(), value);

const stepSchema = z.object({
  kind: z.literal("step"),
  step: z.int().min(1),
  epoch: count,
  wallSeconds: count,
  stepMs: count,
  inputWaitMs: count,
  learningRate: value,
  strength: value,
  loss: value,
  terms: valuesByName,
  gradientNorm: value,
  examplesPerSecond: value,
});

const validationSchema = z.object({
  kind: z.literal("validation"),
  step: z.int().min(0),
  epoch: count,
  wallSeconds: count,
  validationMs: count,
  loss: value,
  terms: valuesByName,
  dice: valuesByName,
  landmarkErrorMm: valuesByName.optional(),
  isBest: z.boolean(),
});

const recordSchema = z.discriminatedUnion("kind", [stepSchema, validationSchema]);

/** One step of the optimiser. */
export interface StepRecord {
  readonly kind: "step";
  /** Steps that are done, this one included: the first record has 1. */
  readonly step: number;
  /** Epochs that are done, with their fraction. */
  readonly epoch: number;
  /** Of training until now, all runs of it together. */
  readonly wallSeconds: number;
  readonly stepMs: number;
  /** How long the step's examples were waited for. */
  readonly inputWaitMs: number;
  readonly learningRate: number;
  /** Factor of the probabilities of the randomization. */
  readonly strength: number;
  readonly loss: number;
  /** Parts of the loss, before their weights. */
  readonly terms: Readonly<Record<string, number>>;
  /** Of all parameters together, before clipping. */
  readonly gradientNorm: number;
  readonly examplesPerSecond: number;
}

/** The network after a number of steps, on examples it does not learn from. */
export interface ValidationRecord {
  readonly kind: "validation";
  readonly step: number;
  readonly epoch: number;
  readonly wallSeconds: number;
  readonly validationMs: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** By structure; NaN where no example shows it. */
  readonly dice: Readonly<Record<string, number>>;
  /** Mean distance by landmark, in mm on the detector. */
  readonly landmarkErrorMm?: Readonly<Record<string, number>> | undefined;
  /** Whether no validation before was as good. */
  readonly isBest: boolean;
}

export type LogRecord = StepRecord | ValidationRecord;

/** A record as a line of JSON, without its end. */
export const recordLine = (record: LogRecord): string => JSON.stringify(record);

/**
 * Records of a log, in its order. A last line without its end was being written when the run was killed, and is left out.
 *
 * @param file for messages
 * @throws InputError `training-log-invalid`, naming line and field
 */
export function readTrainingLog(text: string, file: string): LogRecord[] {
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const place = `${file}:${index + 1}`;
    return checkedBy(recordSchema, parsedLine(line, place), {
      kind: "training-log",
      remedy: REMEDY,
      placeOf: (field) => [place, ...field].join(": "),
    });
  });
}

const REMEDY = "remove the line, or train again in another folder";

function parsedLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new InputError("training-log-invalid", `${place} is not JSON (${(cause as Error).message})`, {
      remedy: REMEDY,
      cause,
    });
  }
}

/** Mean over the structures that the examples show; NaN where they show none. */
export function meanDice({ dice }: ValidationRecord): number {
  const known = Object.values(dice).filter((each) => !Number.isNaN(each));
  return known.reduce((sum, each) => sum + each, 0) / known.length;
}
