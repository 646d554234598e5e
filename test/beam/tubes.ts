import type { BeamFilter } from "../../src/beam/filter.ts";
import type { Spectrum } from "../../src/beam/spectrum.ts";
import { type TungstenTube, tungstenSpectrum } from "../../src/beam/tungsten-spectrum.ts";

/** A tube with a 12° anode behind filters in mm. */
export const tube = (
  kv: number,
  filtersMm: Readonly<Record<string, number>> = { Al: 2.5 },
  more: Partial<TungstenTube> = {},
): Spectrum => tungstenSpectrum({ kv, anodeAngleDeg: 12, filters: filtersOf(filtersMm), ...more });

export const filtersOf = (filtersMm: Readonly<Record<string, number>>): BeamFilter[] =>
  Object.entries(filtersMm).map(([material, thicknessMm]) => ({ material, thicknessMm }));

export const photonsOf = ({ photonsPerMm2PerMas }: Spectrum): number =>
  photonsPerMm2PerMas.reduce((sum, count) => sum + count, 0);

export const monoenergetic = (energyKeV: number, photonsPerMm2PerMas = 1e5): Spectrum => ({
  kv: energyKeV,
  energyKeV: Float64Array.of(energyKeV),
  photonsPerMm2PerMas: Float64Array.of(photonsPerMm2PerMas),
});
