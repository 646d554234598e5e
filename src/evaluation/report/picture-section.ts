import { escaped, pngUri } from "../../html/markup.ts";
import type { EvaluationReport, ReportPicture } from "./evaluation-report.ts";

const TITLES: readonly (readonly [ReportPicture["rank"], string])[] = [
  ["best", "Best"],
  ["median", "In the middle"],
  ["worst", "Worst"],
];

/** The best, median and worst pictures. */
export function pictureSection({ pictures = [] }: EvaluationReport): string {
  if (pictures.length === 0) return "";
  const parts = TITLES.flatMap(([rank, title]) => {
    const shown = pictures.filter((picture) => picture.rank === rank);
    if (shown.length === 0) return [];
    const figures = shown.map(
      ({ name, caption, png }) =>
        `<figure><img src="${pngUri(png)}" alt="${escaped(name)}" style="width:100%;display:block"><figcaption><b>${escaped(name)}</b>${escaped(caption)}</figcaption></figure>`,
    );
    return [`<h3>${title}</h3><div class="shown">${figures.join("")}</div>`];
  });
  return `<section><h2>Pictures</h2>
<p class="note">Left the truth, right the prediction, in the colours of the table of structures. Circles are true landmarks, crosses detections, joined by the error.</p>
${parts.join("\n")}</section>`;
}
