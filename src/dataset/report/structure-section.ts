import { miniHistogram } from "../../html/charts.ts";
import type { ManifestStatistics } from "./manifest-statistics.ts";
import { escaped, percent } from "../../html/markup.ts";
import { quantile } from "./number-tally.ts";
import { colourOf } from "../../html/structure-mark.ts";

/** How much of the picture each structure covers, and how often it is not there. */
export function structureSection({ structures, samples }: ManifestStatistics): string {
  if (structures.length === 0) return "";
  const most = Math.max(
    ...structures.map(({ share }) => (share.count > 0 ? quantile(share, 0.995) : 0)),
    1e-9,
  );
  const rows = structures.map(({ name, absent, share }, index) => {
    const [low, middle, high] = [0.05, 0.5, 0.95].map((part) => percent(quantile(share, part)));
    return `<tr><td><i class="dot" style="background:${colourOf(index)}"></i>${escaped(name)}</td><td class="n">${percent(absent / samples)}</td><td class="n">${low}</td><td class="n">${middle}</td><td class="n">${high}</td><td>${miniHistogram(share, 0, most)}</td></tr>`;
  });
  return `<section><h2>Structures</h2>
<p class="note">Share of the picture that each structure covers, where it is present. All histograms reach from 0 to ${percent(most)}.</p>
<table><tr><th>Structure</th><th class="n">Absent in</th><th class="n">5 % below</th><th class="n">Median</th><th class="n">95 % below</th><th>Area</th></tr>${rows.join("")}</table></section>`;
}
