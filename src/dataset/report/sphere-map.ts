import { standardViews } from "../../geometry/view.ts";
import { radFromDeg } from "../../geometry/vector.ts";
import { escaped, shown } from "../../html/markup.ts";

export interface PanelDirection {
  readonly laoDeg: number;
  readonly craDeg: number;
}

const LAND = "#f6f8fa";
const LINES = "#d5dbe1";
const DOT = "#1f6fb2";
const MARK = "#b45309";

/**
 * Hammer's projection of a direction: equal areas of the sphere stay equal on the map.
 *
 *   x = 2√2 cos φ sin(λ/2) / √(1 + cos φ cos(λ/2)),   y = √2 sin φ / √(1 + cos φ cos(λ/2))
 *
 * λ: LAO less that of the map's centre, in (−180°, 180°]; φ: CRA. x in ±2√2, y in ±√2.
 */
export function hammer(lambdaDeg: number, phiDeg: number): [x: number, y: number] {
  const [half, phi] = [radFromDeg(lambdaDeg) / 2, radFromDeg(phiDeg)];
  const root = Math.sqrt(1 + Math.cos(phi) * Math.cos(half));
  return [(2 * Math.SQRT2 * Math.cos(phi) * Math.sin(half)) / root, (Math.SQRT2 * Math.sin(phi)) / root];
}

/** Difference of two angles in (−180°, 180°]. */
export const turnDeg = (from: number, to: number): number => {
  const turn = (((to - from) % 360) + 360) % 360;
  return turn > 180 ? turn - 360 : turn;
};

/** The standard view, PA or AP, that most panels stand nearer to. */
export function mapCentreDeg(directions: readonly PanelDirection[]): 0 | 180 {
  let forward = 0;
  for (const { laoDeg, craDeg } of directions)
    forward += Math.cos(radFromDeg(laoDeg)) * Math.cos(radFromDeg(craDeg));
  return forward >= 0 ? 0 : 180;
}

/** Names of standard views, those in one place together. */
const PLACES = (): { name: string; laoDeg: number; craDeg: number }[] => [
  { name: "AP", ...standardViews.ap },
  { name: "PA", ...standardViews.pa },
  { name: "left lateral", ...standardViews["left-lateral"] },
  { name: "right lateral", ...standardViews["right-lateral"] },
  { name: "inlet", ...standardViews.inlet },
  { name: "outlet", ...standardViews.outlet },
];

