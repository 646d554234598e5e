import { escaped, shownCount } from "../../html/markup.ts";
import { REPORT_STYLE } from "../../html/report-style.ts";
import { comparisonSection } from "./comparison-section.ts";
import type { EvaluationReport } from "./evaluation-report.ts";
import { landmarkSection, readOutInWords } from "./landmark-section.ts";
import { pictureSection } from "./picture-section.ts";
import { interval, spread, three } from "./shown-numbers.ts";
import { structureSection } from "./structure-section.ts";

const STYLE = `${REPORT_STYLE}
.chart { max-width: 640px; margin-top: 14px; }
.shown { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 14px; }
`;

/** The evaluation as one HTML file: pictures and drawings inside it, no script, nothing from elsewhere. */
export function evaluationHtml(report: EvaluationReport): string {
  const sections = [
    structureSection(report),
    landmarkSection(report),
    pictureSection(report),
    comparisonSection(report),
    factSection(report),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(report.title)}: evaluation</title>
<style>${STYLE}</style>
</head>
<body>
${header(report)}
${sections.filter((section) => section !== "").join("\n")}
</body>
</html>
`;
}

function header({ title, description, summary, findings }: EvaluationReport): string {
  const { dice, landmarks, pictures, subjects } = summary;
  const facts: [string, string][] = [
    ...(dice.mean === null
      ? []
      : ([
          [three(dice.mean), `mean Dice (95 % ${interval(dice.byPicture, 3)} by picture)`],
          [three(dice.meanOfStructures), "mean of the structures' means"],
        ] satisfies [string, string][])),
    ...(landmarks.all.visible === 0
      ? []
      : ([
          [
            spread((landmarks.unit === "mm" ? landmarks.all.errorMm : landmarks.all.errorPx) ?? NOTHING, 2),
            `${landmarks.unit}, mean landmark error`,
          ],
          [readOutInWords(landmarks.readOut, landmarks.unit), "error where 90 % of the landmarks count"],
          [`${landmarks.all.found} of ${landmarks.all.visible}`, "landmarks found"],
        ] satisfies [string, string][])),
    [shownCount(pictures), pictures === 1 ? "picture" : "pictures"],
    [shownCount(subjects), subjects === 1 ? "subject" : "subjects"],
  ];
  const list = findings.map(
    ({ severity, message }) =>
      `<li class="${severity}"><b>${{ info: "Note", warning: "Warning", error: "Error" }[severity]}.</b> ${escaped(message)}</li>`,
  );
  const isClean = findings.every(({ severity }) => severity === "info");
  const good =
    '<li class="good"><b>Nothing to complain about.</b> Every structure is predicted, no sides are exchanged, no picture is empty.</li>';
  return `<header><h1>${escaped(title)}</h1>
${description ? `<p class="note">${escaped(description)}</p>` : ""}
<div class="facts">${facts.map(([number, name]) => `<div><b>${escaped(number)}</b><span>${escaped(name)}</span></div>`).join("")}</div>
<ul class="findings">${isClean ? good : ""}${list.join("")}</ul></header>`;
}

const NOTHING = { mean: Number.NaN, sd: Number.NaN };

function factSection({ facts = [] }: EvaluationReport): string {
  if (facts.length === 0) return "";
  const rows = facts.map(([name, value]) => `<tr><td>${escaped(name)}</td><td>${escaped(value)}</td></tr>`);
  return `<section><h2>How it was made</h2><table>${rows.join("")}</table></section>`;
}
