import { airKermaMicroGyPerMas, MICRO_GY_PER_KEV_PER_MM2 } from "../beam/air-kerma.ts";
import { type BeamFilter, filteredSpectrum } from "../beam/filter.ts";
import { halfValueLayersMm } from "../beam/half-value-layer.ts";
import { meanEnergyKeV } from "../beam/mean-energy.ts";
import { readSpectrumTable } from "../beam/read-spectrum-table.ts";
import type { Spectrum } from "../beam/spectrum.ts";
import { spectrumFromTable } from "../beam/spectrum-from-table.ts";
import { type Check, check } from "./check.ts";
import { type TabulatedSpectrum, tg195Spectra, tg195Text } from "./tg195-spectra.ts";

/** What the report's beams cross before they are measured. Its air has 0.001205 g/cm³, ours 0.00120479. */
const METRE_OF_AIR: BeamFilter = { material: "air", thicknessMm: 1000 };
const DISC_MM2 = Math.PI * 5 ** 2;

/**
 * The spectra of AAPM TG-195, through the table import and a metre of air: mean energy, layers, and the air kerma of
 * the report's Monte Carlo case 1, open and behind the layers that the report states.
 */
export function tg195Checks(energiesAre: "centres" | "lower-edges" = "centres"): Check[] {
  return tg195Spectra.flatMap((table) => {
    const emitted = spectrumFromTable(readSpectrumTable(tg195Text(table)), { energiesAre });
    const spectrum = filteredSpectrum(emitted, [METRE_OF_AIR]);
    const { first, second } = halfValueLayersMm(spectrum, "Al");
    const row = (name: string, published: number | undefined, ours: number) =>
      published === undefined
        ? []
        : [
            check({
              law: `${name} of the ${table.kv} kV table`,
              source: "AAPM TG-195",
              published,
              ours,
              bound: 0.01,
            }),
          ];
    return [
      ...row("mean energy [keV]", table.meanEnergyKeV, meanEnergyKeV(spectrum)),
      ...row("half-value layer [mm Al]", table.halfValueLayerMmAl, first),
      ...row("quarter-value layer [mm Al]", table.quarterValueLayerMmAl, first + second),
      ...kermas(table, emitted).flatMap(({ name, published, ours }) => row(name, published, ours)),
    ];
  });
}

/** Air kerma of one photon of case 1, in the report's unit. */
function kermas({ case1, halfValueLayerMmAl, quarterValueLayerMmAl }: TabulatedSpectrum, emitted: Spectrum) {
  if (case1 === undefined || quarterValueLayerMmAl === undefined) return [];
  const photons = emitted.photonsPerMm2PerMas.reduce((sum, count) => sum + count, 0);
  const behind = (thicknessMm: number) => {
    const beam = filteredSpectrum(emitted, [METRE_OF_AIR, { material: "Al", thicknessMm }]);
    return airKermaMicroGyPerMas(beam, 1000) / MICRO_GY_PER_KEV_PER_MM2 / (DISC_MM2 * photons);
  };
  return [
    { name: "kerma per photon [keV cm²/(g mm²)]", published: case1.open, ours: behind(0) },
    {
      name: `kerma behind ${halfValueLayerMmAl} mm Al`,
      published: case1.behindHalfValueLayer,
      ours: behind(halfValueLayerMmAl),
    },
    {
      name: `kerma behind ${quarterValueLayerMmAl} mm Al`,
      published: case1.behindQuarterValueLayer,
      ours: behind(quarterValueLayerMmAl),
    },
  ];
}
