import { drawsOf } from "../../augmentation/draws.ts";
import type { Material } from "../../material/material.ts";
import type { PhiloxKey } from "../../random/philox.ts";
import { bowelGas } from "./bowel-gas.ts";
import type { ExposureVariation } from "./exposure-variation.ts";
import { matterKind } from "./matter-kind.ts";
import { opacities } from "./opacities.ts";
import type { DensityPlane } from "./reduced-densities.ts";
import { smoothFactor } from "./smooth-factor.ts";

/**
 * Changes the area densities of a picture in place, each kind of change with its probability and random numbers of its own.
 *
 * @param regions where structures are seen, by name, for what changes within them
 */
export function varyMatter(
  planes: readonly DensityPlane[],
  materials: readonly Material[],
  picture: { readonly widthPx: number; readonly heightPx: number; readonly pitchMm: number },
  variation: ExposureVariation,
  key: PhiloxKey,
  regions: ReadonlyMap<string, Uint8Array> = new Map(),
): void {
  const ofKind = (kind: "bone" | "soft"): Float32Array[] =>
    planes.filter((_, m) => matterKind(materials[m]) === kind).map(({ gPerCm2 }) => gPerCm2);
  const bone = drawsOf(key, "bone");
  if (bone.chance(variation.bone.probability)) {
    const factor = bone.logUniformIn(...variation.bone.factor);
    for (const plane of ofKind("bone")) for (let n = 0; n < plane.length; n++) plane[n] *= factor;
  }
  const soft = ofKind("soft");
  if (soft.length === 0) return;
  const thickness = drawsOf(key, "soft tissue");
  if (thickness.chance(variation.softTissue.probability)) {
    const widthMm = thickness.uniformIn(...variation.softTissue.widthMm);
    const overall = thickness.logUniformIn(...variation.softTissue.overall);
    const factor = smoothFactor(picture, { factor: variation.softTissue.factor, widthMm }, thickness);
    for (const plane of soft) for (let n = 0; n < plane.length; n++) plane[n] *= overall * factor[n];
  }
  // Into the first soft material, which is the heaviest: soft tissue before fat.
  const added = opacities(regions, picture, variation.opacities, drawsOf(key, "opacities"));
  if (added) for (let n = 0; n < added.length; n++) soft[0][n] += added[n];
  const gas = drawsOf(key, "bowel gas");
  if (gas.chance(variation.bowelGas.probability)) removeGas(soft, picture, variation, gas);
}

/** Of several soft materials each gives its share; none becomes less than nothing. */
function removeGas(
  soft: readonly Float32Array[],
  picture: { readonly widthPx: number; readonly heightPx: number; readonly pitchMm: number },
  variation: ExposureVariation,
  draws: ReturnType<typeof drawsOf>,
): void {
  const total = new Float32Array(soft[0].length);
  for (const plane of soft) for (let n = 0; n < total.length; n++) total[n] += plane[n];
  const removed = bowelGas(total, picture, variation.bowelGas, draws);
  for (const plane of soft)
    for (let n = 0; n < total.length; n++)
      if (removed[n] > 0 && total[n] > 0) plane[n] *= Math.max(0, 1 - removed[n] / total[n]);
}
