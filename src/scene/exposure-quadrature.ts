import type { Spectrum } from "../beam/spectrum.ts";
import { absorptionEfficiency, type DetectorModel } from "../detector/detector-model.ts";
import type { SpectralQuadrature } from "../detector/spectral-quadrature.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import type { Material } from "../material/material.ts";
import { recentQuadrature } from "./recent-quadrature.ts";

/** Bins that carry less than this part of what the strongest does make no edge matter. */
const LEAST_PART = 1e-3;

/**
 * The quadrature of a scene with things in it that are not the patient. Nodes chosen for the patient's materials serve every
 * other one as well whose attenuation falls smoothly with energy. Where one has an absorption edge within the spectrum (barium at
 * 37 keV, lead at 88 keV), the spectrum is cut there, and each piece gets nodes of its own. No dearer than the patient alone, and
 * as good: test/scene/exposure-quadrature.test.ts.
 */
export function exposureQuadrature(options: {
  spectrum: Spectrum;
  detector: DetectorModel;
  /** Those of the patient first. */
  materials: readonly Material[];
  patientMaterials: number;
}): SpectralQuadrature {
  const { spectrum, detector, materials, patientMaterials } = options;
  if (materials.length === patientMaterials) return recentQuadrature({ spectrum, detector, materials });
  const ofPatient = materials.slice(0, patientMaterials);
  const cuts = edgesWithin(spectrum, detector, materials.slice(patientMaterials));
  const pieces = [0, ...cuts].map((from, n) =>
    recentQuadrature({ spectrum: binsOf(spectrum, from, cuts[n]), detector, materials: ofPatient }),
  );
  const joined = (of: (piece: SpectralQuadrature) => Float64Array): Float64Array =>
    Float64Array.from(pieces.flatMap((piece) => [...of(piece)]));
  const energyKeV = joined((piece) => piece.energyKeV);
  const tables = materials.map((material) => massAttenuationTable(material, energyKeV));
  return {
    energyKeV,
    absorbedKeV: joined((piece) => piece.absorbedKeV),
    massAttenuation: Array.from(energyKeV, (_, node) => Float64Array.from(tables, (table) => table[node])),
    largestError: Math.max(...pieces.map(({ largestError }) => largestError)),
  };
}

const binsOf = ({ kv, energyKeV, photonsPerMm2PerMas }: Spectrum, from: number, to?: number): Spectrum => ({
  kv,
  energyKeV: energyKeV.slice(from, to),
  photonsPerMm2PerMas: photonsPerMm2PerMas.slice(from, to),
});

/** The bins at which the attenuation of a material rises, of those that matter. */
function edgesWithin(spectrum: Spectrum, detector: DetectorModel, materials: readonly Material[]): number[] {
  const { energyKeV, photonsPerMm2PerMas } = spectrum;
  const efficiency = absorptionEfficiency(detector, energyKeV);
  const absorbed = energyKeV.map((energy, bin) => photonsPerMm2PerMas[bin] * efficiency[bin] * energy);
  const least = LEAST_PART * absorbed.reduce((largest, value) => Math.max(largest, value), 0);
  const tables = materials.map((material) => massAttenuationTable(material, energyKeV));
  const cuts: number[] = [];
  for (let bin = 1; bin < absorbed.length; bin++)
    if (
      absorbed[bin - 1] > least &&
      absorbed[bin] > least &&
      tables.some((table) => table[bin] > table[bin - 1])
    )
      cuts.push(bin);
  return cuts;
}
