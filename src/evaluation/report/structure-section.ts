import { miniHistogram } from "../../html/charts.ts";
import { escaped } from "../../html/markup.ts";
import { colourOf } from "../../html/structure-mark.ts";
import { diceChart } from "./dice-chart.ts";
import type { EvaluationReport } from "./evaluation-report.ts";
import { spread, three } from "./shown-numbers.ts";

/** Dice by structure, as a table and as dots. */
export function structureSection({ summary, scores }: EvaluationReport): string {
  const { structures, all } = summary.dice;
  if (all.count === 0) return "";
  const values = structures.map((_, n) =>
    scores.flatMap(({ structures: list }) => {
      const value = list[n]?.dice;
      return value === undefined ? [] : [value];
    }),
  );
  const rows = structures.map(
    (structure, n) =>
      `<tr><td><i class="dot" style="background:${colourOf(n)}"></i>${escaped(structure.name)}</td><td class="n">${structure.count}</td><td class="n">${spread(structure)}</td><td class="n">${three(structure.ci95)}</td><td class="n">${three(structure.median)}</td><td class="n">${three(structure.least)}</td><td class="n">${three(structure.pixels.sensitivity.mean)}</td><td class="n">${three(structure.pixels.precision.mean)}</td><td>${miniHistogram({ sorted: values[n].toSorted((a, b) => a - b) }, 0, 1)}</td></tr>`,
  );
  const total = `<tr class="group"><th>All</th><th class="n">${all.count}</th><th class="n">${spread(all)}</th><th class="n">${three(all.ci95)}</th><th class="n">${three(all.median)}</th><th class="n">${three(all.least)}</th><th></th><th></th><th></th></tr>`;
  return `<section><h2>Structures</h2>
<p class="note">Dice of hard masks, each picture and structure by itself; mean ± standard deviation and half of the 95 % interval 1.96·SD/√n. Pixels that nobody knows do not count.</p>
<table><tr><th>Structure</th><th class="n">Pictures</th><th class="n">Dice</th><th class="n">± 95 %</th><th class="n">Median</th><th class="n">Worst</th><th class="n">Sensitivity</th><th class="n">Precision</th><th>0 to 1</th></tr>${rows.join("")}${total}</table>
${diceChart(structures.map(({ name }, n) => ({ name, values: values[n] })))}</section>`;
}
