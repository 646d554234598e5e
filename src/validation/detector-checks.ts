import { airKermaMicroGyPerMas } from "../beam/air-kerma.ts";
import { tungstenSpectrum } from "../beam/tungsten-spectrum.ts";
import type { SpreadComponent } from "../detector/detector-model.ts";
import { detectorModelOfDevice } from "../detector/detector-presets.ts";
import { expose } from "../detector/expose.ts";
import { presampledMtf } from "../detector/light-spread.ts";
import { referenceExposure } from "../detector/reference-exposure.ts";
import type { Camera } from "../geometry/camera.ts";
import { cArmCamera } from "../geometry/c-arm.ts";
import { deviceById } from "../geometry/device.ts";
import { massAttenuationTable } from "../material/attenuation.ts";
import { materialByName } from "../material/named-materials.ts";
import type { AreaDensityImage } from "../projector/area-density.ts";
import { sampleKey } from "../random/sample-key.ts";
import { type Check, check } from "./check.ts";

const SIDE_PX = 256;
/** Five standard deviations: with some ten statistical checks a right simulator fails once in 200,000 seeds. */
const SIGMAS = 5;
const MAS = 0.05;

/** Beam hardening, inverse square, and the noise of the panel behind 20 cm of water. */
export function detectorChecks(): Check[] {
  const water = materialByName("water");
  const spectrum = tungstenSpectrum({
    kv: 80,
    anodeAngleDeg: 12,
    filters: [{ material: "Al", thicknessMm: 3 }],
  });
  const model = detectorModelOfDevice("cios-fusion");
  // No light spread: pixels are independent, so variance has a closed form.
  const sharp = { ...model, spread: [{ weight: 1, sigmaMm: 0 }] };
  const camera = nativeCamera();
  const shot = (detector: typeof model, gPerCm2: number, key?: string) => ({
    areaDensity: flat(gPerCm2),
    materials: [water],
    camera,
    spectrum,
    mas: MAS,
    detector,
    noise: key === undefined ? undefined : { key: sampleKey(1, 0, key) },
    scatter: { kind: "none" } as const,
  });

  const kerma = [1000, 2000].map((distance) => airKermaMicroGyPerMas(spectrum, distance));
  const attenuationOf = (gPerCm2: number): number => {
    const mu = massAttenuationTable(water, spectrum.energyKeV);
    const energy = (t: number) =>
      spectrum.photonsPerMm2PerMas.reduce(
        (sum, n, bin) => sum + n * spectrum.energyKeV[bin] * Math.exp(-mu[bin] * t),
        0,
      );
    return Math.log(energy(gPerCm2) / energy(gPerCm2 + 1));
  };

  const expected = referenceExposure(shot(sharp, 20));
  const [mean, variance] = [average(expected.meanKeV), average(expected.varianceKeV2)];
  const noiseFree = average(expose(shot(sharp, 20)).energyKeV);
  const noisy = expose(shot(sharp, 20, "validation")).energyKeV;
  // The read-out noise, from a picture without X-rays.
  const dark = expose({ ...shot(sharp, 20, "validation dark"), mas: 0 }).energyKeV;
  const totalVariance = variance + varianceAround(dark, () => 0);
  const pixels = SIDE_PX ** 2;
  const blurred = expose(shot({ ...model, electronicNoiseKeV: 0 }, 20, "validation blur")).energyKeV;

  return [
    check({
      law: "inverse square: air kerma at 1 m over 2 m",
      source: "closed form",
      published: 4,
      ours: kerma[0] / kerma[1],
      bound: 1e-9,
    }),
    check({
      law: "beam hardening: attenuation of 1 cm of water behind 20 cm over that of the first, 80 kV",
      source: "less than 1 (a sign; the value is ours)",
      published: 0.5,
      ours: attenuationOf(20) / attenuationOf(0),
      bound: 0.4999,
      kind: "absolute",
    }),
    check({
      law: "expected signal behind 20 cm of water: few energies against the whole spectrum",
      source: "float64 sum over all bins",
      published: mean,
      ours: noiseFree,
      bound: 1e-4,
    }),
    check({
      law: "noise, mean of 65,536 pixels behind 20 cm of water [keV]",
      source: "Σ N η E exp(−τ)",
      published: mean,
      ours: average(noisy),
      bound: (SIGMAS * Math.sqrt(totalVariance / pixels)) / mean + 1e-4,
    }),
    check({
      law: "noise, variance of 65,536 pixels behind 20 cm of water [keV²]",
      source: "Σ N η E² exp(−τ) / Swank + read-out",
      published: totalVariance,
      ours: varianceAround(noisy, (n) => expected.meanKeV[n]),
      bound: SIGMAS * Math.sqrt(2 / pixels),
    }),
    ...[0.25, 0.5, 1].map((cyclesPerMm) =>
      check({
        law: `power of the noise along rows, at ${cyclesPerMm} lp/mm over 0.1 lp/mm`,
        source:
          "presampled MTF² in two dimensions, folded at the Nyquist frequency, over all frequencies across the rows",
        published:
          rowPower(model.spread, camera.pixelPitchMm[0], cyclesPerMm) /
          rowPower(model.spread, camera.pixelPitchMm[0], 0.1),
        ours:
          noisePower(blurred, cyclesPerMm * camera.pixelPitchMm[0]) /
          noisePower(blurred, 0.1 * camera.pixelPitchMm[0]),
        // Each power is the mean of 256 lines × 5 neighbouring frequencies, each with a relative spread of 1.
        bound: SIGMAS * Math.sqrt(2 / (SIDE_PX * 5)) + 0.03,
      }),
    ),
  ];
}

