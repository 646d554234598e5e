import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import type { Spectrum } from "./spectrum.ts";

/** One keV per mm², times cm²/g, in µGy: 100 mm²/cm² · 1.602176634e-16 J/keV · 1000 g/kg · 1e6 µGy/Gy. */
export const MICRO_GY_PER_KEV_PER_MM2 = 1.602176634e-5;

const absorptionOfAir = new WeakMap<Float64Array, Float64Array>();

/**
 * Air kerma free in air, in µGy per mAs, at a distance from the focal spot.
 *
 *   K = (1000 mm / d)² Σᵢ Nᵢ Eᵢ (μ_en/ρ)_air(Eᵢ)
 *
 * μ_en/ρ, not the coefficient of energy transfer by photons that xraylib calls CS_Energy, which is a third lower at
 * 20 keV. The air between the tube and the point is a filter of the spectrum or is left out; it is not added here.
 */
export function airKermaMicroGyPerMas(spectrum: Spectrum, distanceMm: number): number {
  const weights = kermaMicroGyPerPhotonPerMm2(spectrum.energyKeV);
  let sum = 0;
  for (let bin = 0; bin < weights.length; bin++) sum += spectrum.photonsPerMm2PerMas[bin] * weights[bin];
  return sum * (1000 / distanceMm) ** 2;
}

/** Air kerma in µGy of one photon per mm² at each energy; computed once per array of energies. */
export function kermaMicroGyPerPhotonPerMm2(energyKeV: Float64Array): Float64Array {
  const known = absorptionOfAir.get(energyKeV);
  if (known) return known;
  const weights = massAttenuationTable(materialByName("air"), energyKeV, "energy-absorption").map(
    (cm2PerG, bin) => cm2PerG * energyKeV[bin] * MICRO_GY_PER_KEV_PER_MM2,
  );
  absorptionOfAir.set(energyKeV, weights);
  return weights;
}
