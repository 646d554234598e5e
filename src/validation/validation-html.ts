import type { Check } from "./check.ts";

/** The physics report as one self-contained page. */
export function validationHtml(checks: readonly Check[], skipped: readonly string[]): string {
  const rows = checks.map(({ law, source, published, ours, deviation, bound, kind, passed }) => {
    const show = (value: number) =>
      kind === "relative" ? `${(100 * value).toFixed(3)} %` : value.toPrecision(3);
    const share = Math.min(Math.abs(deviation) / bound, 1);
    return `<tr class="${passed ? "ok" : "bad"}"><td>${escaped(law)}</td><td>${escaped(source)}</td><td>${published.toPrecision(5)}</td><td>${ours.toPrecision(5)}</td><td>${show(deviation)}<i style="width:${(100 * share).toFixed(0)}%"></i></td><td>± ${show(bound)}</td></tr>`;
  });
  const passed = checks.filter((entry) => entry.passed).length;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>SyntheX physics report</title>
<style>
body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1100px;padding:0 1rem;color:#1f2937}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #e5e7eb;font-variant-numeric:tabular-nums}
td:nth-child(n+3){text-align:right;white-space:nowrap}i{display:block;height:3px;background:#16a34a;margin-left:auto}.bad i{background:#dc2626}.bad td{background:#fef2f2}
</style>
<h1>SyntheX physics report</h1>
<p><b>${passed} of ${checks.length}</b> checks hold. The bar shows the deviation as a share of its bound.</p>
<table><tr><th>Law</th><th>Source</th><th>Published</th><th>Ours</th><th>Deviation</th><th>Bound</th></tr>
${rows.join("\n")}
</table>
${skipped.map((reason) => `<p>Skipped: ${escaped(reason)}</p>`).join("\n")}
</html>
`;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
