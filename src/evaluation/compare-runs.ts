import { errorIn } from "./activation-curve.ts";
import { isActivated, type LandmarkRule, PUBLISHED_RULE } from "./landmark-rule.ts";
import type { CaseScore, EvaluatedNames } from "./score-case.ts";
import type { BootstrapOptions } from "./statistics/bootstrap.ts";
import { mannWhitney } from "./statistics/mann-whitney.ts";
import { comparePairs, type Pair, type PairedComparison } from "./statistics/paired-comparison.ts";
import { foundErrors } from "./summarise.ts";

/** Two runs on the pictures that both have, matched by name. */
export interface RunComparison {
  readonly pictures: number;
  /** What is drawn anew: subjects where there are at least two with several pictures, else pictures. */
  readonly clusters: "picture" | "subject";
  readonly dice: PairedComparison | undefined;
  readonly perStructure: readonly {
    readonly name: string;
    readonly comparison: PairedComparison | undefined;
  }[];
  readonly landmarks: {
    readonly unit: "mm" | "px";
    /** Of the landmarks that count as found in both runs. */
    readonly both: PairedComparison | undefined;
    /** Of all that count in either run, not paired: the two runs need not find the same ones. */
    readonly mannWhitneyP: number | null;
  };
}

/** Whether a second run is better than a first: its means, the difference with an interval, and tests. */
export function compareRuns(
  first: readonly CaseScore[],
  second: readonly CaseScore[],
  names: EvaluatedNames,
  options: BootstrapOptions & { readonly rule?: LandmarkRule } = {},
): RunComparison {
  const { rule = PUBLISHED_RULE } = options;
  const byName = new Map(second.map((score) => [score.name, score]));
  const matched = first.flatMap((score): [CaseScore, CaseScore][] => {
    const other = byName.get(score.name);
    return other ? [[score, other]] : [];
  });
  const subjects = Map.groupBy(matched, ([{ subject, name }]) => subject ?? name);
  const isBySubject = subjects.size > 1 && subjects.size < matched.length;
  const clusters = isBySubject ? [...subjects.values()] : matched.map((pair) => [pair]);
  const compared = (of: (a: CaseScore, b: CaseScore) => Pair[]): PairedComparison | undefined =>
    comparePairs(
      clusters.map((list) => list.flatMap(([a, b]) => of(a, b))),
      options,
    );
  const dicePairs = (a: CaseScore, b: CaseScore): Pair[] =>
    names.structures.flatMap((_, structure) => diceOf(a, b, structure));
  const unit = unitOf(matched.flat());
  const [errorsFirst, errorsSecond] = [0, 1].map((run) =>
    matched.flatMap((pair) => foundErrors(pair[run], rule, unit)),
  );
  return {
    pictures: matched.length,
    clusters: isBySubject ? "subject" : "picture",
    dice: compared(dicePairs),
    perStructure: names.structures.map((name, structure) => ({
      name,
      comparison: compared((a, b) => diceOf(a, b, structure)),
    })),
    landmarks: {
      unit,
      both: compared((a, b) => names.landmarks.flatMap((_, n) => errorsOf(a, b, { n, rule, unit }))),
      mannWhitneyP:
        errorsFirst.length > 0 && errorsSecond.length > 0 ? mannWhitney(errorsFirst, errorsSecond).p : null,
    },
  };
}

function diceOf(a: CaseScore, b: CaseScore, structure: number): Pair[] {
  const [first, second] = [a.structures[structure]?.dice, b.structures[structure]?.dice];
  return first === undefined || second === undefined ? [] : [{ first, second }];
}

function errorsOf(
  a: CaseScore,
  b: CaseScore,
  { n, rule, unit }: { n: number; rule: LandmarkRule; unit: "mm" | "px" },
): Pair[] {
  const [first, second] = [a.landmarks[n], b.landmarks[n]];
  if (first?.kind !== "compared" || second?.kind !== "compared") return [];
  if (!isActivated(first.candidate, rule) || !isActivated(second.candidate, rule)) return [];
  return [{ first: errorIn(first, unit), second: errorIn(second, unit) }];
}

const unitOf = (scores: readonly CaseScore[]): "mm" | "px" =>
  scores.every(({ landmarks }) =>
    landmarks.every((score) => score.kind !== "compared" || score.errorMm !== undefined),
  )
    ? "mm"
    : "px";
