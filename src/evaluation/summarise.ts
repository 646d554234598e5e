import {
  type ActivationCurve,
  activationCurve,
  type ActivationReadOut,
  errorAtActivation,
  errorIn,
} from "./activation-curve.ts";
import { activationInterval } from "./activation-interval.ts";
import { isActivated, type LandmarkRule, PUBLISHED_RULE } from "./landmark-rule.ts";
import type { PixelCounts } from "./pixel-counts.ts";
import { type PixelMetrics, pixelMetrics } from "./pixel-metrics.ts";
import type { CaseScore, EvaluatedNames, LandmarkScore } from "./score-case.ts";
import { type BootstrapOptions, type Interval, meanInterval } from "./statistics/bootstrap.ts";
import { mean, type SampleStatistics, sampleStatistics } from "./statistics/sample-statistics.ts";

export interface SummaryOptions {
  /** When a landmark counts as found; default correlation of at least 0.9, as published. */
  readonly rule?: LandmarkRule;
  /** The share of landmarks at which tables give the error; default 0.9. */
  readonly activation?: number;
  /** Added to both sides of the ratios of pixels; default 0. */
  readonly epsilon?: number;
  /** How the bootstrap intervals are drawn. */
  readonly bootstrap?: BootstrapOptions;
}

/** Dice of one structure over the pictures in which it counts. */
export interface StructureSummary extends SampleStatistics {
  readonly name: string;
  /** Pictures with at least one pixel of it in the truth. */
  readonly present: number;
  /** Pictures with at least one pixel of it in the prediction. */
  readonly predicted: number;
  /** Of the pictures in which each is defined. */
  readonly pixels: Readonly<Record<keyof PixelMetrics, SampleStatistics>>;
}

export interface LandmarkSummary {
  readonly name: string;
  /** Pictures with it, and of those the ones where it counts as found. */
  readonly visible: number;
  readonly found: number;
  /** Pictures without it, and of those the ones where something counts as found. */
  readonly absent: number;
  readonly falseAlarms: number;
  readonly errorPx: SampleStatistics;
  /** At the detector; undefined where a picture has no pixel pitch. */
  readonly errorMm: SampleStatistics | undefined;
  readonly demagnifiedMm: SampleStatistics | undefined;
  /** Of this landmark alone. */
  readonly at90: ActivationReadOut;
}

/** All numbers of an evaluation. The keys `dice{mean,perStructure}` and `landmarks{meanMm,at90,perLandmark}` are fixed. */
export interface EvaluationSummary {
  readonly pictures: number;
  readonly subjects: number;
  readonly dice: {
    /** Over all structures of all pictures, as published; null: nothing was compared. */
    readonly mean: number | null;
    /** Mean of the means of structures. */
    readonly meanOfStructures: number | null;
    readonly all: SampleStatistics;
    /** Of the mean, pictures drawn anew, and subjects drawn anew; null: fewer than two. */
    readonly byPicture: Interval | null;
    readonly bySubject: Interval | null;
    /** Means by name; null: in no picture. */
    readonly perStructure: Readonly<Record<string, number | null>>;
    readonly structures: readonly StructureSummary[];
  };
  readonly landmarks: {
    /** mm at the detector, of the landmarks that count as found; null: none, or no pixel pitch. */
    readonly meanMm: number | null;
    readonly meanPx: number | null;
    /** Mean error where 90 % of the landmarks count, in `unit`; null: never that many. */
    readonly at90: number | null;
    readonly unit: "mm" | "px";
    /** Means in `unit` by name; null: never found. */
    readonly perLandmark: Readonly<Record<string, number | null>>;
    readonly rule: LandmarkRule;
    readonly readOut: ActivationReadOut;
    readonly curve: ActivationCurve;
    /** Of the mean in `unit`, then of `at90`. */
    readonly byPicture: Interval | null;
    readonly bySubject: Interval | null;
    readonly at90ByPicture: Interval | null;
    readonly at90BySubject: Interval | null;
    /** All together, then one by one. */
    readonly all: LandmarkSummary;
    readonly landmarks: readonly LandmarkSummary[];
  };
}

