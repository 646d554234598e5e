import type { Vector3 } from "../../geometry/vector.ts";
import type { Finding } from "../../volume/finding.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import type { Landmark } from "../../volume/landmark.ts";
import { unitDirection } from "./direction.ts";
import { extremePoint } from "./extreme-point.ts";
import { fitSphere } from "./fit-sphere.ts";
import { largestForamen, rimPoint } from "./foramen.ts";
import type { LabelNames, LandmarkRule } from "./landmark-rule.ts";
import { nearestDistance } from "./nearest-distance.ts";
import { deepestNotch } from "./notch.ts";
import { meanPoint, type Points, pointsWhere } from "./points.ts";
import { pointsInRegions } from "./region.ts";
import { silhouette, type Silhouette } from "./silhouette.ts";
import { labelNumbers, structureSurface, type StructureSurface } from "./structure-surface.ts";

/** Landmarks as far as the label map gives them, in the order of the rules, and what is missing or doubtful. */
export interface RuledLandmarks {
  readonly landmarks: readonly Landmark[];
  readonly findings: readonly Finding[];
}

/** A landmark nearer than this to where the volume's border cuts its structure may belong to the part that is missing. */
const CUT_MM = 10;

/**
 * Landmarks from label maps. A landmark whose structure is missing is left out with a finding; one that lies where the structure is cut
 * by the volume's border, or whose sphere fits badly, is kept with a finding.
 */
export function evaluateLandmarkRules(labelMap: LabelMap, rules: readonly LandmarkRule[]): RuledLandmarks {
  const findings: Finding[] = [];
  const known = new Map<string, StructureSurface | undefined>();
  const surfaceOf = (labels: LabelNames): StructureSurface | undefined => {
    const numbers = labelNumbers(labelMap, labels);
    const key = [...numbers].toSorted((a, b) => a - b).join(" ");
    if (!known.has(key)) known.set(key, structureSurface(labelMap, numbers));
    return known.get(key);
  };
  const landmarks: Landmark[] = [];
  for (const rule of rules) {
    const missing = structuresOf(rule).find((labels) => surfaceOf(labels) === undefined);
    if (missing) {
      findings.push({
        code: "landmark-structure-missing",
        severity: "warning",
        message: `landmark ${rule.name} is left out: no voxel is labelled ${missing.join(" or ")}`,
      });
      continue;
    }
    const outcome = evaluate(rule, (labels) => surfaceOf(labels) as StructureSurface, landmarks);
    if (typeof outcome === "string") {
      findings.push({
        code: "landmark-not-found",
        severity: "warning",
        message: `landmark ${rule.name} is left out: ${outcome}`,
      });
      continue;
    }
    landmarks.push({ name: rule.name, lpsMm: outcome.lpsMm });
    if (outcome.isCut)
      findings.push({
        code: "landmark-at-volume-edge",
        severity: "warning",
        message: `landmark ${rule.name} is unreliable: ${rule.labels.join(", ")} is cut off there by the border of the volume`,
      });
  }
  return { landmarks, findings };
}

/** Every structure that a rule speaks of. */
function structuresOf(rule: LandmarkRule): LabelNames[] {
  const structures = [rule.labels];
  if (rule.kind === "nearest") structures.push(rule.to);
  if (rule.kind === "contact-end") structures.push(rule.with);
  if (rule.kind !== "centroid")
    for (const region of rule.within) if (region.kind === "near") structures.push(region.labels);
  return structures;
}

/** A point, and whether it would lie elsewhere if the volume reached further. */
interface Place {
  readonly lpsMm: Vector3;
  readonly isCut: boolean;
}

/** The place, or the reason why there is none. */
function evaluate(
  rule: LandmarkRule,
  surfaceOf: (labels: LabelNames) => StructureSurface,
  earlier: readonly Landmark[],
): Place | string {
  const surface = surfaceOf(rule.labels);
  const { voxelMm, cutLps } = surface;
  const place = (lpsMm: Vector3): Place => ({
    lpsMm,
    isCut: nearestDistance(cutLps, CUT_MM)(lpsMm) <= CUT_MM,
  });
  if (rule.kind === "centroid") return { lpsMm: surface.centroidLps, isCut: cutLps.length > 0 };
  const points = pointsInRegions(surface.pointsLps, rule.within, surfaceOf, earlier);
  if (typeof points === "string") return points;
  if (points.length === 0) return "no part of the structure lies where the rule looks";
  switch (rule.kind) {
    case "extreme":
      return place(extremePoint(points, unitDirection(rule.direction), voxelMm));
    case "sphere": {
      const sphere = fitSphere(points, voxelMm);
      const [least, most] = rule.radiusMm;
      if (!sphere) return "too few points of the surface, or flat ones, for a sphere";
      if (!(sphere.radiusMm >= least && sphere.radiusMm <= most))
        return `the sphere that fits has a radius of ${sphere.radiusMm.toFixed(1)} mm, not ${least} to ${most} mm`;
      return { lpsMm: sphere.centreLps, isCut: false };
    }
    case "nearest": {
      const other = surfaceOf(rule.to).pointsLps;
      const least = leastDistance(points, other, voxelMm);
      const distance = nearestDistance(other, least + voxelMm / 2);
      return place(meanPoint(pointsWhere(points, (point) => distance(point) <= least + voxelMm / 2)));
    }
    case "contact-end": {
      const distance = nearestDistance(surfaceOf(rule.with).pointsLps, rule.reachMm);
      const zone = pointsWhere(points, (point) => distance(point) <= rule.reachMm);
      if (zone.length === 0) return `it comes nowhere within ${rule.reachMm} mm of ${rule.with.join(", ")}`;
      return place(extremePoint(zone, unitDirection(rule.direction), voxelMm));
    }
    case "notch": {
      const shadow = silhouette(points, unitDirection(rule.view), voxelMm);
      const notch = deepestNotch(shadow, unitDirection(rule.opens));
      return notch
        ? place(onSurface(points, shadow, notch.planeMm, voxelMm))
        : "its outline has no such notch";
    }
    case "foramen": {
      const foramen = largestForamen(points, cutLps, unitDirection(rule.view), rule.searchDeg, voxelMm);
      if (!foramen) return "no direction shows a hole in it";
      const rim = rimPoint(foramen, unitDirection(rule.rim));
      return { lpsMm: onSurface(points, foramen.shadow, rim, voxelMm), isCut: foramen.isOpen };
    }
    default:
      return rule satisfies never;
  }
}

/** Distance in mm between two surfaces: doubled reach until something is found. */
function leastDistance(points: Points, others: Points, voxelMm: number): number {
  for (let reach = 4 * voxelMm; ; reach *= 2) {
    const distance = nearestDistance(others, reach);
    let least = Infinity;
    for (let n = 0; n < points.length; n += 3)
      least = Math.min(least, distance([points[n], points[n + 1], points[n + 2]]));
    if (least < Infinity) return least;
  }
}

/** The mean of the surface points that are seen nearest to a place on the plane: within one voxel of the nearest of them. */
function onSurface(
  points: Points,
  { across, up }: Silhouette,
  [x, y]: readonly [number, number],
  voxelMm: number,
): Vector3 {
  const away = ([px, py, pz]: Vector3): number =>
    Math.hypot(
      px * across[0] + py * across[1] + pz * across[2] - x,
      px * up[0] + py * up[1] + pz * up[2] - y,
    );
  let least = Infinity;
  for (let n = 0; n < points.length; n += 3)
    least = Math.min(least, away([points[n], points[n + 1], points[n + 2]]));
  return meanPoint(pointsWhere(points, (point) => away(point) <= least + voxelMm));
}
