import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type LogNames, stepTable, validationTable } from "../../training/log/log-tables.ts";
import { recordScalars } from "../../training/log/record-scalars.ts";
import {
  type EventTime,
  eventsUpTo,
  type HyperparameterValue,
  hyperparametersEvent,
  imageEvent,
  scalarsEvent,
  textEvent,
  versionEvent,
} from "../../training/log/tensorboard-events.ts";
import { type LogRecord, readTrainingLog, recordLine } from "../../training/log/training-log.ts";
import { folderFailure } from "../folder-failure.ts";
import { writeAtomically } from "../write-atomically.ts";

const LOG = "log.jsonl";
const STEPS = "steps.csv";
const VALIDATIONS = "validation.csv";
const PREDICTIONS = "predictions";
const EVENTS = /^events\.out\.tfevents\./;
const pictureName = (step: number): string => `step-${String(step).padStart(8, "0")}.png`;
const pictureStep = (name: string): number => Number(/^step-(\d+)\.png$/.exec(name)?.[1] ?? Number.NaN);

/** The logs of a training that is running. What was added outlives a kill of the process; what was synced, one of the machine. */
export interface TrainingLogFiles {
  /** Records of earlier runs, up to the step that is resumed. */
  readonly earlier: readonly LogRecord[];
  /** Time spent in earlier runs. */
  readonly wallSecondsBefore: number;
  /** Steps done that no record tells of, because a machine crashed before they were on the disk; usually 0. */
  readonly missingSteps: number;
  add(record: LogRecord): void;
  /** A grid of sample predictions, after so many steps. */
  addPictures(step: number, png: Uint8Array): void;
  /** Markdown, for TensorBoard alone. */
  addText(title: string, markdown: string, step?: number): void;
  /** To be called before a checkpoint is written, so that no log ends before it. */
  sync(): void;
  close(): void;
}

export interface TrainingLogOptions extends LogNames {
  /** Name of the training. */
  readonly run: string;
  /** Steps of the checkpoint the training goes on from; 0 for one that begins. */
  readonly resumedStep: number;
  readonly hyperparameters: Readonly<Record<string, HyperparameterValue>>;
}

/**
 * Opens the logs in the folder of a training: `log.jsonl` (all records), `steps.csv` and `validation.csv` (the same as tables), an event
 * file of TensorBoard and `predictions/`.
 *
 * What a run that was killed had logged beyond its last checkpoint is cut off first, so that no step is told twice.
 *
 * @throws InputError `training-log-invalid`; where the folder cannot be written
 */
export async function openTrainingLog(
  folder: string,
  options: TrainingLogOptions,
): Promise<TrainingLogFiles> {
  try {
    mkdirSync(join(folder, PREDICTIONS), { recursive: true });
    const { records, eventNames, pictureNames } = await readFolder(folder);
    const earlier = records.filter(({ step }) => step <= options.resumedStep);
    await cutTexts(folder, earlier, options);
    const events = await cutEvents(folder, eventNames, options);
    for (const name of pictureNames)
      if (!(pictureStep(name) <= options.resumedStep)) await rm(join(folder, PREDICTIONS, name));
    return appendTo(folder, events, earlier, options);
  } catch (error) {
    throw folderFailure(error, folder);
  }
}

/** What the folder of a training tells: for its report. */
export async function readTrainingFolder(
  folder: string,
): Promise<{ records: LogRecord[]; predictions: { step: number; png: Uint8Array }[] }> {
  const { records, pictureNames } = await readFolder(folder);
  const predictions = await Promise.all(
    pictureNames
      .filter((name) => !Number.isNaN(pictureStep(name)))
      .map(async (name) => ({
        step: pictureStep(name),
        png: new Uint8Array(await readFile(join(folder, PREDICTIONS, name))),
      })),
  );
  return { records, predictions: predictions.toSorted((a, b) => a.step - b.step) };
}

