import { escaped } from "../../html/markup.ts";
import { colourOf } from "../../html/structure-mark.ts";
import { quantileOf } from "../statistics/sample-statistics.ts";

const [WIDTH, LEFT, RIGHT, ROW, TOP, BOTTOM] = [560, 132, 14, 30, 6, 40];
const AXIS = "#9aa3ad";

/** Dice of every picture as a dot, with quartiles and median as a box, one row a structure. */
export function diceChart(
  rows: readonly { readonly name: string; readonly values: readonly number[] }[],
): string {
  const filled = rows.map((row, index) => ({ ...row, index })).filter(({ values }) => values.length > 0);
  if (filled.length === 0) return "";
  const height = TOP + filled.length * ROW + BOTTOM;
  const x = (dice: number): string => (LEFT + dice * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const floor = height - BOTTOM;
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (dice) =>
      `<path d="M${x(dice)} ${TOP}V${floor}" stroke="#e5e9ed"/><text x="${x(dice)}" y="${floor + 16}" text-anchor="middle">${dice}</text>`,
  );
  const drawn = filled.map(({ name, values, index }, n) => {
    const middle = TOP + (n + 0.5) * ROW;
    const sorted = values.toSorted((a, b) => a - b);
    const [quarter, half, threeQuarters] = [0.25, 0.5, 0.75].map((share) => quantileOf(sorted, share));
    const dots = values.map(
      (value, dot) =>
        `<circle cx="${x(value)}" cy="${(middle + scatter(dot) * 0.62 * ROW).toFixed(1)}" r="1.7"/>`,
    );
    return `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text><g fill="${colourOf(index)}" fill-opacity="0.75" stroke="#0002" stroke-width="0.4">${dots.join("")}</g><rect x="${x(quarter)}" y="${middle - 7}" width="${Math.max(0.5, Number(x(threeQuarters)) - Number(x(quarter))).toFixed(1)}" height="14" fill="none" stroke="#1b2229" stroke-width="1.1"/><path d="M${x(half)} ${middle - 9}v18" stroke="#1b2229" stroke-width="2.2"/>`;
  });
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Dice of every picture by structure">${ticks.join("")}${drawn.join("")}<path d="M${LEFT} ${floor}H${WIDTH - RIGHT}" stroke="${AXIS}"/><text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${height - 6}" text-anchor="middle" class="faint">Dice of every picture; the box holds the middle half, the line is the median</text></svg>`;
}

/** The n-th point of a sequence that fills −½ to ½ evenly, so that dots lie beside each other and a report always looks the same. */
const scatter = (n: number): number => ((n * 0.618033988749895) % 1) - 0.5;
