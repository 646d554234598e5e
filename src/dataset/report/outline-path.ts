type Point = readonly [x: number, y: number];

/** How far, in pixels, a simplified outline may leave the edges of the pixels: more than half a diagonal, so that stairs become slopes. */
const TOLERANCE_PX = 0.75;

/**
 * The outline of a mask as the `d` of an SVG path: closed lines along the edges of its pixels, holes included, slightly straightened.
 * Pixel (u, v) covers u to u + 1 and v to v + 1. Empty for an empty mask.
 */
export function outlinePath(mask: Uint8Array, widthPx: number, heightPx: number): string {
  const isSet = (u: number, v: number): boolean =>
    u >= 0 && v >= 0 && u < widthPx && v < heightPx && mask[v * widthPx + u] !== 0;
  // Edges with the mask on their right hand, by the corner that they start from.
  const corners = widthPx + 1;
  const from = new Map<number, number[]>();
  const edge = (u: number, v: number, toU: number, toV: number): void => {
    const start = v * corners + u;
    const ends = from.get(start);
    if (ends) ends.push(toV * corners + toU);
    else from.set(start, [toV * corners + toU]);
  };
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      if (mask[v * widthPx + u] === 0) continue;
      if (!isSet(u, v - 1)) edge(u, v, u + 1, v);
      if (!isSet(u + 1, v)) edge(u + 1, v, u + 1, v + 1);
      if (!isSet(u, v + 1)) edge(u + 1, v + 1, u, v + 1);
      if (!isSet(u - 1, v)) edge(u, v + 1, u, v);
    }
  let path = "";
  for (const start of from.keys())
    while ((from.get(start)?.length ?? 0) > 0) {
      const line: Point[] = [];
      for (let at = start; ; ) {
        line.push([at % corners, Math.floor(at / corners)]);
        const next = from.get(at)?.pop();
        if (next === undefined || next === start) break;
        at = next;
      }
      path += closed(simplified(line));
    }
  return path;
}

const closed = (line: readonly Point[]): string => `M${line.map(([x, y]) => `${x} ${y}`).join("L")}Z`;

/** Douglas and Peucker on the two halves of a closed line, cut where it is furthest from its start. */
function simplified(line: readonly Point[]): Point[] {
  const [[startX, startY]] = line;
  let [far, reach] = [0, -1];
  for (const [index, [x, y]] of line.entries()) {
    const distance = Math.hypot(x - startX, y - startY);
    if (distance > reach) [far, reach] = [index, distance];
  }
  const there = straightened(line.slice(0, far + 1));
  const back = straightened([...line.slice(far), line[0]]);
  const simple = [...there.slice(0, -1), ...back.slice(0, -1)];
  // A speck of a pixel or two would fold into a line.
  return simple.length < 3 ? [...line] : simple;
}

function straightened(line: readonly Point[]): Point[] {
  const keep = new Uint8Array(line.length);
  keep[0] = keep[line.length - 1] = 1;
  const waiting: [number, number][] = [[0, line.length - 1]];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const [first, last] = part;
    let [worst, distance] = [-1, TOLERANCE_PX];
    for (let n = first + 1; n < last; n++) {
      const away = distanceToChord(line[n], line[first], line[last]);
      if (away > distance) [worst, distance] = [n, away];
    }
    if (worst < 0) continue;
    keep[worst] = 1;
    waiting.push([first, worst], [worst, last]);
  }
  return line.filter((_, n) => keep[n] === 1);
}

function distanceToChord([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const length = Math.hypot(bx - ax, by - ay);
  if (length === 0) return Math.hypot(x - ax, y - ay);
  return Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
}
