import { describe, expect, it } from "vitest";
import { absorptionEfficiency, type DetectorModel } from "../../src/detector/detector-model.ts";
import { detectorModelById } from "../../src/detector/detector-presets.ts";
import { expose } from "../../src/detector/expose.ts";
import { kernelTransfer, presampledMtf, quantumNoiseKernel } from "../../src/detector/light-spread.ts";
import { referenceExposure } from "../../src/detector/reference-exposure.ts";
import { poissonQuantile } from "../../src/random/poisson-quantile.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import type { Spectrum } from "../../src/beam/spectrum.ts";
import { frontalCamera, kramersSpectrum, lineSpectrum } from "./stand-in-beam.ts";

const panel = detectorModelById("a-si-c-arm");
/** Every photon leaves its light in its own pixel, nothing saturates, nothing but quanta makes noise. */
const quantumOnly: DetectorModel = {
  ...panel,
  spread: [{ weight: 1, sigmaMm: 0 }],
  electronicNoiseKeV: 0,
  saturationKermaMicroGy: 1e9,
};

/** A flat field of parallel light, as good as: the source is 100 m away. */
function flatField(options: {
  detector: DetectorModel;
  spectrum: Spectrum;
  mas: number;
  seed: number;
  sizePx?: number;
  pitchMm?: number;
}) {
  const { detector, spectrum, mas, sizePx = 256 } = options;
  const camera = frontalCamera({
    widthPx: sizePx,
    heightPx: sizePx,
    sourceToDetectorMm: 1e5,
    pitchMm: options.pitchMm ?? 0.194,
  });
  return {
    areaDensity: { ...camera, materials: [], gPerCm2: new Float32Array(0) },
    materials: [],
    camera,
    spectrum,
    mas,
    detector,
    noise: { key: sampleKey(options.seed, 0, "detector-noise") },
    scatter: { kind: "none" },
  } as const;
}

const mean = (values: ArrayLike<number>, of = (value: number) => value): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]);
  return sum / values.length;
};

/** mAs that leave so many photons of 60 keV absorbed in a pixel of 0.194 mm at 100 m. */
const masForCount = (count: number): number => {
  const [efficiency] = absorptionEfficiency(panel, [60]);
  return count / (1e5 * efficiency * 0.01 ** 2 * 0.194 ** 2);
};

describe("quantum noise of one energy", () => {
  const counts = [0.05, 0.7, 5, 31, 33, 200, 1e4];
  // Two z-values per count: 14 two-sided tests at level 0.01 together, Šidák: |z| < 3.39.
  const BOUND = 3.39;

  it.each(counts)("has the mean, the variance and the skewness of %d Poisson photons per pixel", (count) => {
    const detector = { ...quantumOnly, swankFactor: 1 };
    const { energyKeV } = expose(
      flatField({
        detector,
        spectrum: lineSpectrum(60),
        mas: masForCount(count),
        seed: 100 + counts.indexOf(count),
      }),
    );
    const n = energyKeV.length;
    const photons = energyKeV.map((energy) => energy / 60);
    const zMean = (mean(photons) - count) / Math.sqrt(count / n);
    // Var((k − λ)²) = λ + 2λ² for Poisson.
    const variance = mean(photons, (k) => (k - count) ** 2);
    const zVariance = (variance - count) / Math.sqrt((count + 2 * count ** 2) / n);
    expect(Math.abs(zMean)).toBeLessThan(BOUND);
    expect(Math.abs(zVariance)).toBeLessThan(BOUND);
    // The third central moment is λ; the sixth, 15 λ³ + 25 λ² + λ, says how far its estimate varies.
    const third = mean(photons, (k) => (k - count) ** 3);
    const sixth = 15 * count ** 3 + 25 * count ** 2 + count;
    // The normal branch leaves out terms of 1/(36 λ) of the skewness.
    expect(Math.abs(third - count)).toBeLessThan(BOUND * Math.sqrt((sixth - count ** 2) / n) + count / 30);
  });

  it("is Poisson number by number at low counts (χ²)", () => {
    const count = 5;
    const detector = { ...quantumOnly, swankFactor: 1 };
    const { energyKeV } = expose(
      flatField({ detector, spectrum: lineSpectrum(60), mas: masForCount(count), seed: 12 }),
    );
    const observed = new Float64Array(16);
    for (const energy of energyKeV) observed[Math.min(15, Math.round(energy / 60))]++;
    let probability = Math.exp(-count);
    let rest = 1;
    let chiSquare = 0;
    for (let k = 0; k < 16; k++) {
      const expected = energyKeV.length * (k === 15 ? rest : probability);
      chiSquare += (observed[k] - expected) ** 2 / expected;
      rest -= probability;
      probability *= count / (k + 1);
    }
    // 15 degrees of freedom, 99.9 % quantile 37.7.
    expect(chiSquare).toBeLessThan(37.7);
    expect(poissonQuantile(count, 0.5)).toBe(5);
  });
});

