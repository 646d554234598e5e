import { escaped, shown } from "../../html/markup.ts";
import type { ActivationCurve } from "../activation-curve.ts";

export interface NamedCurve {
  readonly name: string;
  readonly curve: ActivationCurve;
}

const COLOURS = ["#1f5f9f", "#d97706", "#15803d", "#7c3aed"];
const AXIS = "#9aa3ad";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 300, 46, 26, 26, 42];

/** Mean error against the share of landmarks that count, one line a run, with the line at 90 %. The ideal is the lower right corner. */
export function activationChart(curves: readonly NamedCurve[], share = 0.9): string {
  const drawn = curves.map(({ name, curve }) => ({
    name,
    unit: curve.unit,
    points: curve.points.filter(({ count }) => count > 0),
  }));
  const errors = drawn.flatMap(({ points }) => points.map(({ meanError }) => meanError));
  if (errors.length === 0) return "";
  const step = niceStep(Math.max(...errors, 1e-9) / 4);
  const most = step * Math.max(1, Math.ceil((1.02 * Math.max(...errors)) / step));
  const x = (activated: number): string => (LEFT + activated * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (error: number): string =>
    (HEIGHT - BOTTOM - (error / most) * (HEIGHT - TOP - BOTTOM)).toFixed(1);

  const rows = Array.from({ length: Math.round(most / step) + 1 }, (_, n) => n * step).map(
    (error) =>
      `<path d="M${LEFT} ${y(error)}H${WIDTH - RIGHT}" stroke="#e5e9ed"/><text x="${LEFT - 6}" y="${Number(y(error)) + 4}" text-anchor="end">${shown(error)}</text>`,
  );
  const columns = [0, 0.2, 0.4, 0.6, 0.8, 1].map(
    (part) =>
      `<path d="M${x(part)} ${HEIGHT - BOTTOM}v4" stroke="${AXIS}"/><text x="${x(part)}" y="${HEIGHT - BOTTOM + 17}" text-anchor="middle">${100 * part} %</text>`,
  );
  const lines = drawn.map(({ points }, n) => {
    const colour = COLOURS[n % COLOURS.length];
    const path = points.map(({ activated, meanError }) => `${x(activated)} ${y(meanError)}`).join("L");
    const dots = points.map(
      ({ activated, meanError, threshold, count }) =>
        `<circle cx="${x(activated)}" cy="${y(meanError)}" r="2.6" fill="${colour}"><title>threshold ${threshold}: ${count} landmarks, ${shown(meanError)}</title></circle>`,
    );
    return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="1.8"/>${dots.join("")}`;
  });
  const limit = `<path d="M${x(share)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#c81e1e" stroke-dasharray="4 3"/><text x="${Number(x(share)) - 5}" y="${TOP + 10}" text-anchor="end" class="faint">${Math.round(100 * share)} %</text>`;
  const legend =
    drawn.length < 2
      ? ""
      : drawn
          .map(
            ({ name }, n) =>
              `<rect x="${LEFT + 170 * n}" y="4" width="11" height="11" fill="${COLOURS[n % COLOURS.length]}"/><text x="${LEFT + 170 * n + 16}" y="13.5">${escaped(name)}</text>`,
          )
          .join("");
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Activation curve">${rows.join("")}<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="${AXIS}"/>${columns.join("")}${limit}${lines.join("")}<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle" class="faint">landmarks that count</text><text x="13" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" class="faint" transform="rotate(-90 13 ${(TOP + HEIGHT - BOTTOM) / 2})">mean error, ${drawn[0].unit}</text>${legend}</svg>`;
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 2.5, 5].find((factor) => factor * power >= least) ?? 10);
}
