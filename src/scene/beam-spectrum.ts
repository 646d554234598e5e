import type { Spectrum } from "../beam/spectrum.ts";
import { spectrumFromTable } from "../beam/spectrum-from-table.ts";
import { tungstenSpectrum } from "../beam/tungsten-spectrum.ts";
import type { Scene } from "./scene.ts";

/** The beam of a scene: its own table, which is behind all filters, or else a tungsten tube. */
export function beamSpectrum({ kv, anodeAngleDeg, filters, spectrum }: Scene["beam"]): Spectrum {
  if (spectrum)
    return spectrumFromTable(spectrum, {
      energiesAre: spectrum.energiesAre,
      airKermaMicroGyPerMas: spectrum.airKermaMicroGyPerMas,
    });
  return tungstenSpectrum({ kv, anodeAngleDeg, filters });
}
