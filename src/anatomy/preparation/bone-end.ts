import type { Vector3 } from "../../geometry/vector.ts";

/** A bone that goes on where the scan ends. */
export interface BoneEnd {
  readonly label: number;
  /** Signed distance in mm to its surface, negative inside, at a pixel of a slice `belowMm` under the last one. */
  signedDistanceMm(place: PlaceBelow): number;
  /** HU inside at a depth of −signedDistance mm. */
  hounsfield(place: PlaceBelow, depthMm: number): number;
}

export interface PlaceBelow {
  readonly pixel: number;
  readonly lps: Vector3;
  readonly belowMm: number;
}

/** A shell of compact bone about spongy bone or marrow, the border blurred over `blurMm` as a voxel would. */
export function shellHounsfield(
  depthMm: number,
  { shellMm, shellHu, coreHu, blurMm }: { shellMm: number; shellHu: number; coreHu: number; blurMm: number },
): number {
  const core = Math.min(1, Math.max(0, (depthMm - shellMm) / blurMm + 0.5));
  return shellHu + core * (coreHu - shellHu);
}

/** Union of two shapes with a fillet of about `filletMm` where they meet. */
export function smoothUnion(a: number, b: number, filletMm: number): number {
  const h = Math.min(1, Math.max(0, 0.5 + (b - a) / (2 * filletMm)));
  return b + h * (a - b) - filletMm * h * (1 - h);
}

/** Distance in mm from a point to a line segment. */
export function distanceToSegment(point: Vector3, from: Vector3, to: Vector3): number {
  let [along, square] = [0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const d = to[axis] - from[axis];
    along += (point[axis] - from[axis]) * d;
    square += d * d;
  }
  const t = square > 0 ? Math.min(1, Math.max(0, along / square)) : 0;
  return Math.hypot(
    point[0] - from[0] - t * (to[0] - from[0]),
    point[1] - from[1] - t * (to[1] - from[1]),
    point[2] - from[2] - t * (to[2] - from[2]),
  );
}
