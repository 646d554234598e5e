import { halfValueLayersMm } from "../beam/half-value-layer.ts";
import { tungstenSpectrum } from "../beam/tungsten-spectrum.ts";
import { type Check, check } from "./check.ts";

interface Row {
  readonly kv: number;
  readonly aluminiumMm: number;
  readonly hvl1MmAl: number;
  readonly hvl2MmAl: number;
}

const row = (kv: number, aluminiumMm: number, hvl1MmAl: number, hvl2MmAl: number): Row => ({
  kv,
  aluminiumMm,
  hvl1MmAl,
  hvl2MmAl,
});

/** PTB reference radiation qualities: tungsten, 20° anode, 1 mm Be (7 mm at 150 kV), 950 mm air, 0.25 mm Kapton. */
const PTB: Readonly<Record<string, readonly Row[]>> = {
  RQR: [
    row(40, 2.5, 1.36, 1.72),
    row(50, 2.5, 1.72, 2.3),
    row(60, 2.5, 2.02, 2.84),
    row(70, 2.5, 2.29, 3.37),
    row(80, 2.5, 2.59, 3.96),
    row(90, 2.5, 2.91, 4.57),
    row(100, 2.5, 3.23, 5.19),
    row(120, 2.5, 3.88, 6.37),
    row(150, 2.5, 5.01, 8.15),
  ],
  RQA: [
    row(40, 6.5, 2.13, 2.41),
    row(50, 12.5, 3.67, 4.05),
    row(60, 18.5, 5.24, 5.7),
    row(70, 23.5, 6.64, 7.16),
    row(80, 28.5, 7.96, 8.5),
    row(90, 32.5, 9.03, 9.57),
    row(100, 36.5, 9.93, 10.47),
    row(120, 42.5, 11.37, 11.97),
    row(150, 50, 12.97, 13.66),
  ],
};

/** First and second half-value layers of our tube spectrum against the PTB reference values. */
export function halfValueLayerChecks(): Check[] {
  return Object.entries(PTB).flatMap(([series, rows]) =>
    rows.flatMap(({ kv, aluminiumMm, hvl1MmAl, hvl2MmAl }) => {
      const spectrum = tungstenSpectrum({
        kv,
        anodeAngleDeg: 20,
        filters: [
          { material: "Be", thicknessMm: kv === 150 ? 7 : 1 },
          { material: "Al", thicknessMm: aluminiumMm },
          { material: "Kapton", thicknessMm: 0.25 },
          { material: "air", thicknessMm: 950 },
        ],
      });
      const { first, second } = halfValueLayersMm(spectrum, "Al");
      const quality = `${series} ${kv} kV, ${aluminiumMm} mm Al`;
      return [
        check({
          law: `first half-value layer, ${quality} [mm Al]`,
          source: "PTB",
          published: hvl1MmAl,
          ours: first,
          bound: 0.035,
        }),
        check({
          law: `second half-value layer, ${quality} [mm Al]`,
          source: "PTB",
          published: hvl2MmAl,
          ours: second,
          bound: 0.035,
        }),
      ];
    }),
  );
}
