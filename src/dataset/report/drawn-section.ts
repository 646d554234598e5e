import { miniHistogram } from "../../html/charts.ts";
import { inWords } from "./drawn-numbers.ts";
import type { ManifestStatistics } from "./manifest-statistics.ts";
import { escaped, percent, shown } from "../../html/markup.ts";
import { type NumberSummary, quantile } from "./number-tally.ts";

/** The numbers of beam, view and patient. */
export function drawnSection({ drawn, simulators, samples }: ManifestStatistics): string {
  const groups = [
    ["Beam", drawn.beam],
    ["View", drawn.view],
    ["Instruments", drawn.instruments],
    ["Variation of patients", drawn.variation],
  ] as const;
  const rows = groups.flatMap(([title, numbers]) =>
    numbers.size === 0
      ? []
      : [
          `<tr class="group"><th colspan="7">${title}</th></tr>`,
          ...[...numbers].map(([path, summary]) => drawnRow(path, summary, samples)),
        ],
  );
  const named = [...simulators].map(([name, count]) => `${escaped(name)} ${percent(count / samples)}`);
  return `<section><h2>What was drawn</h2>
<p class="note">Every number that differs between samples or patients. Each histogram reaches from the least to the most. Simulator: ${named.join(", ")}.</p>
<table><tr><th></th><th class="n">Least</th><th class="n">5 % below</th><th class="n">Median</th><th class="n">95 % below</th><th class="n">Most</th><th></th></tr>${rows.join("")}</table></section>`;
}

function drawnRow(path: string, summary: NumberSummary, samples: number): string {
  const { title, unit } = inWords(path);
  const some =
    summary.count < samples
      ? ` <span class="faint">(in ${percent(summary.count / samples)} of the samples)</span>`
      : "";
  const { least, most } = summary;
  if (least === most)
    return `<tr><td>${escaped(title)}${some}</td><td class="n" colspan="5">always ${shown(least, unit)}</td><td></td></tr>`;
  const numbers = [least, quantile(summary, 0.05), quantile(summary, 0.5), quantile(summary, 0.95), most];
  return `<tr><td>${escaped(title)}${some}</td>${numbers.map((value) => `<td class="n">${shown(value, unit)}</td>`).join("")}<td>${miniHistogram(summary, least, most)}</td></tr>`;
}
