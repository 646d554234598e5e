import { airKermaMicroGyPerMas } from "../../src/beam/air-kerma.ts";
import { readSpectrumTable } from "../../src/beam/read-spectrum-table.ts";
import { spectrumFromTable } from "../../src/beam/spectrum-from-table.ts";
import { mutateTextBytes, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

const tables = [
  "# tube\nenergyKeV,photonsPerMm2PerMas\n20.25,1.5e3\n20.75,2.1e3\n21.25,2.9e3\n59.25,9e4\n79.75,12\n",
  "16.25 1.423E-04\n16.75 2.157E-04\n17.25 3.102E-04\n17.75 4.324E-04\n",
  "10;1\n20;40\n25;60.5\n40;80\n80;20\n120;0\n150;-0.001\n",
  "30\t1\n31\t2\n33\t3\n",
];

/** Spectra from text: a sound spectrum in the range of the attenuation tables, or a refusal. */
export const spectrumTarget: FuzzTarget = {
  name: "spectrum-table",
  make: (random) => ({
    files: [
      { name: "beam.csv", bytes: mutateTextBytes(pick(tables, random), random, pick(tables, random)) },
      { name: "bin", bytes: Uint8Array.of(random.integerBelow(4)) },
    ],
  }),
  take: async ({ files: [{ name, bytes }, choice] }) => {
    const reading = [
      {},
      { energiesAre: "lower-edges" as const },
      { binKeV: 0.05 },
      { binKeV: 5, airKermaMicroGyPerMas: 80 },
    ][choice.bytes[0]];
    const table = readSpectrumTable(new TextDecoder().decode(bytes), name);
    const { energyKeV, photonsPerMm2PerMas } = spectrumFromTable(table, reading);
    must(
      energyKeV.every(
        (energy, bin) => energy >= 5 && energy <= 150 && (bin === 0 || energy > energyKeV[bin - 1]),
      ),
      "an energy is out of order or of range",
    );
    must(
      photonsPerMm2PerMas.every((count) => count >= 0 && Number.isFinite(count)),
      "a bin holds no sound number of photons",
    );
    must(
      airKermaMicroGyPerMas({ kv: 0, energyKeV, photonsPerMm2PerMas }, 1000) > 0,
      "the beam has no air kerma",
    );
    return 16 * energyKeV.length;
  },
};
