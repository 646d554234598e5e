import { type Camera, project } from "../geometry/camera.ts";
import { add, cross, norm, normalize, scale, subtract, type Vector3 } from "../geometry/vector.ts";
import { meshesCollide } from "../instrument/mesh/mesh-contact.ts";
import { evenly, lengthOf } from "../instrument/tool/centre-line.ts";
import type { PlacedTool } from "../instrument/tool/tool.ts";
import { toolShadows } from "../instrument/tool/tool-shadow.ts";
import type { Constraint } from "./constraint-schema.ts";
import type { PatientFacts } from "./patient-facts.ts";

type Kind<K extends Constraint["kind"]> = Extract<Constraint, { kind: K }>;
type ToolConstraint = Kind<"inside-bone"> | Kind<"tool-visible"> | Kind<"no-tool-collision">;

/** A line is looked at this often, and its margin at so many points around it. */
const STEP_MM = 1;
const AROUND = 8;

const isAbout = ({ instruments }: ToolConstraint, name: string): boolean =>
  instruments === "all" || instruments.includes(name);

/**
 * Index of the first constraint that a tool breaks where it is in the patient, or -1: whether it is in the bone, and keeps away from
 * the tools that were placed before it. Neither depends on the view.
 */
export function brokenPlace(
  constraints: readonly Constraint[],
  tool: PlacedTool,
  before: readonly PlacedTool[],
  facts: PatientFacts,
): number {
  return constraints.findIndex((constraint) => {
    if (constraint.kind === "inside-bone")
      return isAbout(constraint, tool.name) && !isInLabels(constraint, tool, facts);
    if (constraint.kind !== "no-tool-collision" || !isAbout(constraint, tool.name)) return false;
    return before.some(
      (other) => isAbout(constraint, other.name) && toolsCollide(tool, other, constraint.marginMm),
    );
  });
}

/** Index of the first constraint on what the picture shows of the tools, or -1. */
export function brokenVisibility(
  constraints: readonly Constraint[],
  tools: readonly PlacedTool[],
  camera: Camera,
): number {
  return constraints.findIndex((constraint) => {
    if (constraint.kind !== "tool-visible") return false;
    return tools.some((tool) => isAbout(constraint, tool.name) && !isVisible(constraint, tool, camera));
  });
}

function isInLabels(constraint: Kind<"inside-bone">, tool: PlacedTool, facts: PatientFacts): boolean {
  const wanted = facts.labels?.numbersOf(constraint.labels);
  if (!wanted) return false;
  const lengthMm = lengthOf(tool.centreLineLps);
  const line = evenly(tool.centreLineLps, Math.max(Math.ceil(lengthMm / STEP_MM) + 1, 2));
  const looked =
    constraint.of === "shaft"
      ? line
      : line.slice(Math.max(0, line.length - 1 - Math.round(constraint.tipMm / STEP_MM)));
  const isIn = (point: Vector3): boolean => wanted.has(facts.labels?.at(point) ?? 0);
  const inside = looked.filter(
    (point, n) =>
      isIn(point) &&
      (constraint.marginMm === 0 || ring(looked, n, constraint.marginMm).every((beside) => isIn(beside))),
  );
  return inside.length >= constraint.minimumShare * looked.length;
}

/** Points around point n of a line, at a distance from it. */
function ring(line: readonly Vector3[], n: number, radiusMm: number): Vector3[] {
  const way = subtract(line[Math.min(n + 1, line.length - 1)], line[Math.max(n - 1, 0)]);
  if (!(norm(way) > 0)) return [];
  const along = normalize(way);
  const side = normalize(cross(along, Math.abs(along[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]));
  const other = cross(along, side);
  return Array.from({ length: AROUND }, (_, k) => {
    const angle = (2 * Math.PI * k) / AROUND;
    const across = add(scale(side, Math.cos(angle)), scale(other, Math.sin(angle)));
    return add(line[n], scale(across, radiusMm));
  });
}

const toolsCollide = (a: PlacedTool, b: PlacedTool, marginMm: number): boolean =>
  a.parts.some((part) =>
    b.parts.some((other) => meshesCollide(part.mesh, other.mesh, marginMm, [...a.voids, ...b.voids])),
  );

function isVisible(constraint: Kind<"tool-visible">, tool: PlacedTool, camera: Camera): boolean {
  const { keypoints, marginPx } = constraint;
  const areInView = (keypoints ?? []).every((name) => {
    const found = tool.keypoints.find((point) => point.name === name);
    if (!found) return false;
    const { u, v, depthMm } = project(camera, found.lpsMm);
    return (
      depthMm > 0 &&
      u >= marginPx - 0.5 &&
      v >= marginPx - 0.5 &&
      u < camera.widthPx - 0.5 - marginPx &&
      v < camera.heightPx - 0.5 - marginPx
    );
  });
  if (!areInView) return false;
  const minimumPx = constraint.minimumPx ?? (keypoints ? 0 : 1);
  return minimumPx === 0 || toolShadows(camera, [tool], undefined).tools[0].pixels.length >= minimumPx;
}
