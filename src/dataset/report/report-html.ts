import type { Deflate } from "../../image/encode-png.ts";
import { contactSheet } from "./contact-section.ts";
import { drawnSection } from "./drawn-section.ts";
import { duplicateSection } from "./duplicate-section.ts";
import { greySection } from "./grey-section.ts";
import { instrumentSection } from "./instrument-section.ts";
import { landmarkSection } from "./landmark-section.ts";
import { escaped, shown, shownCount } from "../../html/markup.ts";
import { recipeSection, rejectionSection } from "./recipe-section.ts";
import type { ReportCard } from "./report-card.ts";
import { REPORT_STYLE } from "../../html/report-style.ts";
import { structureSection } from "./structure-section.ts";
import { subjectSection } from "./subject-section.ts";
import { viewSection } from "./view-section.ts";

/** The report card as one HTML file: pictures and drawings inside it, no script, nothing from elsewhere. */
export async function reportHtml(card: ReportCard, options: { deflate?: Deflate } = {}): Promise<string> {
  const { recipe, statistics } = card;
  const sections = [
    contactSheet(card),
    viewSection(statistics),
    structureSection(statistics),
    instrumentSection(statistics),
    await landmarkSection(statistics.landmarks, statistics.samples, options.deflate),
    greySection(card),
    drawnSection(statistics),
    duplicateSection(card),
    subjectSection(card),
    rejectionSection(card),
    recipeSection(card),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(recipe.name)}: report card</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
${header(card)}
${sections.filter((section) => section !== "").join("\n")}
</body>
</html>
`;
}

function header({ recipe, statistics, bytes, software, findings }: ReportCard): string {
  const facts: [string, string][] = [
    [shownCount(statistics.samples), "samples"],
    [shownCount(statistics.subjects.size), statistics.subjects.size === 1 ? "subject" : "subjects"],
    [
      shownCount(Math.ceil(recipe.count / recipe.imagesPerPatient)),
      recipe.variation ? "patients (a subject in one variation)" : "blocks of one subject",
    ],
    [shownCount(statistics.structures.length), "structures"],
    [shownCount(statistics.landmarks.length), "landmarks"],
    [`${shown(bytes / 1e6)} MB`, recipe.outputs.join(", ")],
  ];
  const good =
    '<li class="good"><b>Nothing to complain about.</b> No leak between splits, every picture that was looked at can be read.</li>';
  const list = findings.map(
    ({ severity, message }) =>
      `<li class="${severity}"><b>${{ info: "Note", warning: "Warning", error: "Error" }[severity]}.</b> ${escaped(message)}</li>`,
  );
  const isClean = findings.every(({ severity }) => severity === "info");
  return `<header><h1>${escaped(recipe.name)}</h1>
<p class="note">${recipe.description ? `${escaped(recipe.description)} · ` : ""}Report card of a data set made by ${escaped(software)}, seed ${recipe.seed}</p>
<div class="facts">${facts.map(([number, name]) => `<div><b>${number}</b><span>${escaped(name)}</span></div>`).join("")}</div>
<ul class="findings">${isClean ? good : ""}${list.join("")}</ul></header>`;
}
