import { InputError } from "../error/input-error.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import type { Spectrum } from "./spectrum.ts";

/** A layer that the beam crosses, by any name that `materialByName` knows. */
export interface BeamFilter {
  readonly material: string;
  readonly thicknessMm: number;
}

/** e^(−Σ μ x) of several layers at each energy; a narrow beam, so the order does not matter. */
export function transmissionOfFilters(
  filters: readonly BeamFilter[],
  energyKeV: ArrayLike<number>,
): Float64Array {
  const opticalDepth = new Float64Array(energyKeV.length);
  for (const { material: name, thicknessMm } of filters) {
    if (!(thicknessMm >= 0 && Number.isFinite(thicknessMm)))
      throw new InputError("filter-thickness", `the filter ${name} has a thickness of ${thicknessMm} mm`, {
        remedy: "give each filter a thickness of 0 mm or more",
      });
    const material = materialByName(name);
    const gPerCm2 = (material.densityGPerCm3 * thicknessMm) / 10;
    massAttenuationTable(material, energyKeV).forEach((cm2PerG, bin) => {
      opticalDepth[bin] += cm2PerG * gPerCm2;
    });
  }
  return opticalDepth.map((depth) => Math.exp(-depth));
}

/** A spectrum behind further layers. */
export function filteredSpectrum(spectrum: Spectrum, filters: readonly BeamFilter[]): Spectrum {
  const transmission = transmissionOfFilters(filters, spectrum.energyKeV);
  return {
    ...spectrum,
    photonsPerMm2PerMas: spectrum.photonsPerMm2PerMas.map((photons, bin) => photons * transmission[bin]),
  };
}