describe("quantum noise of a spectrum", () => {
  it.each([100, 0.05])(
    "has variance Σ N η E² / Swank at %d mAs, more than that of as many photons of the mean energy",
    (mas) => {
      const options = flatField({ detector: quantumOnly, spectrum: kramersSpectrum(90), mas, seed: 21 });
      const small = {
        ...options,
        noise: undefined,
        camera: frontalCamera({ widthPx: 1, heightPx: 1, sourceToDetectorMm: 1e5 }),
      };
      const reference = referenceExposure({
        ...small,
        areaDensity: { ...small.camera, materials: [], gPerCm2: new Float32Array(0) },
      });
      const [expected, variance] = [reference.meanKeV[0], reference.varianceKeV2[0]];
      const { energyKeV } = expose(options);
      const n = energyKeV.length;
      const count = expected ** 2 / variance;
      // Four z-values over both charges; Šidák at 0.01: 3.02. The quadrature adds 1e-4.
      expect(Math.abs(mean(energyKeV) - expected)).toBeLessThan(
        3.02 * Math.sqrt(variance / n) + 1e-4 * expected,
      );
      const got = mean(energyKeV, (energy) => (energy - expected) ** 2);
      expect(Math.abs(got / variance - 1)).toBeLessThan(3.02 * Math.sqrt((2 + 1 / count) / n) + 1e-4);
      const photons = options.spectrum.photonsPerMm2PerMas;
      const energies = options.spectrum.energyKeV;
      const efficiency = absorptionEfficiency(panel, energies);
      const absorbed = photons.reduce((sum, value, i) => sum + value * efficiency[i], 0);
      const meanEnergy =
        photons.reduce((sum, value, i) => sum + value * efficiency[i] * energies[i], 0) / absorbed;
      expect((got / expected) * panel.swankFactor).toBeGreaterThan(1.02 * meanEnergy);
    },
  );

  it("grows relative to the signal as 1/√dose", () => {
    const relative = [1, 4, 16].map((mas, seed) => {
      const { energyKeV } = expose(
        flatField({ detector: quantumOnly, spectrum: kramersSpectrum(80), mas, seed }),
      );
      const level = mean(energyKeV);
      return Math.sqrt(mean(energyKeV, (energy) => (energy - level) ** 2)) / level;
    });
    // Each standard deviation is known to 1/√(2 · 65536) = 0.28 %; ratios to 0.39 %; two tests at 0.01: 2.81 σ.
    expect(Math.abs(relative[0] / relative[1] / 2 - 1)).toBeLessThan(2.81 * 0.0039);
    expect(Math.abs(relative[1] / relative[2] / 2 - 1)).toBeLessThan(2.81 * 0.0039);
  });
});

describe("electronic noise", () => {
  it("is white and has its own variance, independent of dose", () => {
    const detector = { ...panel, saturationKermaMicroGy: 1e9 };
    const { energyKeV } = expose(flatField({ detector, spectrum: lineSpectrum(60), mas: 0, seed: 31 }));
    const n = energyKeV.length;
    const product = (shift: number): number =>
      energyKeV.reduce((sum, e, i) => sum + e * (energyKeV[i + shift] ?? 0), 0) / n;
    const sigma2 = panel.electronicNoiseKeV ** 2;
    // Four z-values, 0.01: 3.02.
    expect(Math.abs(product(0) / sigma2 - 1)).toBeLessThan(3.02 * Math.sqrt(2 / n));
    for (const shift of [1, 2, 256])
      expect(Math.abs(product(shift) / sigma2)).toBeLessThan(3.02 / Math.sqrt(n));
  });
});

