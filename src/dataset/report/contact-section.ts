import { counted, escaped, pngUri } from "../../html/markup.ts";
import type { ReportCard, ReportTile } from "./report-card.ts";
import { colourOf } from "../../html/structure-mark.ts";

/** Samples with their masks and landmarks, which a checkbox hides. */
export function contactSheet({ tiles, statistics }: ReportCard): string {
  if (tiles.length === 0) return "";
  const legend = statistics.structures.map(
    ({ name }, index) =>
      `<span><i style="background:${colourOf(index)}"></i>${escaped(name.replaceAll("_", " "))}</span>`,
  );
  const points = statistics.landmarks.length > 0 ? "; circles are landmarks" : "";
  return `<section><h2>Contact sheet</h2>
<p class="note">${counted(tiles.length, "sample")}, evenly spread over the data set. Outlines are the masks${points}.</p>
<div class="legend">${legend.join("")}</div>
<input type="checkbox" id="overlays" checked><label class="toggle" for="overlays">&nbsp;Show outlines and landmarks</label>
<div class="sheet">${tiles.map(tileFigure).join("\n")}</div></section>`;
}

function tileFigure({ title, caption, png, widthPx, heightPx, structures, landmarks }: ReportTile): string {
  const radius = (Math.max(widthPx, heightPx) / 75).toFixed(1);
  const outlines = structures.map(
    ({ name, index, path }) =>
      `<path d="${path}" fill="${colourOf(index)}" stroke="${colourOf(index)}"><title>${escaped(name)}</title></path>`,
  );
  const points = landmarks.map(
    ({ name, pixel: [u, v] }) =>
      `<circle cx="${(u + 0.5).toFixed(1)}" cy="${(v + 0.5).toFixed(1)}" r="${radius}"><title>${escaped(name)}</title></circle>`,
  );
  return `<figure><div class="exposure"><img alt="sample ${escaped(title)}" width="${widthPx}" height="${heightPx}" src="${pngUri(png)}"><svg viewBox="0 0 ${widthPx} ${heightPx}" aria-hidden="true">${outlines.join("")}${points.join("")}</svg></div><figcaption><b>${escaped(title)}</b>${escaped(caption)}</figcaption></figure>`;
}
