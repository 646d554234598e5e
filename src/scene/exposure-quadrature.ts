import { absorptionEfficiency, type DetectorModel } from "../detector/detector-model.ts";
import type { SpectralQuadrature } from "../detector/spectral-quadrature.ts";
import type { Spectrum } from "../beam/spectrum.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import type { Material } from "../material/material.ts";
import { recentQuadrature } from "./recent-quadrature.ts";

/** Energies that carry less of the absorbed energy than this do not make an edge matter. */
const LEAST_PART = 1e-3;

/**
 * The quadrature of a scene with things in it that are not the patient. Its nodes, chosen for the patient's materials, serve every
 * material whose attenuation falls smoothly over the spectrum just as well (measured: 3e-4 down to a transmission of 1e-3);
 * only those with an absorption edge within it (lead above 88 kV, barium) take part in the choice, which costs time.
 */
export function exposureQuadrature(options: {
  spectrum: Spectrum;
  detector: DetectorModel;
  /** Of the patient first. */
  materials: readonly Material[];
  patientMaterials: number;
}): SpectralQuadrature {
  const { spectrum, detector, materials, patientMaterials } = options;
  if (materials.length === patientMaterials) return recentQuadrature(options);
  const matters = weightyBins(spectrum, detector);
  const energies = Float64Array.from(matters, (bin) => spectrum.energyKeV[bin]);
  const chosen = materials.filter(
    (material, n) => n < patientMaterials || hasEdge(massAttenuationTable(material, energies)),
  );
  const quadrature = recentQuadrature({ spectrum, detector, materials: chosen });
  const tables = materials.map((material) => massAttenuationTable(material, quadrature.energyKeV));
  return {
    ...quadrature,
    massAttenuation: Array.from(quadrature.energyKeV, (_, node) =>
      Float64Array.from(tables, (table) => table[node]),
    ),
  };
}

function weightyBins(spectrum: Spectrum, detector: DetectorModel): number[] {
  const efficiency = absorptionEfficiency(detector, spectrum.energyKeV);
  const absorbed = spectrum.energyKeV.map(
    (energy, bin) => spectrum.photonsPerMm2PerMas[bin] * efficiency[bin] * energy,
  );
  const most = absorbed.reduce((largest, value) => Math.max(largest, value), 0);
  return [...absorbed.keys()].filter((bin) => absorbed[bin] > LEAST_PART * most);
}

/** Attenuation that rises with energy anywhere. */
const hasEdge = (table: Float64Array): boolean => table.some((value, n) => n > 0 && value > table[n - 1]);