function nativeCamera(): Camera {
  const cios = deviceById("cios-fusion");
  return cArmCamera({
    device: { ...cios, widthPx: SIDE_PX, heightPx: SIDE_PX },
    angles: { laoDeg: 180, craDeg: 0, rollDeg: 0 },
    isocentreLps: [0, 0, 0],
  });
}

const flat = (gPerCm2: number): AreaDensityImage => ({
  widthPx: SIDE_PX,
  heightPx: SIDE_PX,
  materials: ["water"],
  gPerCm2: new Float32Array(SIDE_PX ** 2).fill(gPerCm2),
});

const average = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n];
  return sum / values.length;
};

function varianceAround(values: Float32Array, centre: (n: number) => number): number {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += (values[n] - centre(n)) ** 2;
  return sum / values.length;
}

/** Power of the fluctuations along rows near a frequency in cycles per pixel, averaged over rows and five frequencies. */
function noisePower(values: Float32Array, cyclesPerPx: number): number {
  const centre = Math.round(cyclesPerPx * SIDE_PX);
  let power = 0;
  for (let row = 0; row < SIDE_PX; row++) {
    const line = values.subarray(row * SIDE_PX, (row + 1) * SIDE_PX);
    const mean = average(line);
    for (let bin = centre - 2; bin <= centre + 2; bin++) {
      let [real, imaginary] = [0, 0];
      for (let n = 0; n < SIDE_PX; n++) {
        const phase = (2 * Math.PI * bin * n) / SIDE_PX;
        real += (line[n] - mean) * Math.cos(phase);
        imaginary += (line[n] - mean) * Math.sin(phase);
      }
      power += real ** 2 + imaginary ** 2;
    }
  }
  return power;
}

/**
 * What the light spread leaves of white noise along rows: ∫ dv Σ_kl MTF(u + k/p, v + l/p)². A spread of several Gaussians is not
 * a product of its profiles, so this is not the MTF² of the row alone.
 */
function rowPower(spread: readonly SpreadComponent[], pitchMm: number, cyclesPerMm: number): number {
  const folds = [-3, -2, -1, 0, 1, 2, 3];
  const profiles = (f: number): number[] =>
    spread.map(({ sigmaMm }) => presampledMtf([{ weight: 1, sigmaMm }], pitchMm, f));
  const along = folds.map((k) => profiles(cyclesPerMm + k / pitchMm));
  let power = 0;
  for (let n = 0; n < 128; n++)
    for (const l of folds) {
      const across = profiles((n / 128 - 0.5 + l) / pitchMm);
      for (const profile of along)
        power += spread.reduce((sum, { weight }, i) => sum + weight * profile[i] * across[i], 0) ** 2;
    }
  return power;
}
