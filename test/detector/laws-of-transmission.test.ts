import { describe, expect, it } from "vitest";
import type { Spectrum } from "../../src/beam/spectrum.ts";
import { absorptionEfficiency } from "../../src/detector/detector-model.ts";
import { detectorModelById } from "../../src/detector/detector-presets.ts";
import { expose } from "../../src/detector/expose.ts";
import type { Camera } from "../../src/geometry/camera.ts";
import { massAttenuationCm2PerG } from "../../src/material/attenuation.ts";
import type { Material } from "../../src/material/material.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { frontalCamera, kramersSpectrum, lineSpectrum } from "./stand-in-beam.ts";

const detector = { ...detectorModelById("a-si-c-arm"), saturationKermaMicroGy: 1e9 };
const water = materialByName("water");

/** Energy per pixel behind the same slabs everywhere, without noise. */
function behindSlabs(options: {
  camera: Camera;
  spectrum: Spectrum;
  slabs: readonly (readonly [Material, number])[];
  mas?: number;
}): Float32Array {
  const { camera, slabs } = options;
  const pixels = camera.widthPx * camera.heightPx;
  const gPerCm2 = new Float32Array(slabs.length * pixels);
  slabs.forEach(([, grams], m) => gPerCm2.fill(grams, m * pixels, (m + 1) * pixels));
  const materials = slabs.map(([material]) => material);
  return expose({
    areaDensity: { ...camera, materials: materials.map(({ name }) => name), gPerCm2 },
    materials,
    camera,
    spectrum: options.spectrum,
    mas: options.mas ?? 1,
    detector,
    noise: undefined,
    scatter: { kind: "none" },
  }).energyKeV;
}

// One pixel on the axis: no blur, no obliquity. float32 sums of a few terms of depth τ: relative error below (4 + τ) · 2⁻²³.
const axis = frontalCamera({ widthPx: 1, heightPx: 1 });
const float32Bound = (depth: number): number => (4 + depth) * 2 ** -23;

describe("Beer and Lambert", () => {
  it.each([20, 60, 120])("hold for slabs of water at %i keV", (energy) => {
    const mu = massAttenuationCm2PerG(water, energy);
    const spectrum = lineSpectrum(energy);
    const [open] = behindSlabs({ camera: axis, spectrum, slabs: [[water, 0]] });
    for (const grams of [0.1, 1, 5, 10]) {
      const [behind] = behindSlabs({ camera: axis, spectrum, slabs: [[water, grams]] });
      expect(Math.abs((behind / open) * Math.exp(mu * grams) - 1)).toBeLessThan(float32Bound(mu * grams));
    }
  });

  it("gives the energy of the photons that are absorbed: N η E A", () => {
    const [energy] = behindSlabs({ camera: axis, spectrum: lineSpectrum(60, 1234), slabs: [], mas: 3 });
    const [efficiency] = absorptionEfficiency(detector, [60]);
    const expected = 3 * 1234 * (1000 / 1020) ** 2 * 0.194 ** 2 * efficiency * 60;
    expect(Math.abs(energy / expected - 1)).toBeLessThan(float32Bound(0));
  });

  it("hold for mixtures: area densities of materials superpose in the exponent", () => {
    const bone = materialByName("cortical bone");
    const spectrum = lineSpectrum(50);
    const at = (...slabs: [Material, number][]): number => behindSlabs({ camera: axis, spectrum, slabs })[0];
    const [open, both] = [at([water, 0]), at([water, 12], [bone, 2])];
    const ratio = (both * open) / (at([water, 12]) * at([bone, 2]));
    // Four values with τ up to 3.6.
    expect(Math.abs(ratio - 1)).toBeLessThan(4 * float32Bound(3.6));
  });
});

describe("a spectrum of many energies", () => {
  it("hardens: every further slab attenuates less than the one before", () => {
    const spectrum = kramersSpectrum(80);
    const energies = [0, 2, 4, 8, 16, 24, 32].map(
      (grams) => behindSlabs({ camera: axis, spectrum, slabs: [[water, grams]] })[0],
    );
    const perGram = [2, 2, 4, 8, 8, 8].map((step, i) => Math.log(energies[i] / energies[i + 1]) / step);
    for (let i = 1; i < perGram.length; i++) expect(perGram[i]).toBeLessThan(perGram[i - 1]);
    expect(perGram[5]).toBeGreaterThan(massAttenuationCm2PerG(water, 80));
  });
});

describe("the point source", () => {
  const spectrum = lineSpectrum(60);

  it("obeys the inverse square law on the axis", () => {
    const at = (sourceToDetectorMm: number): number =>
      behindSlabs({
        camera: frontalCamera({ widthPx: 1, heightPx: 1, sourceToDetectorMm }),
        spectrum,
        slabs: [],
      })[0];
    expect(Math.abs(at(1000) / at(2000) / 4 - 1)).toBeLessThan(2 * float32Bound(0));
    expect(Math.abs(at(1000) / at(1800) / 3.24 - 1)).toBeLessThan(2 * float32Bound(0));
  });

  it("exposes oblique pixels less by cos³ of the incidence", () => {
    // Pixels of 10 mm, far apart: the light spread does not reach the neighbours' differences at 1e-5.
    const camera = frontalCamera({ widthPx: 41, heightPx: 1, pitchMm: 10, sourceToDetectorMm: 1000 });
    const energy = behindSlabs({ camera, spectrum, slabs: [] });
    for (const u of [5, 12, 20, 33]) {
      const cosine = Math.cos(Math.atan(((u - 20) * 10) / 1000));
      expect(Math.abs(energy[u] / energy[20] / cosine ** 3 - 1)).toBeLessThan(1e-4);
    }
  });
});

describe("no tube charge", () => {
  it("leaves nothing but the offset", () => {
    const camera = frontalCamera({ widthPx: 5, heightPx: 3 });
    const exposure = expose({
      areaDensity: { ...camera, materials: [], gPerCm2: new Float32Array(0) },
      materials: [],
      camera,
      spectrum: kramersSpectrum(80),
      mas: 0,
      detector: { ...detector, electronicNoiseKeV: 0 },
      noise: { key: [1, 2] },
      scatter: { kind: "none" },
    });
    expect(exposure.energyKeV).toEqual(new Float32Array(15));
    expect(exposure.digital).toEqual(new Uint16Array(15).fill(100));
  });
});