async function readFolder(
  folder: string,
): Promise<{ records: LogRecord[]; eventNames: string[]; pictureNames: string[] }> {
  const orNothing = <Nothing>(nothing: Nothing) => {
    return (error: NodeJS.ErrnoException): Nothing => {
      if (error.code === "ENOENT") return nothing;
      throw error;
    };
  };
  const path = join(folder, LOG);
  const records = readTrainingLog(await readFile(path, "utf8").catch(orNothing("")), path);
  const names = await readdir(folder).catch(orNothing([]));
  const pictureNames = await readdir(join(folder, PREDICTIONS)).catch(orNothing([]));
  return { records, eventNames: names.filter((name) => EVENTS.test(name)).toSorted(), pictureNames };
}

async function cutTexts(folder: string, earlier: readonly LogRecord[], names: LogNames): Promise<void> {
  const lines = (parts: readonly string[]): string => parts.map((line) => `${line}\n`).join("");
  const steps = stepTable(names);
  const validations = validationTable(names);
  const stepRows = earlier.flatMap((record) => (record.kind === "step" ? [steps.row(record)] : []));
  const validationRows = earlier.flatMap((record) =>
    record.kind === "validation" ? [validations.row(record)] : [],
  );
  await writeAtomically(join(folder, LOG), lines(earlier.map(recordLine)));
  await writeAtomically(join(folder, STEPS), lines([steps.header, ...stepRows]));
  await writeAtomically(join(folder, VALIDATIONS), lines([validations.header, ...validationRows]));
}

/** Leaves one event file, and gives back its name. */
async function cutEvents(
  folder: string,
  names: readonly string[],
  { run, resumedStep, hyperparameters }: TrainingLogOptions,
): Promise<string> {
  const now = Date.now() / 1000;
  const name = names.at(-1) ?? `events.out.tfevents.${Math.floor(now)}.synthex`;
  const kept =
    resumedStep > 0 && names.length > 0 ? eventsUpTo(await readFile(join(folder, name)), resumedStep) : [];
  const begun =
    kept.length > 0
      ? [kept as Uint8Array]
      : [versionEvent(now), hyperparametersEvent({ wallTimeSeconds: now, step: 0 }, run, hyperparameters)];
  await writeAtomically(join(folder, name), begun);
  for (const other of names.slice(0, -1)) await rm(join(folder, other));
  return name;
}

function appendTo(
  folder: string,
  eventsName: string,
  earlier: readonly LogRecord[],
  names: TrainingLogOptions,
): TrainingLogFiles {
  const files = [LOG, STEPS, VALIDATIONS, eventsName].map((name) => openSync(join(folder, name), "a"));
  const [log, steps, validations, events] = files;
  const stepRows = stepTable(names);
  const validationRows = validationTable(names);
  const write = (file: number, content: string | Uint8Array): void => {
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } catch (error) {
      throw folderFailure(error, folder);
    }
  };
  const at = (step: number): EventTime => ({ wallTimeSeconds: Date.now() / 1000, step });
  const last = earlier.findLast(({ kind }) => kind === "step")?.step ?? 0;
  return {
    earlier,
    wallSecondsBefore: Math.max(0, ...earlier.slice(-2).map(({ wallSeconds }) => wallSeconds)),
    missingSteps: names.resumedStep - last,
    add(record) {
      write(log, `${recordLine(record)}\n`);
      if (record.kind === "step") write(steps, `${stepRows.row(record)}\n`);
      else write(validations, `${validationRows.row(record)}\n`);
      write(events, scalarsEvent(at(record.step), recordScalars(record)));
    },
    addPictures(step, png) {
      const path = join(folder, PREDICTIONS, pictureName(step));
      try {
        writeFileSync(`${path}.partial`, png);
        renameSync(`${path}.partial`, path);
      } catch (error) {
        throw folderFailure(error, folder);
      }
      write(events, imageEvent(at(step), "predictions", png));
    },
    addText(title, markdown, step = 0) {
      write(events, textEvent(at(step), title, markdown));
    },
    sync() {
      for (const file of files) fsyncSync(file);
    },
    close() {
      for (const file of files) closeSync(file);
    },
  };
}
