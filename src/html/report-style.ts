/** The look of the report card: black on white, as it is printed. */
export const REPORT_STYLE = `
:root { color-scheme: light; --ink: #1b2229; --faint: #5f6b76; --line: #dfe4e9; --soft: #f5f7f9; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: clamp(16px, 3vw, 44px); max-width: 1240px; background: #fff; color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { margin: 0; font-size: 28px; letter-spacing: -0.015em; line-height: 1.2; }
h2 { margin: 44px 0 4px; padding-top: 14px; border-top: 1px solid var(--line); font-size: 19px; letter-spacing: -0.01em; }
h3 { margin: 18px 0 4px; font-size: 14px; }
p { margin: 4px 0 10px; max-width: 90ch; }
.faint, p.note { color: var(--faint); }
svg text { font: 11.5px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
svg text.faint { fill: var(--faint); }
svg text.halo { paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round; font-weight: 600; fill: #8a4b08; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 20px 0 8px; }
.facts div { padding: 10px 14px; border: 1px solid var(--line); border-radius: 8px; background: var(--soft); }
.facts b { display: block; font-size: 21px; font-weight: 650; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.facts span { color: var(--faint); font-size: 12.5px; }
.findings { list-style: none; margin: 16px 0 0; padding: 0; }
.findings li { padding: 6px 12px; margin: 0 0 5px; border-left: 4px solid #8fa3b5; background: var(--soft); border-radius: 0 6px 6px 0; }
.findings .warning { border-color: #d97706; background: #fff8ec; }
.findings .error { border-color: #c81e1e; background: #fdf0f0; }
.findings .good { border-color: #15803d; background: #effaf2; }
.findings b { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0; font-size: 13px; }
.legend i, td i.dot { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 50%; border: 1px solid #0003; }
.toggle { display: inline-block; margin: 6px 0 2px; cursor: pointer; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(205px, 1fr)); gap: 14px 12px; margin-top: 10px; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-size: 12px; line-height: 1.35; color: var(--faint); padding-top: 3px; }
figcaption b { display: block; color: var(--ink); font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.exposure { position: relative; background: #000; border-radius: 4px; overflow: hidden; }
.exposure img { display: block; width: 100%; height: auto; }
.exposure svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.exposure path { stroke-width: 1.4; vector-effect: non-scaling-stroke; fill-opacity: 0.13; stroke-linejoin: round; }
.exposure circle { fill: none; stroke: #fffacd; stroke-width: 1.3; vector-effect: non-scaling-stroke; }
#overlays:not(:checked) ~ .sheet svg { display: none; }
.side { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 12px 32px; align-items: start; }
.side.map { grid-template-columns: minmax(0, 620fr) minmax(0, 340fr); }
.chart { width: 100%; height: auto; display: block; }
table { border-collapse: collapse; margin: 6px 0 4px; font-variant-numeric: tabular-nums; max-width: 100%; }
th { text-align: left; font-weight: 600; font-size: 12.5px; color: var(--faint); }
th, td { padding: 3px 18px 3px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
td.n, th.n { text-align: right; white-space: nowrap; }
tr { break-inside: avoid; }
.group th { padding-top: 14px; color: var(--ink); font-size: 13.5px; }
.mini, .bar { display: block; }
.all { max-width: 400px; }
.heat { display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); gap: 8px; }
.heat img, .all img { display: block; width: 100%; border: 1px solid var(--line); image-rendering: pixelated; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 12px; }
.pairs .two { display: grid; grid-template-columns: 1fr 1fr; gap: 2px; }
.pairs img { display: block; width: 100%; }
pre { margin: 6px 0; padding: 14px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--soft);
  font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
section { overflow-x: auto; }
.side.map .chart + .chart { max-width: 380px; }
@media screen and (max-width: 760px) { .side, .side.map { grid-template-columns: minmax(0, 1fr); } }
@media print { body { padding: 0; max-width: none; font-size: 11.5px; } .toggle, #overlays { display: none; }
  h2 { break-after: avoid; margin-top: 26px; } .sheet { grid-template-columns: repeat(5, 1fr); gap: 8px; }
  .facts { grid-template-columns: repeat(6, 1fr); } .facts div { padding: 6px 9px; } .facts b { font-size: 16px; }
  section { overflow: visible; } .facts div, .findings li, pre { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  svg, img { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
`;
