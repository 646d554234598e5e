import { logTicks, roundTicks } from "./axis-ticks.ts";
import { escaped, shown } from "./markup.ts";

export interface ChartLine {
  readonly name: string;
  readonly colour: string;
  /** Ascending in x; where y is not a finite number (or not above 0 on a logarithmic axis) the line is broken. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Thin and pale: what a line over it is the mean of. Not in the legend. */
  readonly isFaint?: boolean;
  /** A dot at each point, for few of them. */
  readonly hasDots?: boolean;
  readonly isDashed?: boolean;
}

export interface LineChartOptions {
  readonly title: string;
  readonly xAxis: string;
  readonly yAxis: string;
  /** Ranges; default: from the least to the most of all lines. */
  readonly xRange?: readonly [low: number, high: number];
  readonly yRange?: readonly [low: number, high: number];
  /** Zero is on the y axis. */
  readonly isFromZero?: boolean;
  readonly isLogarithmic?: boolean;
  /** Places on the x axis with a word. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[];
}

const [WIDTH, LEFT, RIGHT, BOTTOM, PLOT_HEIGHT, LEGEND_ROW] = [560, 58, 24, 42, 190, 17];
const [AXIS, GRID, MARK] = ["#9aa3ad", "#e8ebee", "#b91c1c"];

/** Lines over a common axis, with a legend where there are several. */
export function lineChart(lines: readonly ChartLine[], options: LineChartOptions): string {
  const isDrawable = (y: number): boolean => Number.isFinite(y) && (!options.isLogarithmic || y > 0);
  const points = lines.flatMap((line) => line.points.filter(([, y]) => isDrawable(y)));
  const [left, right] = options.xRange ?? rangeOf(points.map(([x]) => x));
  const range = rangeOf(points.map(([, y]) => y));
  const [low, high] = options.yRange ?? (options.isFromZero ? [Math.min(0, range[0]), range[1]] : range);
  const legend = legendOf(lines.filter(({ isFaint }) => !isFaint));
  const top = legend.height + 10;
  const floor = top + PLOT_HEIGHT;

  const scaled = options.isLogarithmic ? Math.log10 : (y: number): number => y;
  const share = (value: number, from: number, to: number): number =>
    to > from ? Math.min(1, Math.max(0, (value - from) / (to - from))) : 0.5;
  const across = (x: number): string => (LEFT + share(x, left, right) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const up = (y: number): string =>
    (floor - share(scaled(y), scaled(low), scaled(high)) * PLOT_HEIGHT).toFixed(1);

  const yTicks = options.isLogarithmic ? logTicks(low, high) : roundTicks(low, high, 5);
  const rows = yTicks.map(
    (tick) =>
      `<path d="M${LEFT} ${up(tick)}H${WIDTH - RIGHT}" stroke="${GRID}"/><text x="${LEFT - 6}" y="${(Number(up(tick)) + 4).toFixed(1)}" text-anchor="end">${shown(tick)}</text>`,
  );
  const columns = roundTicks(left, right, 6).map(
    (tick) =>
      `<path d="M${across(tick)} ${floor}v4" stroke="${AXIS}"/><text x="${across(tick)}" y="${floor + 16}" text-anchor="middle">${shown(tick)}</text>`,
  );
  const marks = (options.marks ?? []).map(
    ({ x, text }) =>
      `<path d="M${across(x)} ${top}V${floor}" stroke="${MARK}" stroke-dasharray="2 3"><title>${escaped(text)}</title></path>`,
  );
  const drawn = lines.map((line) => {
    const d = pathOf(line.points, isDrawable, across, up);
    const dots = line.hasDots
      ? line.points
          .filter(([, y]) => isDrawable(y))
          .map(([x, y]) => `<circle cx="${across(x)}" cy="${up(y)}" r="2.4" fill="${line.colour}"/>`)
          .join("")
      : "";
    return `<path d="${d}" fill="none" stroke="${line.colour}" stroke-width="${line.isFaint ? 1 : 1.8}" stroke-linejoin="round"${line.isFaint ? ' opacity="0.3"' : ""}${line.isDashed ? ' stroke-dasharray="5 4"' : ""}><title>${escaped(line.name)}</title></path>${dots}`;
  });
  const height = floor + BOTTOM;
  const middle = (top + floor) / 2;
  const nothing =
    points.length === 0
      ? `<text x="${WIDTH / 2}" y="${middle}" text-anchor="middle" class="faint">nothing yet</text>`
      : "";
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(options.title)}">${rows.join("")}<path d="M${LEFT} ${floor}H${WIDTH - RIGHT}" stroke="${AXIS}"/>${columns.join("")}${marks.join("")}${drawn.join("")}${nothing}<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${height - 8}" text-anchor="middle" class="faint">${escaped(options.xAxis)}</text><text transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle" class="faint">${escaped(options.yAxis)}</text>${legend.svg}</svg>`;
}

/** Means of `bins` equal stretches of x, each at its middle: the course of what is noisy. */
export function binnedMeans(
  points: readonly (readonly [x: number, y: number])[],
  bins: number,
): (readonly [number, number])[] {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  if (finite.length <= bins) return finite;
  const size = finite.length / bins;
  return Array.from({ length: bins }, (_, bin) => {
    const part = finite.slice(Math.floor(bin * size), Math.floor((bin + 1) * size));
    const mean = (axis: 0 | 1): number => part.reduce((sum, point) => sum + point[axis], 0) / part.length;
    return [mean(0), mean(1)] as const;
  });
}

/** At most about `most` of the points: of each stretch the least and the most, so that peaks stay. */
export function thinnedPoints(
  points: readonly (readonly [x: number, y: number])[],
  most: number,
): (readonly [number, number])[] {
  if (points.length <= most) return [...points];
  const stretches = Math.max(1, Math.floor(most / 2));
  const size = points.length / stretches;
  return Array.from({ length: stretches }, (_, n) => {
    const part = points.slice(Math.floor(n * size), Math.floor((n + 1) * size));
    const sorted = part.toSorted(([, a], [, b]) => a - b);
    return [sorted[0], sorted[sorted.length - 1]].toSorted(([a], [b]) => a - b);
  }).flat();
}

function pathOf(
  points: ChartLine["points"],
  isDrawable: (y: number) => boolean,
  across: (x: number) => string,
  up: (y: number) => string,
): string {
  let isDown = false;
  const parts: string[] = [];
  for (const [x, y] of points) {
    if (isDrawable(y)) parts.push(`${isDown ? "L" : "M"}${across(x)} ${up(y)}`);
    isDown = isDrawable(y);
  }
  return parts.join("");
}

function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}

function legendOf(lines: readonly ChartLine[]): { svg: string; height: number } {
  if (lines.length < 2) return { svg: "", height: 0 };
  let [x, row] = [LEFT, 0];
  const entries = lines.map(({ name, colour, isDashed }) => {
    // Letters of this font are about 6.2 units wide on average.
    const width = 28 + 6.2 * name.length;
    if (x + width > WIDTH && x > LEFT) [x, row] = [LEFT, row + 1];
    const y = row * LEGEND_ROW + 9;
    const entry = `<path d="M${x} ${y}h16" stroke="${colour}" stroke-width="2.4"${isDashed ? ' stroke-dasharray="5 4"' : ""}/><text x="${x + 20}" y="${y + 4}">${escaped(name)}</text>`;
    x = Math.round(x + width);
    return entry;
  });
  return { svg: entries.join(""), height: (row + 1) * LEGEND_ROW };
}
