import { escaped, percent } from "../../html/markup.ts";
import type { ActivationReadOut } from "../activation-curve.ts";
import type { LandmarkRule } from "../landmark-rule.ts";
import type { LandmarkSummary } from "../summarise.ts";
import { activationChart } from "./activation-chart.ts";
import type { EvaluationReport } from "./evaluation-report.ts";
import { interval, spread, two } from "./shown-numbers.ts";

/** Errors by landmark, and the activation curve. */
export function landmarkSection(report: EvaluationReport): string {
  const { landmarks } = report.summary;
  if (landmarks.all.visible === 0) return "";
  const { unit, curve, readOut } = landmarks;
  const first = report.comparison?.first;
  const curves = [
    { name: report.comparison?.secondName ?? report.title, curve },
    ...(first ? [{ name: report.comparison?.firstName ?? "", curve: first.landmarks.curve }] : []),
  ];
  const rows = landmarks.landmarks.map((landmark) => `<tr>${row(landmark, unit, "td")}</tr>`);
  return `<section><h2>Landmarks</h2>
<p class="note">Errors in ${unit === "mm" ? "mm at the detector" : "pixels"} of the landmarks that count: ${ruleInWords(landmarks.rule)}.</p>
<table><tr><th>Landmark</th><th class="n">Found</th><th class="n">Error, ${unit}</th><th class="n">± 95 %</th><th class="n">Median</th><th class="n">Worst</th><th class="n">False alarms</th></tr>${rows.join("")}<tr class="group">${row({ ...landmarks.all, name: "All" }, unit, "th")}</tr></table>
<h3>Activation curve</h3>${activationChart(curves)}
<p class="note">At 90 %: ${readOutInWords(readOut, unit)}; 95 % bootstrap interval ${interval(landmarks.at90ByPicture, 2)} by picture, ${interval(landmarks.at90BySubject, 2)} by subject.</p></section>`;
}

function row(landmark: LandmarkSummary, unit: "mm" | "px", cell: "td" | "th"): string {
  const errors = unit === "mm" ? landmark.errorMm : landmark.errorPx;
  const none = { mean: Number.NaN, sd: Number.NaN };
  const { visible, found, absent, falseAlarms } = landmark;
  const cells = [
    visible === 0 ? "–" : `${found} of ${visible}, ${percent(found / visible)}`,
    spread(errors ?? none, 2),
    two(errors?.ci95),
    two(errors?.median),
    two(errors?.most),
    absent === 0 ? "–" : `${falseAlarms} of ${absent}`,
  ];
  return `<${cell}>${escaped(landmark.name)}</${cell}>${cells.map((text) => `<${cell} class="n">${text}</${cell}>`).join("")}`;
}

/** "correlation with the ideal heat-map of at least 0.9, within their own structure". */
export function ruleInWords(rule: LandmarkRule): string {
  switch (rule.kind) {
    case "correlation":
      return `correlation with the ideal heat-map of at least ${rule.threshold}`;
    case "peak":
      return `normalised heat-map of at least ${rule.threshold}`;
    case "always":
      return "all that have a candidate";
    default:
      return rule satisfies never;
  }
}

/** "6.29 ± 6.29 mm", or why there is no number. */
export function readOutInWords(readOut: ActivationReadOut, unit: "mm" | "px"): string {
  switch (readOut.kind) {
    case "reached":
      return `${spread({ mean: readOut.error, sd: readOut.sd }, 2)} ${unit}`;
    case "above":
      return `${spread({ mean: readOut.error, sd: readOut.sd }, 2)} ${unit} (no threshold leaves as few)`;
    case "not-reached":
      return `never reached, at most ${percent(readOut.highest)}`;
    case "nothing":
      return "no landmarks";
    default:
      return readOut satisfies never;
  }
}
