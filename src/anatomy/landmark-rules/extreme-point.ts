import { dot, norm, subtract, type Vector3 } from "../../geometry/vector.ts";
import { extent, meanPoint, pointAt, type Points, pointsWhere } from "./points.ts";

/** A top wider than this is a plateau: any place on it is as good. */
const TOP_RADIUS_IN_VOXELS = 4;
const ROUNDS = 16;

/**
 * The point furthest along a unit direction. Of the surface within one voxel below the top and four voxels around its middle, the mean:
 * so a rounded top is found to a fraction of a voxel across the direction, to half a voxel along it.
 */
export function extremePoint(points: Points, direction: Vector3, voxelMm: number): Vector3 {
  const [, top] = extent(points, direction);
  const height = (point: Vector3): number => dot(point, direction);
  let highest: Vector3 = [0, 0, 0];
  let best = -Infinity;
  for (let n = 0; n < points.length / 3; n++) {
    const along = height(pointAt(points, n));
    if (along > best) {
      best = along;
      highest = pointAt(points, n);
    }
  }
  const cap = pointsWhere(points, (point) => height(point) > top - voxelMm);
  // From the first of equally high points to the middle of the top that it belongs to.
  let middle = highest;
  for (let round = 0; round < ROUNDS; round++)
    middle = meanPoint(
      pointsWhere(cap, (point) => norm(subtract(point, middle)) <= TOP_RADIUS_IN_VOXELS * voxelMm),
    );
  const lift = top - height(middle);
  return [middle[0] + lift * direction[0], middle[1] + lift * direction[1], middle[2] + lift * direction[2]];
}
