import type { EvaluationSummary, LandmarkSummary } from "../summarise.ts";
import type { Table } from "./table.ts";

/** One row a landmark, then all together: how often it is found, and how far off. Millimetres are at the detector. */
export const landmarkTable = ({ landmarks }: EvaluationSummary): Table => ({
  columns: [
    "landmark",
    "visible",
    "found",
    "absent",
    "false_alarms",
    ...["mean", "sd", "ci95", "median", "most"].flatMap((name) => [`${name}_px`, `${name}_mm`]),
    "demagnified_mean_mm",
    `at90_${landmarks.unit}`,
    "at90_state",
  ],
  rows: [...landmarks.landmarks, landmarks.all].map(row),
});

const row = (landmark: LandmarkSummary) => {
  const { errorPx, errorMm, demagnifiedMm, at90 } = landmark;
  return [
    landmark.name,
    landmark.visible,
    landmark.found,
    landmark.absent,
    landmark.falseAlarms,
    ...(["mean", "sd", "ci95", "median", "most"] as const).flatMap((name) => [
      errorPx[name],
      errorMm?.[name],
    ]),
    demagnifiedMm?.mean,
    "error" in at90 ? at90.error : undefined,
    at90.kind,
  ];
};
