import type { ActivationCurve } from "../activation-curve.ts";
import type { Table } from "./table.ts";

/** One row a threshold. */
export const curveTable = ({ unit, points }: ActivationCurve): Table => ({
  columns: ["threshold", "activated", "count", `mean_${unit}`, `sd_${unit}`],
  rows: points.map(({ threshold, activated, count, meanError, sd }) => [
    threshold,
    activated,
    count,
    meanError,
    sd,
  ]),
});