/** What scored pictures say together. */
export function summarise(
  scores: readonly CaseScore[],
  names: EvaluatedNames,
  options: SummaryOptions = {},
): EvaluationSummary {
  const { rule = PUBLISHED_RULE, activation = 0.9, epsilon = 0, bootstrap = {} } = options;
  const structures = names.structures.map((name, structure) =>
    structureSummary(name, scores, { structure, epsilon }),
  );
  const allDice = sampleStatistics(scores.flatMap(diceValues));
  const structureMeans = structures.filter(({ count }) => count > 0).map((structure) => structure.mean);
  const every = scores.flatMap(({ landmarks }) => landmarks);
  const kind = rule.kind === "peak" ? "peak" : "correlation";
  const curve = activationCurve(every, { kind });
  const readOut = errorAtActivation(curve, activation);
  const summary = (name: string, list: readonly LandmarkScore[]): LandmarkSummary =>
    landmarkSummary(name, list, { rule, activation, kind });
  const all = summary("all", every);
  const landmarks = names.landmarks.map((name, n) =>
    summary(
      name,
      scores.map((score) => score.landmarks[n]),
    ),
  );
  const inUnit = ({ errorMm, errorPx }: LandmarkSummary): number | null =>
    curve.unit === "px" ? orNull(errorPx.mean) : orNull(errorMm?.mean);
  const pictures = scores;
  const subjects = [...Map.groupBy(scores, ({ subject, name }) => subject ?? name).values()];
  const errorsOf = (score: CaseScore): number[] => foundErrors(score, rule, curve.unit);
  const atActivation = (clusters: readonly (readonly LandmarkScore[])[]): Interval | null =>
    activationInterval(clusters, { kind, unit: curve.unit, activation, ...bootstrap });
  return {
    pictures: scores.length,
    subjects: subjects.length,
    dice: {
      mean: orNull(allDice.mean),
      meanOfStructures: orNull(mean(structureMeans)),
      all: allDice,
      byPicture: meanInterval(pictures.map(diceValues), bootstrap),
      bySubject: meanInterval(
        subjects.map((list) => list.flatMap(diceValues)),
        bootstrap,
      ),
      perStructure: Object.fromEntries(
        structures.map((structure) => [structure.name, orNull(structure.mean)]),
      ),
      structures,
    },
    landmarks: {
      meanMm: orNull(all.errorMm?.mean),
      meanPx: orNull(all.errorPx.mean),
      at90: "error" in readOut ? orNull(readOut.error) : null,
      unit: curve.unit,
      perLandmark: Object.fromEntries(landmarks.map((landmark) => [landmark.name, inUnit(landmark)])),
      rule,
      readOut,
      curve,
      byPicture: meanInterval(pictures.map(errorsOf), bootstrap),
      bySubject: meanInterval(
        subjects.map((list) => list.flatMap(errorsOf)),
        bootstrap,
      ),
      at90ByPicture: atActivation(pictures.map(({ landmarks: list }) => list)),
      at90BySubject: atActivation(subjects.map((list) => list.flatMap((score) => score.landmarks))),
      all,
      landmarks,
    },
  };
}

/** Dice of the structures of one picture that count. */
export const diceValues = ({ structures }: CaseScore): number[] =>
  structures.flatMap(({ dice }) => (dice === undefined ? [] : [dice]));

/** Errors of the landmarks of one picture that count as found. */
export function foundErrors({ landmarks }: CaseScore, rule: LandmarkRule, unit: "mm" | "px"): number[] {
  return landmarks.flatMap((score) => {
    if (score.kind !== "compared" || !isActivated(score.candidate, rule)) return [];
    return [errorIn(score, unit)];
  });
}

const orNull = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value;

function structureSummary(
  name: string,
  scores: readonly CaseScore[],
  { structure, epsilon }: { structure: number; epsilon: number },
): StructureSummary {
  const list = scores.map(({ structures }) => structures[structure]);
  const counts = list.flatMap((score) => (score.counts ? [score.counts] : []));
  return {
    name,
    present: counts.filter(({ truePositive, falseNegative }) => truePositive + falseNegative > 0).length,
    predicted: counts.filter(({ truePositive, falsePositive }) => truePositive + falsePositive > 0).length,
    pixels: pixelStatistics(counts, epsilon),
    ...sampleStatistics(list.flatMap(({ dice }) => (dice === undefined ? [] : [dice]))),
  };
}

function pixelStatistics(
  counts: readonly PixelCounts[],
  epsilon: number,
): Record<keyof PixelMetrics, SampleStatistics> {
  const metrics = counts.map((count) => pixelMetrics(count, epsilon));
  const of = (name: keyof PixelMetrics): SampleStatistics =>
    sampleStatistics(metrics.flatMap((metric) => metric[name] ?? []));
  return {
    sensitivity: of("sensitivity"),
    specificity: of("specificity"),
    precision: of("precision"),
    accuracy: of("accuracy"),
    f1: of("f1"),
    f2: of("f2"),
  };
}

function landmarkSummary(
  name: string,
  scores: readonly LandmarkScore[],
  options: { rule: LandmarkRule; activation: number; kind: "correlation" | "peak" },
): LandmarkSummary {
  const { rule, activation, kind } = options;
  const compared = scores.filter((score) => score.kind === "compared");
  const found = compared.filter(({ candidate }) => isActivated(candidate, rule));
  const absent = scores.filter((score) => score.kind === "absent");
  const ofAll = (errors: readonly (number | undefined)[]): SampleStatistics | undefined => {
    const known = errors.filter((error) => error !== undefined);
    return known.length < errors.length || known.length === 0 ? undefined : sampleStatistics(known);
  };
  return {
    name,
    visible: compared.length + scores.filter((score) => score.kind === "missed").length,
    found: found.length,
    absent: absent.length,
    falseAlarms: absent.filter(({ candidate }) => candidate && isActivated(candidate, rule)).length,
    errorPx: sampleStatistics(found.map(({ errorPx }) => errorPx)),
    errorMm: ofAll(found.map(({ errorMm }) => errorMm)),
    demagnifiedMm: ofAll(found.map(({ demagnifiedMm }) => demagnifiedMm)),
    at90: errorAtActivation(activationCurve(scores, { kind }), activation),
  };
}
