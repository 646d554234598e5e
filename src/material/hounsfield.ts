import { massAttenuationCm2PerG } from "./attenuation.ts";
import type { Material } from "./material.ts";
import { materialByName } from "./named-materials.ts";

/** Energy at which a monoenergetic beam would give the CT numbers of a 120 kV scan behind a body, keV. */
export const EFFECTIVE_CT_ENERGY_KEV = 70;

/** (μ/ρ of the material) / (μ/ρ of water) at the effective CT energy. */
export function attenuationRelativeToWater(material: Material): number {
  return (
    massAttenuationCm2PerG(material, EFFECTIVE_CT_ENERGY_KEV) /
    massAttenuationCm2PerG(materialByName("water"), EFFECTIVE_CT_ENERGY_KEV)
  );
}

/** CT number of a mixture: 1000 (Σ ρₘ aₘ − 1), with ρₘ in g/cm³ and aₘ relative to water of 1 g/cm³. */
export function hounsfieldOf(parts: readonly (readonly [Material, number])[]): number {
  const relative = parts.reduce(
    (sum, [material, densityGPerCm3]) => sum + densityGPerCm3 * attenuationRelativeToWater(material),
    0,
  );
  return 1000 * (relative - 1);
}

/** At and below this CT number a voxel is empty: room air and its noise. */
export const EMPTY_HU = -950;
/** From here on a voxel counts in full; in between it fades in, so that thin lung has no hard edge. */
export const FULL_HU = -900;

/** Attenuation relative to water, 1 + HU/1000, with air faded out to exactly zero between −900 and −950 HU. */
export function relativeAttenuationOf(hu: number): number {
  if (hu <= EMPTY_HU) return 0;
  const fade = Math.min(1, (hu - EMPTY_HU) / (FULL_HU - EMPTY_HU));
  return fade * (1 + hu / 1000);
}
