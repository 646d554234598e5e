import { InputError } from "../../error/input-error.ts";
import { add, dot, norm, normalize, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import type { Material } from "../../material/material.ts";
import type { Finding } from "../../volume/finding.ts";
import { type TriangleMesh, vertexAt } from "../mesh/triangle-mesh.ts";
import type { Tool } from "./tool.ts";

/** Part of the length at each end that is compared to find the tip. */
const END_PART = 0.1;
/** Part of the length at an end whose vertices' middle is the keypoint. */
const FACE_PART = 0.005;

/**
 * A tool of one mesh. Where tip and base are not stated, they are the ends of its longest axis, and the tip is
 * the slimmer one; that is a guess, and a finding says so.
 *
 * @throws InputError `instrument-tip` when tip and base are the same point
 */
export function meshTool(options: {
  mesh: TriangleMesh;
  name: string;
  material: Material;
  tipMm?: Vector3 | undefined;
  baseMm?: Vector3 | undefined;
  /** The other end is the tip. */
  turned?: boolean | undefined;
}): { tool: Tool; findings: readonly Finding[] } {
  const { mesh, name, material, tipMm, baseMm, turned = false } = options;
  const guess = endsOf(mesh);
  const [guessedTip, guessedBase] = turned ? [guess.thick, guess.slim] : [guess.slim, guess.thick];
  const tip = tipMm ?? guessedTip;
  const base = baseMm ?? (tipMm ? farther(tip, guess.slim, guess.thick) : guessedBase);
  const along = subtract(tip, base);
  if (!(norm(along) > 1e-6))
    throw new InputError(
      "instrument-tip",
      `instrument ${name}: its tip and its base are the same point (${tip.join(", ")})`,
    );
  const findings: Finding[] = tipMm
    ? []
    : [
        {
          severity: "info",
          code: "instrument-tip",
          message: `instrument ${name}: its tip is taken to be at ${tip.map((x) => x.toFixed(1)).join(", ")} of its file, the ${turned ? "thicker" : "slimmer"} end; turned=1 takes the other`,
        },
      ];
  return {
    tool: {
      parts: [{ name, material, mesh }],
      keypoints: [
        { name: "tip", atMm: tip },
        { name: "base", atMm: base },
      ],
      axis: normalize(along),
      centreLine: [base, tip],
    },
    findings,
  };
}

const farther = (from: Vector3, a: Vector3, b: Vector3): Vector3 =>
  norm(subtract(a, from)) > norm(subtract(b, from)) ? a : b;

/** The two ends of the longest axis: the direction of the largest variance of the surface. */
function endsOf(mesh: TriangleMesh): { slim: Vector3; thick: Vector3 } {
  const { centre, axis } = longAxis(mesh);
  const count = mesh.vertices.length / 3;
  const along = Float64Array.from({ length: count }, (_, n) =>
    dot(subtract(vertexAt(mesh, n), centre), axis),
  );
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of along) {
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  const length = high - low;
  const end = (place: number): { middle: Vector3; radius: number } => {
    let [sum, onFace, radius]: [Vector3, number, number] = [[0, 0, 0], 0, 0];
    for (let n = 0; n < count; n++) {
      const away = Math.abs(along[n] - place);
      if (away > END_PART * length) continue;
      const point = subtract(vertexAt(mesh, n), centre);
      radius = Math.max(radius, norm(subtract(point, scale(axis, along[n]))));
      if (away > FACE_PART * length) continue;
      sum = add(sum, vertexAt(mesh, n));
      onFace++;
    }
    return { middle: scale(sum, 1 / Math.max(onFace, 1)), radius };
  };
  const [a, b] = [end(low), end(high)];
  return a.radius < b.radius ? { slim: a.middle, thick: b.middle } : { slim: b.middle, thick: a.middle };
}

/** Mean of the triangles' middles and the direction of their largest variance, weighted by area; by power iteration. */
function longAxis(mesh: TriangleMesh): { centre: Vector3; axis: Vector3 } {
  const { triangles } = mesh;
  const middles: { at: Vector3; area: number }[] = [];
  for (let n = 0; n < triangles.length; n += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => vertexAt(mesh, triangles[n + corner]));
    const [ab, ac] = [subtract(b, a), subtract(c, a)];
    const area = Math.sqrt(Math.max(dot(ab, ab) * dot(ac, ac) - dot(ab, ac) ** 2, 0)) / 2;
    middles.push({ at: scale(add(a, add(b, c)), 1 / 3), area });
  }
  const total = middles.reduce((sum, { area }) => sum + area, 0);
  const centre = scale(
    middles.reduce((sum: Vector3, { at, area }) => add(sum, scale(at, area)), [0, 0, 0]),
    1 / total,
  );
  const spread = new Float64Array(9);
  for (const { at, area } of middles) {
    const d = subtract(at, centre);
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 3; column++) spread[3 * row + column] += area * d[row] * d[column];
  }
  let axis: Vector3 = normalize([1 + spread[0], 0.7 + spread[4], 0.4 + spread[8]]);
  for (let step = 0; step < 200; step++) {
    const next: Vector3 = [0, 1, 2].map(
      (row) => spread[3 * row] * axis[0] + spread[3 * row + 1] * axis[1] + spread[3 * row + 2] * axis[2],
    ) as [number, number, number];
    if (!(norm(next) > 0)) break;
    axis = normalize(next);
  }
  return { centre, axis };
}
