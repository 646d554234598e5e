import { add, norm, scale, subtract, type Vector3 } from "../../geometry/vector.ts";

/** Points of a polyline at equal distances along it, its ends included. */
export function evenly(line: readonly Vector3[], count: number): Vector3[] {
  const before = [0];
  for (let n = 1; n < line.length; n++) before.push(before[n - 1] + norm(subtract(line[n], line[n - 1])));
  const lengthMm = before[before.length - 1];
  let piece = 1;
  return Array.from({ length: count }, (_, n) => {
    const at = (lengthMm * n) / (count - 1);
    while (piece < line.length - 1 && before[piece] < at) piece++;
    const pieceMm = before[piece] - before[piece - 1];
    const part = pieceMm > 0 ? Math.min(Math.max((at - before[piece - 1]) / pieceMm, 0), 1) : 0;
    return add(line[piece - 1], scale(subtract(line[piece], line[piece - 1]), part));
  });
}

export const lengthOf = (line: readonly Vector3[]): number =>
  line.reduce((sum, point, n) => (n === 0 ? 0 : sum + norm(subtract(point, line[n - 1]))), 0);
