import { stringify } from "yaml";
import { constraintInWords } from "../check-constraints.ts";
import { escaped, percent, shown, shownCount } from "../../html/markup.ts";
import type { ReportCard } from "./report-card.ts";

/** What each constraint refused. */
export function rejectionSection({ recipe, statistics }: ReportCard): string {
  if (recipe.constraints.length === 0)
    return `<section><h2>Constraints</h2><p class="note">The recipe has none: every view that was drawn became a sample.</p></section>`;
  const { samples, rejections, attempts } = statistics;
  const refused = rejections.reduce((sum, count) => sum + count, 0);
  const rows = recipe.constraints.map(
    (constraint, index) =>
      `<tr><td>${escaped(constraintInWords(constraint))}</td><td class="n">${shownCount(rejections[index] ?? 0)}</td><td class="n">${percent((rejections[index] ?? 0) / (samples + refused))}</td></tr>`,
  );
  return `<section><h2>Constraints</h2>
<p>${percent(samples / (samples + refused))} of ${shownCount(samples + refused)} views were accepted: ${shown(attempts.mean)} drawn for a sample on average, ${shownCount(attempts.most)} at most. A view is counted for the first constraint that it broke.</p>
<table><tr><th>Constraint</th><th class="n">Views refused</th><th class="n">Of all views</th></tr>${rows.join("")}</table></section>`;
}

/** The recipe as it was carried out. */
export function recipeSection({ recipe, recipeHash, software, statistics }: ReportCard): string {
  return `<section><h2>Recipe</h2>
<p class="note">With all defaults. Begun by ${escaped(software)}; samples made by ${escaped(statistics.versions.join(", ") || "an unknown version")}. SHA-256 of the recipe without its count: <code>${recipeHash}</code></p>
<pre>${escaped(stringify(recipe, { lineWidth: 110 }))}</pre></section>`;
}
