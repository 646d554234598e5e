import { airKermaMicroGyPerMas } from "../beam/air-kerma.ts";
import { type BeamFilter, filteredSpectrum } from "../beam/filter.ts";
import { type HalfValueLayers, halfValueLayersMm } from "../beam/half-value-layer.ts";
import { meanEnergyKeV } from "../beam/mean-energy.ts";
import type { Spectrum } from "../beam/spectrum.ts";
import { spectrumFromTable } from "../beam/spectrum-from-table.ts";
import { tungstenSpectrum } from "../beam/tungsten-spectrum.ts";
import { InputError } from "../error/input-error.ts";
import { readSpectrumFile } from "../node/read-spectrum-file.ts";
import { printJson } from "./failure.ts";

export interface SpectrumOptions {
  readonly kv?: number;
  readonly anodeAngle: number;
  readonly filter?: readonly BeamFilter[];
  readonly from?: string;
  readonly energiesAre?: "centres" | "lower-edges";
  readonly table?: boolean;
  readonly json?: boolean;
}

/** What a beam is like: of a tungsten tube, or of a table, behind the filters. */
export async function spectrumCommand(options: SpectrumOptions): Promise<void> {
  const filters = options.filter ?? [];
  const spectrum = await spectrumOf(options, filters);
  if (options.table && !options.json) {
    console.log("energyKeV,photonsPerMm2PerMas");
    spectrum.energyKeV.forEach((energy, bin) => {
      console.log(`${Number(energy.toFixed(6))},${spectrum.photonsPerMm2PerMas[bin].toExponential(6)}`);
    });
    return;
  }
  const aluminium = halfValueLayersMm(spectrum, "Al");
  const copper = halfValueLayersMm(spectrum, "Cu");
  const photons = spectrum.photonsPerMm2PerMas.reduce((sum, count) => sum + count, 0);
  const kerma = airKermaMicroGyPerMas(spectrum, 1000);
  if (options.json) {
    printJson({
      kv: spectrum.kv,
      ...(options.from === undefined ? { anodeAngleDeg: options.anodeAngle } : { table: options.from }),
      filters,
      meanEnergyKeV: meanEnergyKeV(spectrum),
      hvl1MmAl: aluminium.first,
      hvl2MmAl: aluminium.second,
      homogeneity: aluminium.first / aluminium.second,
      hvl1MmCu: copper.first,
      hvl2MmCu: copper.second,
      airKermaMicroGyPerMasAt1m: kerma,
      photonsPerMm2PerMasAt1m: photons,
      ...(options.table
        ? {
            energyKeV: Array.from(spectrum.energyKeV),
            photonsPerMm2PerMas: Array.from(spectrum.photonsPerMm2PerMas),
          }
        : {}),
    });
    return;
  }
  const layers = ({ first, second }: HalfValueLayers) =>
    `${first.toPrecision(4)} and ${second.toPrecision(4)} mm`;
  const source = options.from ?? `Tungsten, ${spectrum.kv} kV, ${options.anodeAngle}° anode`;
  const behind = filters.map(({ material, thicknessMm }) => `${thicknessMm} mm ${material}`);
  console.log(`${source}${behind.length > 0 ? `, behind ${behind.join(" + ")}` : ""}`);
  for (const [name, value] of [
    ["mean energy", `${meanEnergyKeV(spectrum).toFixed(2)} keV`],
    ["half-value layers Al", layers(aluminium)],
    ["half-value layers Cu", layers(copper)],
    ["homogeneity Al", (aluminium.first / aluminium.second).toFixed(3)],
    ["air kerma at 1 m", `${kerma.toPrecision(4)} µGy/mAs`],
    ["photons at 1 m", `${photons.toPrecision(4)} per mm² and mAs`],
  ])
    console.log(`  ${name.padEnd(22)} ${value}`);
}

async function spectrumOf(options: SpectrumOptions, filters: readonly BeamFilter[]): Promise<Spectrum> {
  if (options.from !== undefined && options.kv !== undefined)
    throw new InputError("spectrum-twice", "both --kv and --from are given", {
      remedy: "give --kv for a tube, or --from FILE for a table",
    });
  if (options.from !== undefined)
    return filteredSpectrum(
      spectrumFromTable(await readSpectrumFile(options.from), { energiesAre: options.energiesAre }),
      filters,
    );
  if (options.kv === undefined)
    throw new InputError("kv-missing", "the tube voltage is missing", {
      remedy: "give --kv, or a table of a spectrum with --from FILE",
    });
  return tungstenSpectrum({ kv: options.kv, anodeAngleDeg: options.anodeAngle, filters });
}
