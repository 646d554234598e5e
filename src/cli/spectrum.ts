import { airKermaMicroGyPerMas } from "../beam/air-kerma.ts";
import type { BeamFilter } from "../beam/filter.ts";
import { halfValueLayersMm } from "../beam/half-value-layer.ts";
import { meanEnergyKeV } from "../beam/mean-energy.ts";
import { tungstenSpectrum } from "../beam/tungsten-spectrum.ts";
import { printJson } from "./failure.ts";

export function spectrumCommand(options: {
  kv: number;
  anodeAngle: number;
  filter?: readonly BeamFilter[];
  table?: boolean;
  json?: boolean;
}): void {
  const filters = options.filter ?? [];
  const spectrum = tungstenSpectrum({ kv: options.kv, anodeAngleDeg: options.anodeAngle, filters });
  const aluminium = halfValueLayersMm(spectrum, "Al");
  const copper = halfValueLayersMm(spectrum, "Cu");
  const result = {
    kv: options.kv,
    anodeAngleDeg: options.anodeAngle,
    filters,
    meanEnergyKeV: meanEnergyKeV(spectrum),
    hvl1MmAl: aluminium.first,
    hvl2MmAl: aluminium.second,
    homogeneity: aluminium.first / aluminium.second,
    hvl1MmCu: copper.first,
    hvl2MmCu: copper.second,
    airKermaMicroGyPerMasAt1m: airKermaMicroGyPerMas(spectrum, 1000),
    photonsPerMm2PerMasAt1m: spectrum.photonsPerMm2PerMas.reduce((sum, photons) => sum + photons, 0),
  };
  if (options.json) {
    printJson(result);
    return;
  }
  console.log(result);
}
