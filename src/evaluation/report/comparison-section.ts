import { escaped } from "../../html/markup.ts";
import type { PairedComparison } from "../statistics/paired-comparison.ts";
import type { EvaluationReport } from "./evaluation-report.ts";
import { interval, probability } from "./shown-numbers.ts";

/** Two runs on the same pictures: what differs, by how much, and whether that may be chance. */
export function comparisonSection({ comparison: compared }: EvaluationReport): string {
  if (!compared) return "";
  const { firstName, secondName, comparison } = compared;
  const { landmarks } = comparison;
  const rows = [
    row("Dice, all", comparison.dice, 3),
    ...comparison.perStructure.map(({ name, comparison: one }) => row(`Dice, ${name}`, one, 3)),
    row(`Landmark error, ${landmarks.unit}, found in both`, landmarks.both, 2),
  ];
  const unpaired =
    landmarks.mannWhitneyP === null
      ? ""
      : `<p class="note">All landmarks that count in either run, not paired: Mann–Whitney p = ${probability(landmarks.mannWhitneyP)}.</p>`;
  return `<section><h2>${escaped(secondName)} against ${escaped(firstName)}</h2>
<p class="note">On the ${comparison.pictures} pictures that both have. The interval and the bootstrap's p come from drawing ${comparison.clusters === "subject" ? "subjects" : "pictures"} anew; Wilcoxon's signed-rank test is of one difference a ${comparison.clusters}. Many tests together find something by chance: one in twenty.</p>
<table><tr><th></th><th class="n">${escaped(firstName)}</th><th class="n">${escaped(secondName)}</th><th class="n">Difference</th><th class="n">95 %</th><th class="n">p, bootstrap</th><th class="n">p, Wilcoxon</th></tr>${rows.join("")}</table>${unpaired}</section>`;
}

function row(name: string, comparison: PairedComparison | undefined, digits: number): string {
  if (!comparison) return "";
  const { meanFirst, meanSecond, difference, wilcoxonP, bootstrapP } = comparison;
  const signed = `${difference > 0 ? "+" : ""}${difference.toFixed(digits)}`.replace("-", "−");
  const cells = [
    meanFirst.toFixed(digits),
    meanSecond.toFixed(digits),
    signed,
    interval(comparison.interval, digits),
    probability(bootstrapP),
    probability(wilcoxonP),
  ];
  return `<tr><td>${escaped(name)}</td>${cells.map((text) => `<td class="n">${text}</td>`).join("")}</tr>`;
}
