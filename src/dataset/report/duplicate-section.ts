import { histogramChart } from "../../html/charts.ts";
import { counted, pngUri } from "../../html/markup.ts";
import { binned } from "../../html/binned.ts";
import type { ReportCard } from "./report-card.ts";

/** How alike the pictures are, and those that are most. */
export function duplicateSection({ duplicates, alike }: ReportCard): string {
  if (!duplicates || duplicates.nearest.length === 0) return "";
  const { compared, nearest, pairs } = duplicates;
  const low = Math.max(-1, Math.min(0.9, Math.floor(nearest[0] * 10) / 10));
  const bins = 50;
  const figures = pairs
    .filter(({ ids }) => ids.every((id) => alike.has(id)))
    .map(({ ids, correlation }) => {
      const images = ids.map(
        (id) => `<img alt="sample ${id}" src="${pngUri(alike.get(id) ?? new Uint8Array(0))}">`,
      );
      return `<figure><div class="two">${images.join("")}</div><figcaption>${ids.join(" and ")}: ${correlation.toFixed(4)}</figcaption></figure>`;
    });
  const ticks = Array.from({ length: 5 }, (_, n) => low + ((1 - low) * n) / 4);
  return `<section><h2>Near-duplicates</h2>
<p class="note">How like each of ${counted(compared, "picture")} is to the one most like it, by the correlation of their edges at 32 × 32 pixels. 1 is the same picture, 0.98 about one degree between two views of one patient.</p>
<div class="side"><div>${histogramChart(
    [{ name: "", shares: binned(nearest, low, 1, bins).map((count) => count / compared) }],
    {
      low,
      high: 1,
      title: "correlation with the most alike picture",
      axis: "correlation with the most alike picture",
      ticks,
    },
  )}</div><div><h3>The most alike</h3><div class="pairs">${figures.join("")}</div></div></div></section>`;
}
