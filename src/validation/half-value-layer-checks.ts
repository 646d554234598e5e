import type { BeamFilter } from "../beam/filter.ts";
import { halfValueLayersMm } from "../beam/half-value-layer.ts";
import { tungstenSpectrum } from "../beam/tungsten-spectrum.ts";
import { type Check, check } from "./check.ts";
import { tg195Checks } from "./tg195-checks.ts";

/** kV, mm Al, first and second half-value layer in mm Al. */
type PtbRow = readonly [kv: number, aluminiumMm: number, hvl1MmAl: number, hvl2MmAl: number];

/** PTB reference radiation qualities: tungsten, 20° anode, 1 mm Be (7 mm at 150 kV), 950 mm air, 0.25 mm Kapton. */
const PTB: Readonly<Record<string, readonly PtbRow[]>> = {
  RQR: [
    [40, 2.5, 1.36, 1.72],
    [50, 2.5, 1.72, 2.3],
    [60, 2.5, 2.02, 2.84],
    [70, 2.5, 2.29, 3.37],
    [80, 2.5, 2.59, 3.96],
    [90, 2.5, 2.91, 4.57],
    [100, 2.5, 3.23, 5.19],
    [120, 2.5, 3.88, 6.37],
    [150, 2.5, 5.01, 8.15],
  ],
  RQA: [
    [40, 6.5, 2.13, 2.41],
    [50, 12.5, 3.67, 4.05],
    [60, 18.5, 5.24, 5.7],
    [70, 23.5, 6.64, 7.16],
    [80, 28.5, 7.96, 8.5],
    [90, 32.5, 9.03, 9.57],
    [100, 36.5, 9.93, 10.47],
    [120, 42.5, 11.37, 11.97],
    [150, 50, 12.97, 13.66],
  ],
};

/** BIPM reference qualities: tungsten, 20° anode, 3 mm Be, 500 mm air to 50 kV and 1150 mm above. */
const BIPM: readonly (readonly [
  kv: number,
  aluminiumMm: number,
  copperMm: number,
  hvlMm: number,
  of: "Al" | "Cu",
])[] = [
  [50, 1.008, 0, 1.017, "Al"],
  [50, 3.989, 0, 2.262, "Al"],
  [100, 3.431, 0, 0.149, "Cu"],
  [135, 2.228, 0.232, 0.489, "Cu"],
];

/** Unit test of xpecgen: tungsten, 12°, 1.2 mm Al, 1 m of air; it compares to one decimal. */
const XPECGEN: readonly (readonly [kv: number, hvlMmAl: number])[] = [
  [50, 1.2],
  [80, 1.85],
  [100, 2.37],
];

/** Half-value layers of our tube against measured ones, and of spectra read from tables. */
export function halfValueLayerChecks(): Check[] {
  return [...ptbChecks(), ...bipmChecks(), ...xpecgenChecks(), ...tg195Checks()];
}

function ptbChecks(): Check[] {
  return Object.entries(PTB).flatMap(([series, rows]) =>
    rows.flatMap(([kv, aluminiumMm, hvl1MmAl, hvl2MmAl]) => {
      const { first, second } = halfValueLayersMm(
        tube(kv, 20, { Be: kv === 150 ? 7 : 1, Al: aluminiumMm, Kapton: 0.25, air: 950 }),
        "Al",
      );
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

const bipmChecks = (): Check[] =>
  BIPM.map(([kv, Al, Cu, published, material]) =>
    check({
      law: `half-value layer, BIPM ${kv} kV, ${Al} mm Al${Cu > 0 ? ` + ${Cu} mm Cu` : ""} [mm ${material}]`,
      source: "BIPM",
      published,
      ours: halfValueLayersMm(tube(kv, 20, { Be: 3, Al, Cu, air: kv > 50 ? 1150 : 500 }), material).first,
      bound: 0.035,
    }),
  );

const xpecgenChecks = (): Check[] =>
  XPECGEN.map(([kv, published]) =>
    check({
      law: `half-value layer, ${kv} kV, 12° anode, 1.2 mm Al, 1 m air [mm Al]`,
      source: "xpecgen, to one decimal",
      published,
      ours: halfValueLayersMm(tube(kv, 12, { Al: 1.2, air: 1000 }), "Al").first,
      bound: 0.05,
      kind: "absolute",
    }),
  );

function tube(kv: number, anodeAngleDeg: number, filtersMm: Readonly<Record<string, number>>) {
  const filters: BeamFilter[] = Object.entries(filtersMm).map(([material, thicknessMm]) => ({
    material,
    thicknessMm,
  }));
  return tungstenSpectrum({ kv, anodeAngleDeg, filters });
}