/** Where the panel stood about the patient: the whole sphere of directions on one map, a dot a sample, standard views marked. */
export function sphereMap(directions: readonly PanelDirection[]): string {
  const [width, height] = [620, 330];
  const centreDeg = mapCentreDeg(directions);
  const scale = 205 / 2;
  const place = (laoDeg: number, craDeg: number): [number, number] => {
    const [x, y] = hammer(turnDeg(centreDeg, laoDeg), craDeg);
    return [width / 2 + x * scale, height / 2 - 6 - y * scale];
  };
  const meridian = (lambdaDeg: number): string =>
    polyline(steps(-90, 90, 5).map((phi) => place(centreDeg + Math.min(lambdaDeg, 179.999), phi)));
  const parallel = (phi: number): string =>
    polyline(steps(-179.999, 179.999, 6).map((lambda) => place(centreDeg + lambda, phi)));
  const rim = `${meridian(-179.999)}${meridian(179.999)}`;
  const outline = `<ellipse cx="${width / 2}" cy="${height / 2 - 6}" rx="${2 * Math.SQRT2 * scale}" ry="${Math.SQRT2 * scale}" fill="${LAND}" stroke="${LINES}"/>`;
  const grid = [...steps(-150, 150, 30).map(meridian), ...steps(-60, 60, 30).map(parallel), rim];
  const dots = directions.map(({ laoDeg, craDeg }) => {
    const [x, y] = place(laoDeg, craDeg);
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.8"/>`;
  });
  const opacity = Math.min(0.8, Math.max(0.25, 60 / Math.sqrt(directions.length + 1) / 4));
  const marks = PLACES().map(({ name, laoDeg, craDeg }) => {
    const [x, y] = place(laoDeg, craDeg);
    return `<path d="M${(x - 4).toFixed(1)} ${y.toFixed(1)}h8m-4 -4v8" stroke="${MARK}" stroke-width="1.6"/><text x="${x.toFixed(1)}" y="${(y - 7).toFixed(1)}" text-anchor="middle" class="halo" fill="${MARK}">${escaped(name)}</text>`;
  });
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="directions of the panel on the sphere">${outline}<path d="${grid.join("")}" fill="none" stroke="${LINES}" stroke-width="0.8"/><g fill="${DOT}" fill-opacity="${opacity.toFixed(2)}">${dots.join("")}</g>${marks.join("")}<text x="${width / 2}" y="12" text-anchor="middle" class="faint">panel above the head (CRA 90°)</text><text x="${width / 2}" y="${height - 2}" text-anchor="middle" class="faint">panel below the feet (CRA −90°)</text></svg>`;
}

/** Room for half a number beside the last tick. */
const RIGHT = 24;

/** LAO and CRA of the same dots on plain axes, as far as they reach; LAO is told from the centre of the map. */
export function angleScatter(directions: readonly PanelDirection[]): string {
  const [width, height, left, bottom] = [340, 330, 44, 40];
  if (directions.length === 0) return "";
  const centreDeg = mapCentreDeg(directions);
  const turns = directions.map(({ laoDeg }) => turnDeg(centreDeg, laoDeg));
  const cras = directions.map(({ craDeg }) => craDeg);
  const [lowX, highX] = roundRange(turns);
  const [lowY, highY] = roundRange(cras);
  const x = (turn: number): number => left + ((turn - lowX) / (highX - lowX)) * (width - left - RIGHT);
  const y = (cra: number): number =>
    height - bottom - ((cra - lowY) / (highY - lowY)) * (height - bottom - 10);
  const ticks = (low: number, high: number): number[] => steps(low, high, (high - low) / 4);
  const grid = [
    ...ticks(lowX, highX).map(
      (tick) =>
        `<path d="M${x(tick).toFixed(1)} 10V${height - bottom}" stroke="${LINES}" stroke-width="0.8"/><text x="${x(tick).toFixed(1)}" y="${height - bottom + 15}" text-anchor="middle">${shown(turnDeg(0, centreDeg + tick), "°")}</text>`,
    ),
    ...ticks(lowY, highY).map(
      (tick) =>
        `<path d="M${left} ${y(tick).toFixed(1)}H${width - RIGHT}" stroke="${LINES}" stroke-width="0.8"/><text x="${left - 5}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${shown(tick, "°")}</text>`,
    ),
  ];
  const dots = directions.map(
    (_, n) => `<circle cx="${x(turns[n]).toFixed(1)}" cy="${y(cras[n]).toFixed(1)}" r="1.7"/>`,
  );
  const opacity = Math.min(0.8, Math.max(0.25, 60 / Math.sqrt(directions.length + 1) / 4));
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="LAO and CRA of the samples">${grid.join("")}<g fill="${DOT}" fill-opacity="${opacity.toFixed(2)}">${dots.join("")}</g><text x="${(left + width - RIGHT) / 2}" y="${height - 6}" text-anchor="middle" class="faint">LAO</text><text x="10" y="${(height - bottom) / 2}" text-anchor="middle" class="faint" transform="rotate(-90 10 ${(height - bottom) / 2})">CRA</text></svg>`;
}

function roundRange(values: readonly number[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const step = most - least > 120 ? 60 : most - least > 40 ? 20 : 4;
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  return high > low ? [low, high] : [low - step, high + step];
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, n) => from + n * step);
}

const polyline = (points: readonly (readonly [number, number])[]): string =>
  `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
