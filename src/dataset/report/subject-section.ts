import { counted, escaped, percent, shownCount } from "../../html/markup.ts";
import type { ReportCard } from "./report-card.ts";

const MOST_SUBJECTS = 200;

/** Samples by split and by subject, with licences. */
export function subjectSection({ recipe, statistics, findings }: ReportCard): string {
  const splits = new Map<string, number>();
  for (const { splits: own } of statistics.subjects.values())
    for (const [split, count] of own) splits.set(split, (splits.get(split) ?? 0) + count);
  const bySplit = [...splits].map(
    ([split, count]) =>
      `<tr><td>${escaped(split)}</td><td class="n">${shownCount(count)}</td><td class="n">${percent(count / statistics.samples)}</td><td class="n">${recipe.subjects.filter((subject) => subject.split === split).length}</td></tr>`,
  );
  const listed = recipe.subjects.slice(0, MOST_SUBJECTS);
  const rows = listed.map(
    ({ name = "", split, licence }) =>
      `<tr><td>${escaped(name)}</td><td>${split}</td><td class="n">${shownCount(statistics.subjects.get(name)?.samples ?? 0)}</td><td>${licence === undefined ? '<span class="faint">not given</span>' : escaped(licence)}</td></tr>`,
  );
  const hidden = recipe.subjects.length - listed.length;
  const leaks = findings.some(({ code }) => code === "split-leak");
  return `<section><h2>Subjects and splits</h2>
<p>${leaks ? "<b>There is a leak between splits; see the errors above.</b>" : "No leak: no subject is in two splits, and no CT file stands behind subjects of two splits."}</p>
<div class="side"><div><table><tr><th>Split</th><th class="n">Samples</th><th class="n">Share</th><th class="n">Subjects</th></tr>${bySplit.join("")}</table></div>
<div><table><tr><th>Subject</th><th>Split</th><th class="n">Samples</th><th>Licence</th></tr>${rows.join("")}</table>${hidden > 0 ? `<p class="note">and ${counted(hidden, "more subject")}</p>` : ""}</div></div></section>`;
}
