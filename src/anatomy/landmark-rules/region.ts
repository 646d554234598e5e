import { dot } from "../../geometry/vector.ts";
import type { Landmark } from "../../volume/landmark.ts";
import { unitDirection } from "./direction.ts";
import type { LabelNames, Region } from "./landmark-rule.ts";
import { nearestDistance } from "./nearest-distance.ts";
import { extent, type Points, pointsWhere } from "./points.ts";
import type { StructureSurface } from "./structure-surface.ts";

/** The points that lie in every one of the regions, or the reason why that cannot be said. Fractions are of the whole structure. */
export function pointsInRegions(
  points: Points,
  regions: readonly Region[],
  surfaceOf: (labels: LabelNames) => StructureSurface,
  earlier: readonly Landmark[],
): Points | string {
  let kept = points;
  for (const region of regions) {
    switch (region.kind) {
      case "half-space": {
        const normal = unitDirection(region.normal);
        const least = dot(normal, region.pointLps);
        kept = pointsWhere(kept, (point) => dot(normal, point) >= least);
        break;
      }
      case "fraction": {
        const along = unitDirection(region.along);
        const [low, high] = extent(points, along);
        const [from, to] = [low + region.from * (high - low), low + region.to * (high - low)];
        kept = pointsWhere(kept, (point) => {
          const place = dot(along, point);
          return place >= from && place <= to;
        });
        break;
      }
      case "near": {
        const distance = nearestDistance(surfaceOf(region.labels).pointsLps, region.withinMm);
        kept = pointsWhere(kept, (point) => distance(point) <= region.withinMm);
        break;
      }
      case "beyond": {
        const landmark = earlier.find(({ name }) => name === region.landmark);
        if (!landmark)
          return `the landmark ${region.landmark}, by which it is sought, was not found before it`;
        const direction = unitDirection(region.direction);
        const least = dot(direction, landmark.lpsMm) + region.byMm;
        kept = pointsWhere(kept, (point) => dot(direction, point) >= least);
        break;
      }
      default:
        return region satisfies never;
    }
  }
  return kept;
}
