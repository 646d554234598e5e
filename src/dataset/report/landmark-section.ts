import type { Deflate } from "../../image/encode-png.ts";
import { stackedBar } from "../../html/charts.ts";
import { coarser, heatMapPng } from "./heat-map.ts";
import { type LandmarkStatistics, PLACE_CELLS } from "./manifest-statistics.ts";
import { escaped, percent, pngUri } from "../../html/markup.ts";

/** How often each landmark is visible, and where on the picture. */
export async function landmarkSection(
  landmarks: readonly LandmarkStatistics[],
  samples: number,
  deflate: Deflate | undefined,
): Promise<string> {
  if (landmarks.length === 0) return "";
  const rows = landmarks.map(({ name, visible, outside, behindSource, absent }) => {
    // Of an instrument's keypoints: of the samples that have it.
    const [seen, out, behind] = [visible, outside, behindSource].map(
      (count) => count / Math.max(samples - absent, 1),
    );
    return `<tr><td>${escaped(name)}</td><td class="n">${percent(seen)}</td><td class="n">${percent(out + behind)}</td><td>${stackedBar(
      [
        { share: seen, colour: "#3f8f5f" },
        { share: out, colour: "#c9d2da" },
        { share: behind, colour: "#7b8794" },
      ],
    )}</td></tr>`;
  });
  const all = new Float64Array(PLACE_CELLS ** 2);
  for (const { places } of landmarks) for (let n = 0; n < all.length; n++) all[n] += places[n];
  const maps = await Promise.all(
    landmarks.map(
      async ({ name, places }) =>
        `<figure><img alt="places of ${escaped(name)}" src="${pngUri(await heatMapPng(coarser(places), deflate))}"><figcaption>${escaped(name)}</figcaption></figure>`,
    ),
  );
  const whole = `<figure class="all"><img alt="places of all landmarks" src="${pngUri(await heatMapPng(all, deflate))}"><figcaption>all landmarks</figcaption></figure>`;
  const known = all.some((count) => count > 0);
  return `<section><h2>Landmarks</h2>
<div class="side"><div><p class="note">In the picture, or beside it.</p>
<table><tr><th>Landmark</th><th class="n">Visible in</th><th class="n">Outside in</th><th></th></tr>${rows.join("")}</table></div>
${known ? `<div><p class="note">Where they fall on the picture; darker is more often.</p>${whole}</div>` : ""}</div>
${known ? `<h3>Each landmark</h3><div class="heat">${maps.join("")}</div>` : ""}</section>`;
}
