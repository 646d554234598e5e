import { massAttenuationCm2PerG } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import { type Check, check } from "./check.ts";

const ENERGIES_KEV = [20, 30, 40, 50, 60, 80, 100, 150];

/** μ/ρ in cm²/g of NIST SRD 126 (Hubbell & Seltzer) at the energies above. */
const NIST: Readonly<Record<string, readonly number[]>> = {
  water: [0.8096, 0.3756, 0.2683, 0.2269, 0.2059, 0.1837, 0.1707, 0.1505],
  air: [0.7779, 0.3538, 0.2485, 0.208, 0.1875, 0.1662, 0.1541, 0.1356],
  "soft tissue": [0.823, 0.379, 0.2688, 0.2264, 0.2048, 0.1823, 0.1693, 0.1492],
  "cortical bone": [4.001, 1.331, 0.6655, 0.4242, 0.3148, 0.2229, 0.1855, 0.148],
  muscle: [0.8205, 0.3783, 0.2685, 0.2262, 0.2048, 0.1823, 0.1693, 0.1492],
  lung: [0.8316, 0.3815, 0.2699, 0.227, 0.2053, 0.1826, 0.1695, 0.1493],
  blood: [0.8428, 0.3852, 0.2715, 0.2278, 0.2057, 0.1827, 0.1695, 0.1492],
  Al: [3.441, 1.128, 0.5685, 0.3681, 0.2778, 0.2018, 0.1704, 0.1378],
  Ti: [15.85, 4.972, 2.214, 1.213, 0.7661, 0.4052, 0.2721, 0.1649],
  Fe: [25.68, 8.176, 3.629, 1.958, 1.205, 0.5952, 0.3717, 0.1964],
  Cu: [33.79, 10.92, 4.862, 2.613, 1.593, 0.763, 0.4584, 0.2217],
  W: [65.73, 22.73, 10.67, 5.949, 3.713, 7.81, 4.438, 1.581],
  Pb: [86.36, 30.32, 14.36, 8.041, 5.021, 2.419, 5.549, 2.014],
  I: [25.43, 8.561, 22.1, 12.32, 7.579, 3.51, 1.942, 0.6978],
};

/** Klein–Nishina cross-section of one free electron in 1e-25 cm². */
export function kleinNishinaE25Cm2(energyKeV: number): number {
  const a = energyKeV / 510.99895;
  const b = 1 + 2 * a;
  const logB = Math.log(b);
  const classicalRadius2E25 = 0.7940787; // rₑ² = 7.940787e-26 cm²
  return (
    2 *
    Math.PI *
    classicalRadius2E25 *
    (((1 + a) / a ** 2) * ((2 * (1 + a)) / b - logB / a) + logB / (2 * a) - (1 + 3 * a) / b ** 2)
  );
}

/** Mass attenuation against NIST, K edges, and Compton scattering against Klein–Nishina. */
export function attenuationChecks(): Check[] {
  const nist = Object.entries(NIST).flatMap(([name, values]) =>
    values.map((published, index) =>
      check({
        law: `mass attenuation of ${name} at ${ENERGIES_KEV[index]} keV [cm²/g]`,
        source: "NIST SRD 126",
        published,
        ours: massAttenuationCm2PerG(materialByName(name), ENERGIES_KEV[index]),
        bound: 0.005,
      }),
    ),
  );
  const electronsPerGramWater = (6.02214076e23 * 10) / 18.01528;
  const published: readonly (readonly [number, number])[] = [
    [60, 5.456],
    [80, 5.173],
    [100, 4.927],
    [120, 4.713],
    [150, 4.436],
  ];
  const kleinNishina = published.flatMap(([energyKeV, value]) => [
    check({
      law: `Klein–Nishina, free electron at ${energyKeV} keV [1e-25 cm²]`,
      source: "closed form, tabulated to four digits",
      published: value,
      ours: kleinNishinaE25Cm2(energyKeV),
      bound: 2e-4,
    }),
    check({
      // Binding lowers incoherent scattering from the free-electron value, by up to 3 % at 60 keV in oxygen.
      law: `Compton scattering of water at ${energyKeV} keV, per electron [1e-25 cm²]`,
      source: "Klein–Nishina, free electrons",
      published: kleinNishinaE25Cm2(energyKeV),
      ours:
        (1e25 * massAttenuationCm2PerG(materialByName("water"), energyKeV, "compton")) /
        electronsPerGramWater,
      bound: 0.03,
    }),
  ]);
  return [...nist, ...kleinNishina];
}
