import { InputError } from "../error/input-error.ts";
import { elementTable, HIGHEST_KEV, type Interaction, LOWEST_KEV } from "./element-table.ts";
import type { Material } from "./material.ts";

/**
 * Mass attenuation coefficient μ/ρ in cm²/g at one energy: Σ wᵢ (μ/ρ)ᵢ over the elements.
 *
 * Log-log interpolation between nodes, never across an absorption edge; exactly at an edge the value above it counts.
 * 5 to 150 keV. Source: xraylib by tools/make-attenuation-tables.py; within 0.1 % of NIST (docs/physics-matter.md).
 */
export function massAttenuationCm2PerG(
  material: Material,
  energyKeV: number,
  interaction: Interaction = "total",
): number {
  checkEnergy(energyKeV);
  const logEnergy = Math.log(energyKeV);
  let sum = 0;
  for (const [atomicNumber, fraction] of material.massFractions)
    sum += fraction * elementAt(atomicNumber, logEnergy, interaction);
  return sum;
}

/** `massAttenuationCm2PerG` at many energies. */
export function massAttenuationTable(
  material: Material,
  energiesKeV: ArrayLike<number>,
  interaction: Interaction = "total",
): Float64Array {
  return Float64Array.from({ length: energiesKeV.length }, (_, index) =>
    massAttenuationCm2PerG(material, energiesKeV[index], interaction),
  );
}

function elementAt(atomicNumber: number, logEnergy: number, interaction: Interaction): number {
  const table = elementTable(atomicNumber);
  const x = table.logEnergy;
  const y = table.logCm2PerG[interaction];
  // The last node at or below the energy; of the two nodes of an edge that is the upper one.
  let low = 0;
  let high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= logEnergy + 1e-7) low = middle;
    else high = middle;
  }
  const t = Math.min(1, Math.max(0, (logEnergy - x[low]) / (x[high] - x[low])));
  return Math.exp(y[low] + t * (y[high] - y[low]));
}

function checkEnergy(energyKeV: number): void {
  if (!(energyKeV >= LOWEST_KEV && energyKeV <= HIGHEST_KEV))
    throw new InputError(
      "energy-out-of-range",
      `attenuation is tabulated from ${LOWEST_KEV} to ${HIGHEST_KEV} keV, ${energyKeV} keV was asked for`,
    );
}
