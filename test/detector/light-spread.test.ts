import { describe, expect, it } from "vitest";
import { detectorModelById, detectorModels } from "../../src/detector/detector-presets.ts";
import { expose } from "../../src/detector/expose.ts";
import type { ExposureOptions } from "../../src/detector/exposure.ts";
import {
  discreteGaussian,
  kernelTransfer,
  presampledMtf,
  quantumNoiseKernel,
  signalKernel,
} from "../../src/detector/light-spread.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { frontalCamera, lineSpectrum } from "./stand-in-beam.ts";

const panel = detectorModelById("a-si-c-arm");
const lead = materialByName("lead");

const variancePx2 = (kernel: Float32Array): number =>
  kernel.reduce((sum, tap, n) => sum + 2 * tap * n * n, 0);

describe("kernels of the light spread", () => {
  it("keep all light: their taps add up to 1", () => {
    // Twenty float32 taps.
    for (const pitch of [0.139, 0.194, 0.58, 1.5])
      for (const sigma of [0, 0.05, 0.15, 0.3])
        for (const kernel of [signalKernel(sigma, pitch), quantumNoiseKernel(sigma, pitch)])
          expect(Math.abs(kernelTransfer(kernel, 0) - 1)).toBeLessThan(20 * 2 ** -24);
  });

  it("of the signal are nowhere negative and as wide as spread and aperture together", () => {
    for (const pitch of [0.139, 0.194, 0.58])
      for (const sigma of [0, 0.05, 0.15, 0.3]) {
        const kernel = signalKernel(sigma, pitch);
        expect(Math.min(...kernel)).toBeGreaterThanOrEqual(0);
        // A transfer right to 0.1 % at f = 0.05 is a variance right to 0.001 / (2π² 0.05²) = 0.02 px².
        expect(Math.abs(variancePx2(kernel) - ((sigma / pitch) ** 2 + 1 / 12))).toBeLessThan(0.03);
      }
  });

  it("leave white noise white where light does not spread, at any pixel size", () => {
    for (const f of [0, 0.2, 0.5]) expect(kernelTransfer(quantumNoiseKernel(0, 0.2), f)).toBeCloseTo(1, 4);
  });

  it("of a discrete Gaussian are the modified Bessel functions: e^(−t) Iₙ(t)", () => {
    // e^(−1) I₀(1) = 0.465760, I₁ 0.207910, I₂ 0.049939 (Abramowitz and Stegun, table 9.8).
    const [zero, one, two] = discreteGaussian(1);
    expect(zero).toBeCloseTo(0.46576, 4);
    expect(one).toBeCloseTo(0.20791, 4);
    expect(two).toBeCloseTo(0.049939, 4);
  });
});

describe("the modulation transfer function", () => {
  it("is that of published CsI panels", () => {
    // 0.84 at 0.5 lp/mm with 0.14 mm pixels (FDA K223546); data sheets: about 0.55 to 0.60 at 1 and 0.24 to 0.35 at 2 lp/mm.
    const mtf = (f: number) => presampledMtf(panel.spread, 0.14, f);
    expect(Math.abs(mtf(0.5) - 0.84)).toBeLessThan(0.02);
    expect(mtf(1)).toBeGreaterThan(0.55);
    expect(mtf(1)).toBeLessThan(0.6);
    expect(mtf(2)).toBeGreaterThan(0.22);
    expect(mtf(2)).toBeLessThan(0.35);
  });

  it("of the signal kernels is the presampled one to 1.1 % up to 60 % of Nyquist, at every pixel size", () => {
    let worst = 0;
    for (const model of detectorModels)
      for (const binning of [1, 1.5, 2, 3, 5, 8])
        for (const f of [0.05, 0.1, 0.15, 0.2, 0.25, 0.3]) {
          const pitch = binning * model.nativePitchMm;
          const ours = model.spread.reduce(
            (sum, { weight, sigmaMm }) => sum + weight * kernelTransfer(signalKernel(sigmaMm, pitch), f),
            0,
          );
          worst = Math.max(worst, Math.abs(ours / presampledMtf(model.spread, pitch, f / pitch) - 1));
        }
    expect(worst).toBeLessThan(0.011);
  });

  it("lowers the contrast of a grating that is exposed", () => {
    const period = 12;
    const camera = frontalCamera({ widthPx: 120, heightPx: 1, sourceToDetectorMm: 1e4 });
    const gPerCm2 = Float32Array.from(
      { length: 120 },
      (_, u) => 1e-3 * (1 + Math.cos((2 * Math.PI * u) / period)),
    );
    const { energyKeV } = expose({ ...gratingOf(gPerCm2), camera });
    let [cosine, total] = [0, 0];
    for (let u = 24; u < 96; u++) {
      cosine += energyKeV[u] * Math.cos((2 * Math.PI * u) / period);
      total += energyKeV[u];
    }
    const sharp = gPerCm2.map((grams) => Math.exp(-grams * opacity));
    let [sharpCosine, sharpTotal] = [0, 0];
    for (let u = 24; u < 96; u++) {
      sharpCosine += sharp[u] * Math.cos((2 * Math.PI * u) / period);
      sharpTotal += sharp[u];
    }
    const measured = cosine / total / (sharpCosine / sharpTotal);
    const mtf = presampledMtf(panel.spread, 0.194, 1 / period / 0.194);
    // 0.5 % of the kernels at f = 1/12, and 3e-4 for float32 in a contrast of 0.4 %.
    expect(Math.abs(measured / mtf - 1)).toBeLessThan(0.006);
  });
});

describe("the focal spot", () => {
  it("widens the shadow of an edge by its image through the edge: variance (side (M − 1))² / 12", () => {
    const edge = Float32Array.from({ length: 120 }, (_, u) => (u < 60 ? 0 : 3));
    const focalSpot = { sideMm: 1.2, sourceToObjectMm: 6000 };
    const camera = frontalCamera({ widthPx: 120, heightPx: 1, sourceToDetectorMm: 1e4 });
    const widthOf = (exposure: { energyKeV: Float32Array }): number => {
      let [mass, first, second] = [0, 0, 0];
      for (let u = 30; u < 90; u++) {
        const drop = exposure.energyKeV[u] - exposure.energyKeV[u + 1];
        mass += drop;
        first += drop * u;
        second += drop * u * u;
      }
      return second / mass - (first / mass) ** 2;
    };
    const sharp = widthOf(expose({ ...gratingOf(edge), camera }));
    const blurred = widthOf(expose({ ...gratingOf(edge), camera, focalSpot }));
    const wanted = (1.2 * (10 / 6 - 1)) ** 2 / 12 / 0.194 ** 2;
    // Taps left out of the kernels count up to 1 % of the variance, as above.
    expect(Math.abs((blurred - sharp) / wanted - 1)).toBeLessThan(0.01);
  });
});

const opacity = 5.02; // μ/ρ of lead at 60 keV in cm²/g

function gratingOf(gPerCm2: Float32Array): Omit<ExposureOptions, "camera"> {
  return {
    areaDensity: { widthPx: gPerCm2.length, heightPx: 1, materials: ["lead"], gPerCm2 },
    materials: [lead],
    spectrum: lineSpectrum(60),
    mas: 1,
    detector: { ...panel, saturationKermaMicroGy: 1e9 },
    noise: undefined,
    scatter: { kind: "none" },
  };
}
