import type { Camera } from "../geometry/camera.ts";
import { dot, norm, type Vector3 } from "../geometry/vector.ts";
import type { SweptSegment } from "./swept-segment.ts";

/** Shadows that lean more than this from the panel's normal are looked for in the whole picture. */
const WIDEST_ANGLE = (80 * Math.PI) / 180;
/** Rays are spread over a pixel, up to its corners. */
const MARGIN_PX = 0.75;

/**
 * Calls `visit(v, first, last)` for the rows that a segment's shadow may touch, with the range of columns. The shadow of a convex body
 * is convex: that of a segment lies within the wider of its ends' shadows around the line between their centres.
 */
export function segmentRows(
  camera: Camera,
  segment: SweptSegment,
  visit: (v: number, first: number, last: number) => void,
): void {
  const { widthPx, heightPx } = camera;
  const a = shadowOfBall(camera, segment.from, segment.radiusMm);
  const b = segment.lengthMm > 0 ? shadowOfBall(camera, segment.to, segment.radiusMm) : a;
  if (a === "behind" && b === "behind") return;
  if (typeof a === "string" || typeof b === "string") {
    for (let v = 0; v < heightPx; v++) visit(v, 0, widthPx - 1);
    return;
  }
  const reach = Math.max(a.radiusPx, b.radiusPx) + MARGIN_PX;
  const [upper, lower] = a.v < b.v ? [a, b] : [b, a];
  // The shadow also lies in a strip along the line; level ones are cut by their ends alone.
  const isLevel = lower.v - upper.v < 1e-3;
  const slope = isLevel ? 0 : (lower.u - upper.u) / (lower.v - upper.v);
  const strip = isLevel ? Number.POSITIVE_INFINITY : reach * Math.hypot(1, slope);
  const firstRow = Math.max(Math.ceil(upper.v - reach), 0);
  const lastRow = Math.min(Math.floor(lower.v + reach), heightPx - 1);
  for (let v = firstRow; v <= lastRow; v++) {
    // The part of the line that is near this row, and what lies beside it.
    const top = upper.u + slope * (Math.max(v - reach, upper.v) - upper.v);
    const bottom = upper.u + slope * (Math.min(v + reach, lower.v) - upper.v);
    const left = isLevel ? Math.min(upper.u, lower.u) : Math.min(top, bottom);
    const right = isLevel ? Math.max(upper.u, lower.u) : Math.max(top, bottom);
    const onLine = upper.u + slope * (v - upper.v);
    const first = Math.max(Math.ceil(left - reach), Math.ceil(onLine - strip), 0);
    const last = Math.min(Math.floor(right + reach), Math.floor(onLine + strip), widthPx - 1);
    if (first <= last) visit(v, first, last);
  }
}

/** Where the centre of a ball falls, and how far its shadow reaches from there at most. */
function shadowOfBall(
  camera: Camera,
  centre: Vector3,
  radiusMm: number,
): { u: number; v: number; radiusPx: number } | "behind" | "unbounded" {
  const p = camera.pixelFromLps;
  const depth = dot([p[8], p[9], p[10]], centre);
  if (depth <= -radiusMm) return "behind";
  const distance = norm(centre);
  if (depth <= radiusMm || distance <= radiusMm) return "unbounded";
  // The cone of rays that touch the ball leans between these angles.
  const lean = Math.acos(Math.min(depth / distance, 1));
  const halfAngle = Math.asin(radiusMm / distance);
  if (lean + halfAngle > WIDEST_ANGLE) return "unbounded";
  const radiusOnPanelMm = camera.sourceToDetectorMm * (Math.tan(lean + halfAngle) - Math.tan(lean));
  return {
    u: dot([p[0], p[1], p[2]], centre) / depth,
    v: dot([p[4], p[5], p[6]], centre) / depth,
    radiusPx: radiusOnPanelMm / Math.min(...camera.pixelPitchMm),
  };
}
