import { histogramChart } from "../../html/charts.ts";
import { GREY_BINS, type GreyStatistics, histogramDistance, STANDARD_RANGE } from "./grey-statistics.ts";
import { counted, escaped, percent, shown } from "../../html/markup.ts";
import type { ReportCard } from "./report-card.ts";

/** Histograms of grey values, beside those of real pictures where there are some. */
export function greySection({ greys, real }: ReportCard): string {
  if (!greys) return "";
  const series = (pick: (statistics: GreyStatistics) => readonly number[]) => [
    { name: "this data set", shares: pick(greys) },
    ...(real ? [{ name: "real pictures", shares: pick(real.greys) }] : []),
  ];
  const distance = real
    ? `<p>Against ${counted(real.greys.pictures, "real picture")} in <code>${escaped(real.folder)}</code>: a grey value would have to move by ${percent(histogramDistance(greys.greys, real.greys.greys))} of the range on average to make one histogram of the other, after standardising by ${shown(2 * STANDARD_RANGE * histogramDistance(greys.standardised, real.greys.standardised))} standard deviations.</p>`
    : '<p class="note">Give <code>--real FOLDER</code> with PNGs of real radiographs to see them beside.</p>';
  const sizes = [...greys.sizes].map(([size]) => size).slice(0, 4);
  return `<section><h2>Grey values</h2>
<p class="note">Pixels of ${counted(greys.pictures, "picture")} (${sizes.join(", ")} px), every picture counting the same, in ${GREY_BINS} bins.</p>
${distance}
<div class="side"><div><h3>As stored, black to white</h3>${histogramChart(
    series(({ greys: shares }) => shares),
    {
      low: 0,
      high: 1,
      title: "grey values",
      axis: "grey, 0 black, 1 white",
      ticks: [0, 0.25, 0.5, 0.75, 1],
    },
  )}</div><div><h3>Standardised picture by picture</h3>${histogramChart(
    series(({ standardised }) => standardised),
    {
      low: -STANDARD_RANGE,
      high: STANDARD_RANGE,
      title: "standardised grey values",
      axis: "(value − mean) / standard deviation of its picture",
      ticks: [-4, -2, 0, 2, 4],
    },
  )}</div></div></section>`;
}
