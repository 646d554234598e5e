import type { PixelMetrics } from "../pixel-metrics.ts";
import type { EvaluationSummary } from "../summarise.ts";
import type { Table } from "./table.ts";

const METRICS: readonly (keyof PixelMetrics)[] = [
  "sensitivity",
  "specificity",
  "precision",
  "accuracy",
  "f1",
  "f2",
];

/** One row a structure: Dice with deviation and published interval, and the ratios of pixels, over pictures. */
export const structureTable = ({ dice }: EvaluationSummary): Table => ({
  columns: [
    "structure",
    "pictures",
    "present",
    "predicted",
    ...["mean", "sd", "ci95", "median", "least", "most"].map((name) => `dice_${name}`),
    ...METRICS.flatMap((name) => [`${name}_mean`, `${name}_sd`]),
  ],
  rows: dice.structures.map((structure) => [
    structure.name,
    structure.count,
    structure.present,
    structure.predicted,
    structure.mean,
    structure.sd,
    structure.ci95,
    structure.median,
    structure.least,
    structure.most,
    ...METRICS.flatMap((name) => [structure.pixels[name].mean, structure.pixels[name].sd]),
  ]),
});
