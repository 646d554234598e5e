import type { ManifestStatistics } from "./manifest-statistics.ts";
import { counted, escaped, percent } from "../../html/markup.ts";
import { angleScatter, sphereMap } from "./sphere-map.ts";

/** Coverage of the sphere of directions. */
export function viewSection({ directions, views, samples }: ManifestStatistics): string {
  const named = [...views].map(([name, count]) => `${escaped(name)} ${percent(count / samples)}`);
  return `<section><h2>Views</h2>
<p class="note">Where the panel stood about the patient, after all turns (${counted(directions.length, "sample")} drawn). Left: the whole sphere, equal areas equal. Right: the part that was used. Started from: ${named.join(", ")}.</p>
<div class="side map">${sphereMap(directions)}${angleScatter(directions)}</div></section>`;
}