describe("the noise power spectrum", () => {
  const PATCH = 32;

  /** Mean of |DFT|² / pixels over all patches of an image with the mean taken off; [fv][fu], fu up to Nyquist. */
  function noisePower(image: Float32Array, sizePx: number): Float64Array[] {
    const level = mean(image);
    const cosine = Float64Array.from({ length: PATCH }, (_, i) => Math.cos((2 * Math.PI * i) / PATCH));
    const sine = Float64Array.from({ length: PATCH }, (_, i) => Math.sin((2 * Math.PI * i) / PATCH));
    const power = Array.from({ length: PATCH }, () => new Float64Array(PATCH / 2 + 1));
    const patches = (sizePx / PATCH) ** 2;
    for (let top = 0; top < sizePx; top += PATCH)
      for (let left = 0; left < sizePx; left += PATCH) {
        const rows = Array.from({ length: PATCH }, (_, y) =>
          Array.from(power[0], (_, fu) => {
            let [re, im] = [0, 0];
            for (let x = 0; x < PATCH; x++) {
              const value = image[(top + y) * sizePx + left + x] - level;
              re += value * cosine[(fu * x) % PATCH];
              im -= value * sine[(fu * x) % PATCH];
            }
            return [re, im];
          }),
        );
        for (let fv = 0; fv < PATCH; fv++)
          for (let fu = 0; fu <= PATCH / 2; fu++) {
            let [re, im] = [0, 0];
            for (let y = 0; y < PATCH; y++) {
              const [a, b] = rows[y][fu];
              const [c, s] = [cosine[(fv * y) % PATCH], -sine[(fv * y) % PATCH]];
              re += a * c - b * s;
              im += a * s + b * c;
            }
            power[fv][fu] += (re * re + im * im) / PATCH ** 2 / patches;
          }
      }
    return power;
  }

  it.each([0.194, 0.58])("follows the squared MTF, folded at Nyquist, with %d mm pixels", (pitchMm) => {
    const detector = { ...panel, electronicNoiseKeV: 0, saturationKermaMicroGy: 1e9 };
    const sizePx = 512;
    const options = flatField({
      detector,
      spectrum: lineSpectrum(60),
      mas: masForCount(500),
      seed: 41,
      sizePx,
      pitchMm,
    });
    const image = expose(options).energyKeV;
    const level = mean(image);
    const perPixel = (level * 60) / panel.swankFactor; // variance of white quantum noise: N E² / Swank
    const power = noisePower(image, sizePx);

    // What a patch shows on average: the kernel's power smeared by the patch's Fejér window in both directions.
    const kernels = panel.spread.map(({ sigmaMm }) => quantumNoiseKernel(sigmaMm, pitchMm));
    const FINE = 128;
    const transfer = kernels.map((kernel) =>
      Float64Array.from({ length: FINE }, (_, i) => kernelTransfer(kernel, i / FINE)),
    );
    const fejer = (f: number): number => {
      const s = Math.sin(Math.PI * f);
      return Math.abs(s) < 1e-9 ? PATCH : Math.sin(Math.PI * PATCH * f) ** 2 / s ** 2 / PATCH;
    };
    const smeared = (fu: number, fv: number): number => {
      let sum = 0;
      for (let i = 0; i < FINE; i++)
        for (let j = 0; j < FINE; j++) {
          const amplitude = panel.spread.reduce(
            (total, { weight }, c) => total + weight * transfer[c][i] * transfer[c][j],
            0,
          );
          sum += amplitude ** 2 * fejer(fu - i / FINE) * fejer(fv - j / FINE);
        }
      return sum / FINE ** 2;
    };
    const ratios: number[] = [];
    for (const fu of [1, 3, 6, 9, 12, 16])
      for (const fv of [0, 2, 5, 8, 13])
        ratios.push(power[fv][fu] / perPixel / smeared(fu / PATCH, fv / PATCH));
    // Each is a mean of 256 exponential variables (of χ²₁ at fu = 16, fv = 0): 6.3 % (8.8 %). 60 ratios in both tests at
    // level 0.01: 3.76 σ. Their mean is known to 6.5 % / √30 = 1.2 %: 2.8 σ, with 1 % for what the taps leave out.
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(3.76 * 0.088);
    expect(Math.abs(mean(ratios) - 1)).toBeLessThan(2.8 * 0.012 + 0.01);
  });

  it("of the kernels is the folded presampled MTF² within 4 % at every pixel size", () => {
    const folded = (pitchMm: number, fu: number, fv: number): number => {
      let sum = 0;
      const along = (sigmaMm: number, f: number): number =>
        presampledMtf([{ weight: 1, sigmaMm }], pitchMm, f / pitchMm);
      for (let k = -8; k <= 8; k++)
        for (let l = -8; l <= 8; l++)
          sum +=
            panel.spread.reduce(
              (total, { weight, sigmaMm }) =>
                total + weight * along(sigmaMm, fu + k) * along(sigmaMm, fv + l),
              0,
            ) ** 2;
      return sum;
    };
    let worst = 0;
    for (const pitchMm of [0.139, 0.194, 0.388, 0.58, 1.55])
      for (const [fu, fv] of [
        [0, 0],
        [0.1, 0],
        [0.25, 0],
        [0.25, 0.25],
        [0.4, 0.1],
        [0.4, 0.4],
        [0.5, 0],
        [0.5, 0.5],
      ]) {
        const amplitude = panel.spread.reduce((total, { weight, sigmaMm }) => {
          const kernel = quantumNoiseKernel(sigmaMm, pitchMm);
          return total + weight * kernelTransfer(kernel, fu) * kernelTransfer(kernel, fv);
        }, 0);
        worst = Math.max(worst, Math.abs(amplitude ** 2 / folded(pitchMm, fu, fv) - 1));
      }
    // Amplitudes of three Gaussians are added where powers should be; the excess is largest between half and full Nyquist.
    expect(worst).toBeLessThan(0.04);
  });
});
