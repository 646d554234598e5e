import { describe, expect, it } from "vitest";
import type { DetectorModel } from "../../src/detector/detector-model.ts";
import { pixelResponse } from "../../src/detector/detector-model.ts";
import {
  detectorModelById,
  detectorModelOfDevice,
  detectorModels,
} from "../../src/detector/detector-presets.ts";
import { expose } from "../../src/detector/expose.ts";
import { devices } from "../../src/geometry/device.ts";
import { massAttenuationCm2PerG } from "../../src/material/attenuation.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { frontalCamera, lineSpectrum } from "./stand-in-beam.ts";

const panel = detectorModelById("a-si-radiography");
const water = materialByName("water");

/** A wedge of water across a row of pixels without light spread; transmission falls from 1 to 1e-4. */
function wedge(mas: number, detector: DetectorModel = panel) {
  const camera = frontalCamera({ widthPx: 200, heightPx: 1, pitchMm: 0.139, sourceToDetectorMm: 1000 });
  const mu = massAttenuationCm2PerG(water, 60);
  const gPerCm2 = Float32Array.from({ length: 200 }, (_, u) => (Math.log(1e4) * u) / 199 / mu);
  return expose({
    areaDensity: { ...camera, materials: ["water"], gPerCm2 },
    materials: [water],
    camera,
    spectrum: lineSpectrum(60),
    mas,
    detector: { ...detector, electronicNoiseKeV: 0 },
    noise: undefined,
    scatter: { kind: "none" },
  });
}

describe("the read-out", () => {
  it("saturates: energy stops at the full well, digital values at the largest", () => {
    const open = wedge(1).openFieldKeV;
    const { fullWellKeV } = pixelResponse(panel, [0.139, 0.139]);
    const exposure = wedge((20 * fullWellKeV) / open);
    expect(exposure.fullWellKeV).toBe(fullWellKeV);
    expect(Math.max(...exposure.energyKeV)).toBe(Math.fround(fullWellKeV));
    expect(exposure.digital[0]).toBe(65535);
    // Transmission 1/20 of the wedge lies at 65.05 % of 199 steps; the blur shifts that by less than a pixel.
    const crossing = (199 * Math.log(20)) / Math.log(1e4);
    expect(Math.abs(exposure.saturatedPx - crossing)).toBeLessThan(2);
    expect(exposure.energyKeV[199]).toBeLessThan(fullWellKeV);
    expect(wedge((0.5 * fullWellKeV) / open).saturatedPx).toBe(0);
  });

  it("quantises to the nearest whole digital value of energy times gain plus offset", () => {
    const exposure = wedge(1);
    exposure.digital.forEach((value, u) => {
      const wanted = exposure.energyKeV[u] * exposure.digitalPerKeV + 100;
      // Half a step, and float32 of values up to 65535 (2⁻²⁴ relative, twice).
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(0.5 + 0.008);
    });
  });

  it("clips below at zero where noise is negative", () => {
    const camera = frontalCamera({ widthPx: 64, heightPx: 64 });
    const detector = { ...panel, electronicNoiseKeV: 1e4, offsetDigital: 0 };
    const exposure = expose({
      areaDensity: { ...camera, materials: [], gPerCm2: new Float32Array(0) },
      materials: [],
      camera,
      spectrum: lineSpectrum(60),
      mas: 0,
      detector,
      noise: { key: [3, 4] },
      scatter: { kind: "none" },
    });
    expect(Math.min(...exposure.energyKeV)).toBeLessThan(0);
    const below = exposure.digital.filter((_, i) => exposure.energyKeV[i] < 0);
    expect(below.every((value) => value === 0)).toBe(true);
  });

  it("keeps fewer bits if the panel has fewer", () => {
    const exposure = wedge(1e3, { ...panel, bits: 12 });
    expect(Math.max(...exposure.digital)).toBe(4095);
  });
});

describe("pixels of another size", () => {
  it("are native pixels added up: n times the energy and the full well, √n times the electronic noise", () => {
    for (const model of detectorModels) {
      const native = pixelResponse(model, [model.nativePitchMm, model.nativePitchMm]);
      const binned = pixelResponse(model, [3 * model.nativePitchMm, 3 * model.nativePitchMm]);
      expect(binned.fullWellKeV / native.fullWellKeV).toBeCloseTo(9, 10);
      expect(binned.electronicNoiseKeV / native.electronicNoiseKeV).toBeCloseTo(3, 10);
      expect(native.electronicNoiseKeV).toBeCloseTo(model.electronicNoiseKeV, 10);
    }
  });

  it("have their electronic noise under one digital unit on the radiography panel, as published", () => {
    const { electronicNoiseKeV, digitalPerKeV } = pixelResponse(panel, [0.139, 0.139]);
    expect(electronicNoiseKeV * digitalPerKeV).toBeLessThan(1);
  });
});

describe("the presets", () => {
  it("have weights that add up to 1 and exist for every device", () => {
    for (const model of detectorModels)
      expect(model.spread.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 10);
    for (const device of devices) expect(detectorModelOfDevice(device.id).nativePitchMm).toBeGreaterThan(0.1);
    expect(() => detectorModelById("film")).toThrow(/no detector "film"/);
  });
});
