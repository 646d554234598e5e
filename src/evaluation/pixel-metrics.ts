import type { PixelCounts } from "./pixel-counts.ts";

/** How well one structure was found in one picture, each from 0 to 1; undefined where it would be 0 / 0. */
export interface PixelMetrics {
  readonly sensitivity: number | undefined;
  readonly specificity: number | undefined;
  readonly precision: number | undefined;
  readonly accuracy: number | undefined;
  readonly f1: number | undefined;
  readonly f2: number | undefined;
}

/** What the published code of the tool and COVID tasks adds to numerator and denominator of every ratio. */
export const PUBLISHED_EPSILON = 1e-4;

/**
 * Overlap of two masks, 2·TP / (2·TP + FP + FN): 1 if both are empty, 0 if only one is.
 *
 * @param epsilon added above and below; `PUBLISHED_EPSILON` for the numbers of the published tool code
 */
export function dice({ truePositive, falsePositive, falseNegative }: PixelCounts, epsilon = 0): number {
  const sum = 2 * truePositive + falsePositive + falseNegative + epsilon;
  return sum === 0 ? 1 : (2 * truePositive + epsilon) / sum;
}

/**
 * Sensitivity TP/(TP+FN), specificity TN/(TN+FP), precision TP/(TP+FP), accuracy (TP+TN)/all and
 *
 *   F_β = (1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP),  β = 1, 2
 *
 * @param epsilon as of `dice`; with `PUBLISHED_EPSILON`, F_β is made of the published precision P and sensitivity S as
 *   (1 + β²)·(P·S + ε) / (β²·P + S + ε), which is 1 + β² of a picture without any overlap
 */
export function pixelMetrics(counts: PixelCounts, epsilon = 0): PixelMetrics {
  const { truePositive, falsePositive, falseNegative, trueNegative } = counts;
  const ratio = (part: number, whole: number): number | undefined =>
    whole + epsilon === 0 ? undefined : (part + epsilon) / (whole + epsilon);
  const sensitivity = ratio(truePositive, truePositive + falseNegative);
  const precision = ratio(truePositive, truePositive + falsePositive);
  const f = (beta: number): number | undefined => {
    const weight = beta * beta;
    if (epsilon > 0 && sensitivity !== undefined && precision !== undefined)
      return (
        ((1 + weight) * (precision * sensitivity + epsilon)) / (weight * precision + sensitivity + epsilon)
      );
    const hits = (1 + weight) * truePositive;
    return ratio(hits, hits + weight * falseNegative + falsePositive);
  };
  return {
    sensitivity,
    specificity: ratio(trueNegative, trueNegative + falsePositive),
    precision,
    accuracy: ratio(truePositive + trueNegative, truePositive + falsePositive + falseNegative + trueNegative),
    f1: f(1),
    f2: f(2),
  };
}
