import type { Spectrum } from "./spectrum.ts";

/** Mean energy of the photons in keV: Σ N E / Σ N. */
export function meanEnergyKeV({ energyKeV, photonsPerMm2PerMas }: Spectrum): number {
  let photons = 0;
  let energy = 0;
  for (let bin = 0; bin < energyKeV.length; bin++) {
    photons += photonsPerMm2PerMas[bin];
    energy += photonsPerMm2PerMas[bin] * energyKeV[bin];
  }
  return energy / photons;
}
