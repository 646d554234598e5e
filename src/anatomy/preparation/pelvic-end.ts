import type { Vector3 } from "../../geometry/vector.ts";
import {
  type BoneEnd,
  distanceToSegment,
  type PlaceBelow,
  shellHounsfield,
  smoothUnion,
} from "./bone-end.ts";
import type { CutOutline } from "./cut-outline.ts";
import { smoothstep } from "./sample-voxels.ts";

/** How far ischium and pubis of an adult go on below the lower half of the symphysis, and how round they end. */
const ISCHIUM_MM = 36;
const PUBIS_MM = 12;
const ROUNDING_MM = 11;
const RAMUS_RADIUS_MM = 6;
const FILLET_MM = 6;
const CORTEX_MM = 1.8;
const CORTEX_HU = 900;
const SPONGY_HU = 180;

/**
 * The hip bone (or sacrum) below the last slice. Every part of the cut goes on and ends like a dome. Where the cut crosses the obturator
 * foramen, so that pubis and ischium are two parts, a ramus joins them and closes the ring.
 */
export function pelvicEnd(
  outlines: readonly CutOutline[],
  given: { label: number; lastHu: Float32Array; downPerMm: Vector3; voxelMm: number },
): BoneEnd {
  const [front, back] = [outlines[0], outlines[1]].toSorted(
    (a, b) => (a?.centreLps[1] ?? 0) - (b?.centreLps[1] ?? 0),
  );
  const isRing = outlines.length > 1 && back.centreLps[1] - front.centreLps[1] > 25;
  const under = (outline: CutOutline, mm: number): Vector3 => [
    outline.centreLps[0] + mm * given.downPerMm[0],
    outline.centreLps[1] + mm * given.downPerMm[1],
    outline.centreLps[2] + mm * given.downPerMm[2],
  ];
  const ramus = isRing
    ? ([under(front, PUBIS_MM - RAMUS_RADIUS_MM), under(back, ISCHIUM_MM - 2 * RAMUS_RADIUS_MM)] as const)
    : undefined;

  const surface = ({ pixel, lps, belowMm }: PlaceBelow): number => {
    let distance = Infinity;
    for (const outline of outlines) {
      const lengthMm = isRing && outline === back ? ISCHIUM_MM : PUBIS_MM;
      const own = domed(outline.signedDistance[pixel], belowMm, lengthMm);
      distance = distance === Infinity ? own : smoothUnion(distance, own, 0.5);
    }
    if (ramus)
      distance = smoothUnion(distance, distanceToSegment(lps, ...ramus) - RAMUS_RADIUS_MM, FILLET_MM);
    // At the cut the outline is as it was.
    const atCut = Math.min(...outlines.map((outline) => outline.signedDistance[pixel]));
    const free = smoothstep(0, 9, belowMm);
    return (1 - free) * atCut + free * distance;
  };
  return {
    label: given.label,
    signedDistanceMm: surface,
    hounsfield({ pixel, belowMm }, depthMm) {
      const model = shellHounsfield(depthMm, {
        shellMm: CORTEX_MM,
        shellHu: CORTEX_HU,
        coreHu: SPONGY_HU,
        blurMm: given.voxelMm,
      });
      const wasBone = outlines.some((outline) => outline.mask[pixel] === 1);
      const kept = wasBone ? 1 - smoothstep(0, 12, belowMm) : 0;
      return (1 - kept) * model + kept * given.lastHu[pixel];
    },
  };
}

/** A column under an outline that ends at `lengthMm` in a dome as high as ROUNDING_MM. */
function domed(outline: number, belowMm: number, lengthMm: number): number {
  const rounding = Math.min(ROUNDING_MM, lengthMm);
  const into = belowMm - (lengthMm - rounding);
  if (into <= 0) return outline;
  // The distance to the rounded edge between the column's wall, moved in by the rounding, and its floor.
  const wall = outline + rounding;
  return Math.hypot(Math.max(wall, 0), into) - rounding;
}
