import { binned } from "./binned.ts";
import { escaped, percent, shown } from "./markup.ts";

const BAR = "#4f86c6";
const REAL = "#d97706";
const AXIS = "#9aa3ad";

/** A histogram the size of a word, for a row of a table. */
export function miniHistogram(
  { sorted }: { readonly sorted: readonly number[] },
  low: number,
  high: number,
): string {
  const [width, height, bins] = [150, 26, 30];
  if (sorted.length === 0) return "";
  const counts = binned(sorted, low, high, bins);
  const most = Math.max(...counts);
  const bars = counts.map((count, n) => {
    const tall = count === 0 ? 0 : Math.max(1, (count / most) * (height - 2));
    return tall === 0
      ? ""
      : `<rect x="${(n * width) / bins}" y="${(height - 1 - tall).toFixed(1)}" width="${width / bins - 1}" height="${tall.toFixed(1)}"/>`;
  });
  return `<svg class="mini" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="histogram from ${shown(low)} to ${shown(high)}"><g fill="${BAR}">${bars.join("")}</g><path d="M0 ${height - 0.5}H${width}" stroke="${AXIS}"/></svg>`;
}

export interface Series {
  readonly name: string;
  /** Shares of equal bins from `low` to `high`. */
  readonly shares: readonly number[];
}

/** Up to two histograms over each other on one axis: the first filled, the second as a line. */
export function histogramChart(
  series: readonly Series[],
  options: { low: number; high: number; title: string; axis: string; ticks: readonly number[] },
): string {
  const [width, height, left, bottom] = [480, 210, 20, 40];
  const { low, high, ticks } = options;
  const across = (share: number): number => left + share * (width - 2 * left);
  const floor = height - bottom;
  // Room for the legend.
  const top = series.length > 1 ? 40 : 18;
  // The first and the last bin gather what lies beyond; where they tower over the others they are cut and told in numbers.
  const inner = Math.max(...series.flatMap(({ shares }) => shares.slice(1, -1)), 1e-12);
  const highest = Math.max(...series.flatMap(({ shares }) => shares));
  const most = highest > 2 * inner ? 1.3 * inner : highest;
  const heightOf = (share: number): number => floor - Math.min(share / most, 1) * (floor - top);
  const drawn = series.map(({ shares }, index) => {
    const steps = shares.map(
      (share, n) =>
        `L${across(n / shares.length).toFixed(1)} ${heightOf(share).toFixed(1)}H${across((n + 1) / shares.length).toFixed(1)}`,
    );
    const d = `M${across(0)} ${floor}${steps.join("")}L${across(1)} ${floor}`;
    return index === 0
      ? `<path d="${d}Z" fill="${BAR}" fill-opacity="0.75"/>`
      : `<path d="${d}" fill="none" stroke="${REAL}" stroke-width="2"/>`;
  });
  const marks = ticks.map((tick) => {
    const x = across((tick - low) / (high - low)).toFixed(1);
    return `<path d="M${x} ${floor}v4" stroke="${AXIS}"/><text x="${x}" y="${floor + 16}" text-anchor="middle">${shown(tick)}</text>`;
  });
  const cut = series.flatMap(({ shares }, index) =>
    [0, shares.length - 1].flatMap((n) =>
      shares[n] <= most
        ? []
        : `<text x="${across(n === 0 ? 1.4 / shares.length : 1 - 1.4 / shares.length).toFixed(1)}" y="${top + 10 + 15 * index}" text-anchor="${n === 0 ? "start" : "end"}"${index === 0 ? "" : ` style="fill:${REAL}"`}>${percent(shares[n])}</text>`,
    ),
  );
  const legend =
    series.length < 2
      ? ""
      : series
          .map(
            ({ name }, index) =>
              `<rect x="${left + 130 * index}" y="4" width="11" height="11" fill="${index === 0 ? BAR : REAL}"/><text x="${left + 16 + 130 * index}" y="13.5">${escaped(name)}</text>`,
          )
          .join("");
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(options.title)}">${drawn.join("")}<path d="M${left} ${floor}H${width - left}" stroke="${AXIS}"/>${marks.join("")}${cut.join("")}<text x="${width / 2}" y="${height - 6}" text-anchor="middle" class="faint">${escaped(options.axis)}</text>${legend}</svg>`;
}

/** Shares of a whole as one bar of parts. */
export function stackedBar(parts: readonly { readonly share: number; readonly colour: string }[]): string {
  const [width, height] = [200, 12];
  let at = 0;
  const rects = parts.map(({ share, colour }) => {
    const rect = `<rect x="${at.toFixed(2)}" width="${(share * width).toFixed(2)}" height="${height}" fill="${colour}"/>`;
    at += share * width;
    return share > 0 ? rect : "";
  });
  return `<svg class="bar" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true"><rect width="${width}" height="${height}" fill="#eef1f4"/>${rects.join("")}</svg>`;
}
