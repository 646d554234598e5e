import { counted, escaped, pngUri, shown, shownCount } from "../../html/markup.ts";
import { REPORT_STYLE } from "../../html/report-style.ts";
import type { ClassAlarm } from "./class-alarms.ts";
import { curveSection, diceSection, scheduleSection, timeSection } from "./report-curves.ts";
import { bestValidation, type LogCourse, logCourse } from "./log-course.ts";
import { type LogRecord, meanDice } from "./training-log.ts";

/** All that the report of a training shows. */
export interface TrainingReport {
  readonly name: string;
  readonly description?: string | undefined;
  readonly software: string;
  /** The plan as text, every field of it. */
  readonly planText: string;
  /** Machine, provider, data set: what else decides the result. */
  readonly environment: Readonly<Record<string, string>>;
  /** Steps of the whole training. */
  readonly steps: number;
  readonly parameterCount?: number | undefined;
  readonly records: readonly LogRecord[];
  readonly alarms: readonly ClassAlarm[];
  readonly findings?: readonly {
    readonly severity: "info" | "warning" | "error";
    readonly message: string;
  }[];
  /** Grids of sample predictions, in the order of steps. */
  readonly predictions: readonly { readonly step: number; readonly png: Uint8Array }[];
  /** What the columns or rows of these grids are. */
  readonly predictionNote?: string | undefined;
}

const MOST_PREDICTIONS = 8;

/** How a training went, as one HTML file: pictures and drawings inside it, no script, nothing from elsewhere. */
export function trainingReport(report: TrainingReport): string {
  const course = logCourse(report.records);
  const sections = [
    curveSection(course, report.steps),
    diceSection(course, report.steps, report.alarms),
    predictionSection(report),
    scheduleSection(course, report.steps),
    timeSection(course, report.steps),
    environmentSection(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(report.name)}: training</title>
<style>${REPORT_STYLE}${OWN_STYLE}</style>
</head>
<body>
${header(report, course)}
${sections.filter((section) => section !== "").join("\n")}
</body>
</html>
`;
}

const OWN_STYLE = `
.predictions figure { margin: 14px 0; }
.predictions img { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px; }
.environment td:first-child { color: var(--faint); white-space: nowrap; }
`;

function header(report: TrainingReport, course: LogCourse): string {
  const { steps, validations } = course;
  const done = steps.at(-1)?.step ?? 0;
  const best = bestValidation(validations);
  const last = validations.at(-1);
  const seconds = course.wallSeconds;
  const facts: [string, string][] = [
    [done < report.steps ? `${shownCount(done)} of ${shownCount(report.steps)}` : shownCount(done), "steps"],
    [shown(steps.at(-1)?.epoch ?? 0), "epochs"],
    [seconds < 5400 ? `${shown(seconds / 60)} min` : `${shown(seconds / 3600)} h`, "of training"],
    ...(report.parameterCount === undefined
      ? []
      : [[`${shown(report.parameterCount / 1e6)} M`, "parameters"] as [string, string]]),
    ...(last ? [[meanDice(last).toFixed(3), "Dice on simulated validation, last"] as [string, string]] : []),
    ...(best
      ? [[meanDice(best).toFixed(3), `Dice at the best validation, step ${best.step}`] as [string, string]]
      : []),
  ];
  const alarms = report.alarms.map(({ message, remedy, recoveredAtStep }) =>
    recoveredAtStep === undefined
      ? `<li class="warning"><b>Class alarm.</b> ${escaped(message)}. <span class="faint">${escaped(sentence(remedy))}</span></li>`
      : `<li><b>Class alarm, over.</b> ${escaped(message)}; found again after ${recoveredAtStep} steps.</li>`,
  );
  const findings = (report.findings ?? []).map(
    ({ severity, message }) =>
      `<li class="${severity}"><b>${{ info: "Note", warning: "Warning", error: "Error" }[severity]}.</b> ${escaped(message)}</li>`,
  );
  const isGood = validations.length > 0 && report.alarms.length === 0;
  const good = isGood
    ? '<li class="good"><b>No class is lost.</b> Every structure is found on simulated validation.</li>'
    : "";
  return `<header><h1>${escaped(report.name)}</h1>
<p class="note">${report.description ? `${escaped(report.description)} · ` : ""}Training by ${escaped(report.software)}</p>
<div class="facts">${facts.map(([number, name]) => `<div><b>${number}</b><span>${escaped(name)}</span></div>`).join("")}</div>
<ul class="findings">${good}${alarms.join("")}${findings.join("")}</ul></header>`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function predictionSection({ predictions, predictionNote, records }: TrainingReport): string {
  if (predictions.length === 0) return "";
  const count = Math.min(predictions.length, MOST_PREDICTIONS);
  // Evenly spread, the last one among them; the newest first.
  const chosen = Array.from(
    { length: count },
    (_, n) => predictions[Math.round(((n + 1) / count) * predictions.length) - 1],
  ).toReversed();
  const figures = chosen.map(({ step, png }) => {
    const record = records.findLast((each) => each.kind === "validation" && each.step <= step);
    const dice =
      record?.kind === "validation" && record.step === step
        ? `, mean Dice ${meanDice(record).toFixed(3)}, epoch ${shown(record.epoch)}`
        : "";
    return `<figure><img alt="predictions after ${step} steps" src="${pngUri(png)}"><figcaption><b>${counted(step, "step")}${dice}</b></figcaption></figure>`;
  });
  const note =
    predictions.length > count ? ` ${count} of ${predictions.length} are shown, evenly spread.` : "";
  return `<section class="predictions"><h2>Sample predictions</h2>
<p class="note">The same examples after more and more steps, the newest first.${predictionNote ? ` ${escaped(predictionNote)}` : ""}${note}</p>
${figures.join("\n")}</section>`;
}

function environmentSection({ planText, environment }: TrainingReport): string {
  const rows = Object.entries(environment).map(
    ([name, value]) => `<tr><td>${escaped(name)}</td><td>${escaped(value)}</td></tr>`,
  );
  return `<section class="environment"><h2>Plan and environment</h2>
<table>${rows.join("")}</table>
<h3>Plan</h3><pre>${escaped(planText)}</pre></section>`;
}
