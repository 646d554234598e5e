import { miniHistogram } from "../../html/charts.ts";
import { escaped, percent } from "../../html/markup.ts";
import type { ManifestStatistics } from "./manifest-statistics.ts";
import { quantile } from "./number-tally.ts";

/** How often each instrument is there, and how much of it is seen. */
export function instrumentSection({ instruments, samples }: ManifestStatistics): string {
  if (instruments.length === 0) return "";
  const most = Math.max(
    ...instruments.map(({ share }) => (share.count > 0 ? quantile(share, 0.995) : 0)),
    1e-9,
  );
  const rows = instruments.map(({ name, present, visible, bothEnds, tipHidden, share }) => {
    const ofPresent = (count: number): string => (present === 0 ? "" : percent(count / present));
    const middle = share.count === 0 ? "" : percent(quantile(share, 0.5));
    return `<tr><td>${escaped(name)}</td><td class="n">${percent(present / samples)}</td><td class="n">${ofPresent(visible)}</td><td class="n">${ofPresent(bothEnds)}</td><td class="n">${ofPresent(tipHidden)}</td><td class="n">${middle}</td><td>${miniHistogram(share, 0, most)}</td></tr>`;
  });
  return `<section><h2>Instruments</h2>
<p class="note">How often each is there; of those samples, how often it is in the picture, with both its ends, and with another instrument over its tip; and the share of the picture that it covers. All histograms reach from 0 to ${percent(most)}.</p>
<table><tr><th>Instrument</th><th class="n">There in</th><th class="n">In the picture</th><th class="n">Base and tip</th><th class="n">Tip covered</th><th class="n">Median area</th><th>Area</th></tr>${rows.join("")}</table></section>`;
}
