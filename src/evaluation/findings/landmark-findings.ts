import type { EvaluationSummary } from "../summarise.ts";
import { type EvaluationFinding, finding, listed } from "./finding.ts";

/** A share of false alarms that is worth telling. */
const OFTEN = 0.1;

/** Landmarks that are lost, or seen where they are not. */
export function landmarkFindings({ landmarks }: EvaluationSummary): EvaluationFinding[] {
  const { readOut, all, unit } = landmarks;
  if (all.visible === 0) return [];
  const never = landmarks.landmarks.filter(({ visible, found }) => visible > 0 && found === 0);
  return [
    ...(never.length === 0
      ? []
      : [
          finding(
            "warning",
            "landmark-never-found",
            `Never found, though in the pictures: ${listed(never.map(({ name }) => name))}.`,
          ),
        ]),
    ...(readOut.kind === "not-reached"
      ? [
          finding(
            "warning",
            "activation-not-reached",
            `90 % of the landmarks are never found, whatever the threshold: at most ${(100 * readOut.highest).toFixed(1)} % have a candidate in their own structure.`,
          ),
        ]
      : []),
    ...(all.falseAlarms > OFTEN * all.absent && all.absent > 0
      ? [
          finding(
            "warning",
            "false-alarms",
            `${all.falseAlarms} of ${all.absent} landmarks that are not in the picture are found all the same.`,
          ),
        ]
      : []),
    ...(unit === "px"
      ? [
          finding(
            "info",
            "no-pixel-pitch",
            "Errors are in pixels: not every picture has a pixel pitch in mm at the detector.",
          ),
        ]
      : []),
  ];
}
