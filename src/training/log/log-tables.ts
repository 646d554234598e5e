import { type LogRecord, meanDice, type StepRecord, type ValidationRecord } from "./training-log.ts";

/** Names that decide the columns, known before the first step. */
export interface LogNames {
  /** Parts of the loss. */
  readonly terms: readonly string[];
  readonly structures: readonly string[];
  readonly landmarks: readonly string[];
}

/** A table of records of one kind as CSV (RFC 4180, lines end with \n); what is not known is an empty cell. */
export interface LogTable<Record extends LogRecord> {
  readonly header: string;
  row(record: Record): string;
}

export const stepTable = ({ terms }: LogNames): LogTable<StepRecord> =>
  tableOf([
    ["step", ({ step }) => step],
    ["epoch", ({ epoch }) => epoch],
    ["wallSeconds", ({ wallSeconds }) => wallSeconds],
    ["stepMs", ({ stepMs }) => stepMs],
    ["inputWaitMs", ({ inputWaitMs }) => inputWaitMs],
    ["learningRate", ({ learningRate }) => learningRate],
    ["strength", ({ strength }) => strength],
    ["loss", ({ loss }) => loss],
    ...terms.map((name): Column<StepRecord> => [`loss.${name}`, (record) => record.terms[name]]),
    ["gradientNorm", ({ gradientNorm }) => gradientNorm],
    ["examplesPerSecond", ({ examplesPerSecond }) => examplesPerSecond],
  ]);

export const validationTable = ({ terms, structures, landmarks }: LogNames): LogTable<ValidationRecord> =>
  tableOf([
    ["step", ({ step }) => step],
    ["epoch", ({ epoch }) => epoch],
    ["wallSeconds", ({ wallSeconds }) => wallSeconds],
    ["validationMs", ({ validationMs }) => validationMs],
    ["loss", ({ loss }) => loss],
    ...terms.map((name): Column<ValidationRecord> => [`loss.${name}`, (record) => record.terms[name]]),
    ["dice", meanDice],
    ...structures.map((name): Column<ValidationRecord> => [`dice.${name}`, ({ dice }) => dice[name]]),
    ...landmarks.map(
      (name): Column<ValidationRecord> => [
        `landmarkErrorMm.${name}`,
        ({ landmarkErrorMm }) => landmarkErrorMm?.[name],
      ],
    ),
    ["isBest", ({ isBest }) => (isBest ? 1 : 0)],
  ]);

type Column<Record> = readonly [title: string, valueOf: (record: Record) => number | undefined];

function tableOf<Record extends LogRecord>(columns: readonly Column<Record>[]): LogTable<Record> {
  return {
    header: columns.map(([title]) => cell(title)).join(","),
    row: (record) =>
      columns
        .map(([, valueOf]) => valueOf(record) ?? Number.NaN)
        .map((value) => (Number.isNaN(value) ? "" : String(value)))
        .join(","),
  };
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
