import type { Vector3 } from "../../geometry/vector.ts";
import { type BoneEnd, shellHounsfield } from "./bone-end.ts";
import type { CutOutline } from "./cut-outline.ts";
import { smoothstep } from "./sample-voxels.ts";

/** Outer radius of the shaft of an adult, thickness of its cortex, and their CT numbers. */
const SHAFT_RADIUS_MM = 14.5;
const SHAFT_CORTEX_MM = 6;
const TROCHANTER_CORTEX_MM = 2.5;
const CORTEX_HU = 1350;
const MARROW_HU = 0;
/** Larger outlines than this are cut through the trochanters, smaller ones through the shaft. */
const LARGEST_SHAFT_MM2 = 1300;
/** The lateral wall under the greater trochanter stands out by this much over the shaft. */
const LATERAL_FLARE_MM = 5;
/** Towards the knee the shaft nears the mid-line by 6°: tan 6°. */
const MEDIAL_SLOPE = 0.105;
/** Over this length the cut outline becomes a round shaft. */
const TRANSITION_MM = 75;

/**
 * The femur below the last slice: signed distances of the cut outline and of a circle, blended over 75 mm, about an axis that runs towards
 * the mid-line by 6°. Cut through the trochanters, the shaft stands under their lateral end; cut through the shaft, it keeps its own
 * centre and radius. Cortex grows from 2.5 to 6 mm, marrow turns to fat. In the first 15 mm the HU of the last slice fade out.
 */
export function femoralShaft(
  outline: CutOutline,
  given: {
    label: number;
    lastHu: Float32Array;
    midlineX: number;
    outlineLps: (call: (lps: Vector3) => void) => void;
    downPerMm: Vector3;
    voxelMm: number;
  },
): BoneEnd {
  const isShaft = outline.areaMm2 <= LARGEST_SHAFT_MM2;
  const radiusMm = isShaft ? Math.sqrt(outline.areaMm2 / Math.PI) : SHAFT_RADIUS_MM;
  const outwards = Math.sign(outline.centreLps[0] - given.midlineX);
  const start = isShaft
    ? outline.centreLps
    : underLateralEnd(outline, given.outlineLps, outwards, radiusMm + LATERAL_FLARE_MM);
  let [inside, count] = [0, 0];
  outline.signedDistance.forEach((distance, pixel) => {
    if (distance < -5 && given.lastHu[pixel] < 700) {
      inside += given.lastHu[pixel];
      count++;
    }
  });
  const cutCoreHu = count > 0 ? inside / count : 150;
  return {
    label: given.label,
    signedDistanceMm({ pixel, lps, belowMm }) {
      const axisX = start[0] + belowMm * (given.downPerMm[0] - outwards * MEDIAL_SLOPE);
      const axisY = start[1] + belowMm * given.downPerMm[1];
      const round = Math.hypot(lps[0] - axisX, lps[1] - axisY) - radiusMm;
      const share = smoothstep(-15, TRANSITION_MM, belowMm);
      const shareAtCut = smoothstep(-15, TRANSITION_MM, 0);
      const blend = (share - shareAtCut) / (1 - shareAtCut);
      return (1 - blend) * outline.signedDistance[pixel] + blend * round;
    },
    hounsfield({ pixel, belowMm }, depthMm) {
      const grown = isShaft ? 1 : smoothstep(0, TRANSITION_MM, belowMm);
      const model = shellHounsfield(depthMm, {
        shellMm: TROCHANTER_CORTEX_MM + grown * (SHAFT_CORTEX_MM - TROCHANTER_CORTEX_MM),
        shellHu: CORTEX_HU,
        coreHu: cutCoreHu + grown * (MARROW_HU - cutCoreHu),
        blurMm: given.voxelMm,
      });
      const kept = outline.signedDistance[pixel] < 0 ? 1 - smoothstep(0, 15, belowMm) : 0;
      return (1 - kept) * model + kept * given.lastHu[pixel];
    },
  };
}

/** A point as far inside the lateral end of the outline as said, in the middle between front and back there. */
function underLateralEnd(
  outline: CutOutline,
  eachPoint: (call: (lps: Vector3) => void) => void,
  outwards: number,
  insideMm: number,
): Vector3 {
  let farthest = -Infinity;
  eachPoint(([x]) => {
    farthest = Math.max(farthest, outwards * x);
  });
  const x = outwards * (farthest - insideMm);
  let [low, high] = [Infinity, -Infinity];
  eachPoint((lps) => {
    if (Math.abs(lps[0] - x) > 3) return;
    low = Math.min(low, lps[1]);
    high = Math.max(high, lps[1]);
  });
  return low <= high ? [x, (low + high) / 2, outline.centreLps[2]] : outline.centreLps;
}
