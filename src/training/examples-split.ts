import { InputError } from "../error/input-error.ts";
import { randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import type { Plan } from "./plan.ts";

/** What is known of the examples of a data set without reading them. */
export interface ExampleList {
  readonly count: number;
  readonly split: (index: number) => "train" | "validation" | "test" | undefined;
  readonly subject: (index: number) => string;
  /** What must stay together. */
  readonly patient: (index: number) => string;
}

export interface ExampleSplit {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  /** How it came about, in words. */
  readonly rule: string;
}

/**
 * Which examples are learnt from and which only looked at. By the plan's folds where it has some; else by the data set's own splits; else a
 * share of the patients, drawn by the plan's seed. Examples of a test split are never used. Pictures of one patient stay together.
 *
 * @throws InputError `examples-none`, `folds-few`
 */
export function splitExamples(list: ExampleList, plan: Plan): ExampleSplit {
  const all = Array.from({ length: list.count }, (_, index) => index).filter(
    (index) => list.split(index) !== "test",
  );
  const { folds, validationShare } = plan.data;
  const { isValidation, rule } = folds
    ? foldRule(all, list, plan, folds)
    : all.some((index) => list.split(index) === "validation")
      ? {
          isValidation: (index: number) => list.split(index) === "validation",
          rule: "by the data set's own split",
        }
      : {
          isValidation: chosenPatients(all, list.patient, validationShare, plan.seed),
          rule: `${(100 * validationShare).toFixed(0)} % of the patients`,
        };
  const train = Uint32Array.from(all.filter((index) => !isValidation(index)));
  if (train.length === 0)
    throw new InputError("examples-none", "the data set has no example to learn from", {
      remedy: "give samples to the split train, or make validationShare smaller",
    });
  return { train, validation: Uint32Array.from(all.filter(isValidation)), rule };
}

function foldRule(
  all: readonly number[],
  { subject, patient }: ExampleList,
  plan: Plan,
  { kind, count, index }: NonNullable<Plan["data"]["folds"]>,
): { isValidation: (index: number) => boolean; rule: string } {
  const groupOf = kind === "subject" ? subject : patient;
  const groups = shuffled([...new Set(all.map(groupOf))].toSorted(), plan.seed, kind === "k-fold");
  const folds = kind === "subject" ? groups.length : count;
  const what = kind === "subject" ? "subject" : "patient";
  if (groups.length < 2)
    throw new InputError("folds-few", `folds were asked for, the data set has a single ${what}`, {
      remedy:
        kind === "subject"
          ? "generate it from several CTs, or give folds of patients: kind: k-fold"
          : "generate it with more patients, or leave out folds",
    });
  if (index >= folds || groups.length < folds)
    throw new InputError(
      "folds-few",
      `fold ${index} of ${folds} was asked for, the data set has ${groups.length} ${what}s`,
      {
        remedy:
          groups.length < folds ? `choose at most ${groups.length} folds` : `choose an index below ${folds}`,
      },
    );
  const held = new Set(groups.filter((_, place) => place % folds === index));
  return {
    isValidation: (example) => held.has(groupOf(example)),
    rule: kind === "subject" ? `without ${[...held].join(", ")}` : `fold ${index} of ${folds}`,
  };
}

function chosenPatients(
  all: readonly number[],
  patient: (index: number) => string,
  share: number,
  seed: number,
): (index: number) => boolean {
  const patients = shuffled([...new Set(all.map(patient))].toSorted(), seed, true);
  const held = new Set(patients.slice(0, share > 0 ? Math.max(1, Math.round(share * patients.length)) : 0));
  return (index) => held.has(patient(index));
}

function shuffled(names: string[], seed: number, isWanted: boolean): string[] {
  if (!isWanted) return names;
  const stream = randomStream(sampleKey(seed, 0, "split of patients"));
  return names
    .map((name) => ({ name, at: stream.uniform() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => name);
}
