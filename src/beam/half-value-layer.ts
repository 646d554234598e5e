import { InputError } from "../error/input-error.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import { kermaMicroGyPerPhotonPerMm2 } from "./air-kerma.ts";
import type { Spectrum } from "./spectrum.ts";

/** Thicknesses in mm that halve the air kerma of a narrow beam, one behind the other. */
export interface HalfValueLayers {
  readonly first: number;
  readonly second: number;
}

/**
 * First and second half-value layer in a material: K(first) = K(0)/2, K(first + second) = K(0)/4, with
 *
 *   K(x) = Σ Nᵢ Eᵢ (μ_en/ρ)_air e^(−μᵢ x)
 *
 * A narrow beam: nothing that the layer scatters reaches the meter. Exact to rounding (relative 1e-12).
 */
export function halfValueLayersMm(spectrum: Spectrum, materialName: string): HalfValueLayers {
  const material = materialByName(materialName);
  const perMm = massAttenuationTable(material, spectrum.energyKeV).map(
    (cm2PerG) => (cm2PerG * material.densityGPerCm3) / 10,
  );
  const kerma = kermaMicroGyPerPhotonPerMm2(spectrum.energyKeV).map(
    (weight, bin) => weight * spectrum.photonsPerMm2PerMas[bin],
  );
  const first = thicknessMm(kerma, perMm, 1 / 2);
  return { first, second: thicknessMm(kerma, perMm, 1 / 4) - first };
}

/** Where the kerma has fallen to a fraction: Newton's method on ln K, which is convex, so it comes from below and stays there. */
function thicknessMm(kerma: Float64Array, perMm: Float64Array, fraction: number): number {
  const open = kerma.reduce((sum, value) => sum + value, 0);
  if (!(open > 0))
    throw new InputError("spectrum-empty", "a spectrum without photons has no half-value layer");
  let thickness = 0;
  for (let step = 0; step < 100; step++) {
    let behind = 0;
    let slope = 0;
    for (let bin = 0; bin < kerma.length; bin++) {
      const part = kerma[bin] * Math.exp(-perMm[bin] * thickness);
      behind += part;
      slope += part * perMm[bin];
    }
    const change = (Math.log(behind / (fraction * open)) * behind) / slope;
    thickness += change;
    if (Math.abs(change) <= 1e-13 * thickness) break;
  }
  return thickness;
}
