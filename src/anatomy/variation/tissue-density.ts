import type { VoxelArray } from "../../volume/volume.ts";
import type { PatientVariation } from "./patient-variation.ts";

const AIR_HU = -1000;
/** Denser than soft tissue: the excess is bone mineral (as the `tissue` material rule has it). */
const BONE_FROM_HU = 100;
/** The densest bone. What is denser is metal and stays as it is, whole from METAL_HU on. */
const DENSEST_BONE_HU = 2200;
const METAL_HU = 3000;

/**
 * CT numbers after a change of density, a rising curve of straight pieces:
 *
 *   −1000 to 100 HU:  HU' = s (HU + 1000) − 1000                air stays air; density times s
 *   100 to 2200 HU:   HU' = HU'(100) + b (HU − 100)             never over 2200
 *   2200 to 3000 HU:  back to no change, so that metal stays metal; below −1000 and above 3000 nothing changes
 *
 * @param s softTissueDensity
 * @param b boneDensity
 */
export function changedHounsfield(
  { softTissueDensity: s, boneDensity: b }: Pick<PatientVariation, "softTissueDensity" | "boneDensity">,
  hu: number,
): number {
  if (hu <= AIR_HU || hu >= METAL_HU) return hu;
  if (hu <= BONE_FROM_HU) return s * (hu - AIR_HU) + AIR_HU;
  const bone = (value: number): number =>
    Math.min(DENSEST_BONE_HU, s * (BONE_FROM_HU - AIR_HU) + AIR_HU + b * (value - BONE_FROM_HU));
  if (hu <= DENSEST_BONE_HU) return bone(hu);
  const way = (hu - DENSEST_BONE_HU) / (METAL_HU - DENSEST_BONE_HU);
  return (1 - way) * bone(DENSEST_BONE_HU) + way * METAL_HU;
}

/** A new array of the same kind; whole numbers are rounded to the nearest. */
export function changedDensities(
  values: VoxelArray,
  variation: Pick<PatientVariation, "softTissueDensity" | "boneDensity">,
): VoxelArray {
  const changed = values.slice();
  const isWhole = !(values instanceof Float32Array || values instanceof Float64Array);
  // CT numbers are mostly whole: a table spares the arithmetic.
  const table = Float64Array.from({ length: METAL_HU - AIR_HU + 1 }, (_, n) =>
    changedHounsfield(variation, n + AIR_HU),
  );
  for (let n = 0; n < values.length; n++) {
    const hu = values[n];
    if (!(hu > AIR_HU && hu < METAL_HU)) continue;
    changed[n] = isWhole ? Math.round(table[hu - AIR_HU]) : changedHounsfield(variation, hu);
  }
  return changed;
}
