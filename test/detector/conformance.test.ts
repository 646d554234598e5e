import { describe, expect, it } from "vitest";
import { detectorKernel } from "../../src/detector/detector-kernel.ts";
import { detectorModelById } from "../../src/detector/detector-presets.ts";
import { expose } from "../../src/detector/expose.ts";
import type { ExposureOptions } from "../../src/detector/exposure.ts";
import { referenceExposure } from "../../src/detector/reference-exposure.ts";
import type { PixelRegion } from "../../src/geometry/camera.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { philox4x32 } from "../../src/random/philox.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { frontalCamera, kramersSpectrum } from "./stand-in-beam.ts";

const names = ["soft tissue", "cortical bone", "lung", "titanium"];

/** Smooth hills of four materials; titanium ends in an edge. */
function scene(widthPx: number, heightPx: number, pitchMm: number): Omit<ExposureOptions, "mas" | "noise"> {
  const gPerCm2 = new Float32Array(4 * widthPx * heightPx);
  for (let v = 0; v < heightPx; v++)
    for (let u = 0; u < widthPx; u++) {
      const hill = Math.exp(-(((u / widthPx - 0.5) / 0.3) ** 2) - ((v / heightPx - 0.4) / 0.4) ** 2);
      [18 * hill, 3 * hill * hill, 1 - hill, u > 0.7 * widthPx ? 0.8 : 0].forEach((grams, m) => {
        gPerCm2[(m * heightPx + v) * widthPx + u] = grams;
      });
    }
  return {
    areaDensity: { widthPx, heightPx, materials: names, gPerCm2 },
    materials: names.map((name) => materialByName(name)),
    camera: frontalCamera({ widthPx, heightPx, pitchMm, principalPixel: [widthPx * 0.2, heightPx * 0.7] }),
    spectrum: kramersSpectrum(80),
    detector: detectorModelById("a-si-c-arm"),
    scatter: { kind: "none" },
  };
}

const largestRelative = (got: Float32Array, wanted: Float64Array): number =>
  got.reduce((worst, value, i) => Math.max(worst, Math.abs(value / wanted[i] - 1)), 0);

describe("the kernel and the float64 reference", () => {
  it.each([0.194, 0.58])("agree on the expected image at %f mm within 1.1e-4", (pitch) => {
    const options = { ...scene(53, 37, pitch), mas: 0.002, noise: undefined };
    // 1e-4 of the quadrature, 1e-5 of float32 with optical depths under 40.
    expect(largestRelative(expose(options).energyKeV, referenceExposure(options).energyKeV)).toBeLessThan(
      1.1e-4,
    );
  });

  it.each([
    ["many photons", 0.02],
    ["few photons", 2e-6],
  ])("draw the same noise for %s", (_, mas) => {
    const options = { ...scene(53, 37, 0.194), mas, noise: { key: sampleKey(5, 6, "noise") } };
    const got = expose(options);
    const wanted = referenceExposure(options);
    const spread = wanted.varianceKeV2.map(Math.sqrt);
    // The random part differs by the quadrature's 1e-4 of five standard deviations and of the mean. A Poisson count
    // next to a step of its distribution may come out one higher or lower: few pixels, and their blurred neighbours.
    const off = got.energyKeV.reduce((count, value, i) => {
      const bound = 1.1e-4 * (Math.abs(wanted.meanKeV[i]) + 6 * (spread[i] + 50));
      return count + (Math.abs(value - wanted.energyKeV[i]) < bound ? 0 : 1);
    }, 0);
    expect(off).toBeLessThanOrEqual(mas < 1e-3 ? 0.05 * got.energyKeV.length : 0);
  });
});

describe("the functions of the kernel", () => {
  const kernel = detectorKernel();
  kernel.memory.grow(1);
  const evaluate = (
    kind: number,
    values: ArrayLike<number>,
    integers = false,
  ): Float32Array | Uint32Array => {
    const input = 65536 - 64;
    const memory = kernel.memory.buffer;
    (integers
      ? new Uint32Array(memory, input, values.length)
      : new Float32Array(memory, input, values.length)
    ).set(values);
    kernel.evaluate(input, 65536 - 32, kind);
    return kind >= 2 && kind <= 5
      ? new Uint32Array(memory, 65536 - 32, 4).slice()
      : new Float32Array(memory, 65536 - 32, 4).slice();
  };

  it("exp is right to 2.5e-7 relative: rounding of the polynomial and of the reduced argument", () => {
    let worst = 0;
    for (let i = 0; i < 4000; i++) {
      const x = Math.fround((-80 * i) / 4000);
      worst = Math.max(worst, Math.abs(evaluate(0, [x, x, x, x])[i % 4] / Math.exp(x) - 1));
    }
    expect(worst).toBeLessThan(2.5e-7);
    expect(evaluate(0, [-1000, -100, -88, 0])[3]).toBe(1);
  });

  it("ln is right to 2e-7 of the larger of its value and 1", () => {
    let worst = 0;
    for (let i = 1; i < 4000; i++) {
      const x = Math.fround((i * i) / 4000 ** 2);
      const wanted = Math.log(x);
      worst = Math.max(worst, Math.abs(evaluate(1, [x, x, x, x])[i % 4] - wanted) / Math.max(1, -wanted));
    }
    expect(worst).toBeLessThan(2e-7);
    expect(evaluate(1, [1, 1, 1, 1])[0]).toBe(0);
  });

  it("draws Philox words and the normal numbers made of them", () => {
    for (let first = 0; first < 400; first += 4) {
      const input = [first, first + 1, first + 2, first + 3, 0x89abcdef, 0x01234567];
      const words = [2, 3, 4, 5].map((kind) => evaluate(kind, input, true));
      const [z0, z1] = [evaluate(6, input, true), evaluate(7, input, true)];
      for (let lane = 0; lane < 4; lane++) {
        const wanted = philox4x32([first + lane, 0, 0, 0], [0x89abcdef, 0x01234567]);
        expect(words.map((word) => word[lane])).toEqual(wanted);
        const radius = Math.sqrt(-2 * Math.log(((wanted[0] >>> 8) + 1) / 2 ** 24));
        const angle = (((wanted[1] & 0x3fffffff) / 2 ** 30 - 0.5 + (wanted[1] >>> 30)) * Math.PI) / 2;
        // Radii go up to 5.8; the angle is good to 2⁻²⁴ of 45°.
        expect(Math.abs(z0[lane] - radius * Math.cos(angle))).toBeLessThan(2e-6);
        expect(Math.abs(z1[lane] - radius * Math.sin(angle))).toBeLessThan(2e-6);
      }
    }
  });
});

describe("an exposure", () => {
  const noise = { key: sampleKey(1, 2, "noise") };

  it("is the same bytes every time, and others for another key", () => {
    const options = { ...scene(61, 40, 0.194), mas: 0.002, noise };
    const digital = expose(options).digital;
    expect(expose(options).digital).toEqual(digital);
    expect(expose({ ...options, noise: { key: sampleKey(1, 3, "noise") } }).digital).not.toEqual(digital);
  });

  // 1030 × 1100 pixels of four materials are more than one chunk of rows; the region begins off any lane or chunk.
  it("of a region is that part of the whole image, away from its border", () => {
    const whole = { ...scene(1030, 1100, 0.3), mas: 0.001, noise };
    const region: PixelRegion = { column: 331, row: 500, widthPx: 57, heightPx: 71 };
    const gPerCm2 = new Float32Array(4 * 57 * 71);
    for (let m = 0; m < 4; m++)
      for (let v = 0; v < 71; v++)
        for (let u = 0; u < 57; u++)
          gPerCm2[(m * 71 + v) * 57 + u] = whole.areaDensity.gPerCm2[(m * 1100 + 500 + v) * 1030 + 331 + u];
    const areaDensity = { widthPx: 57, heightPx: 71, materials: names, gPerCm2 };
    const all = expose(whole);
    const part = expose({ ...whole, areaDensity, region });
    const reach = 20; // more than the longest blur kernel
    let compared = 0;
    for (let v = reach; v < 71 - reach; v++)
      for (let u = reach; u < 57 - reach; u++) {
        compared += Number(part.energyKeV[v * 57 + u] === all.energyKeV[(500 + v) * 1030 + 331 + u]);
      }
    expect(compared).toBe((71 - 2 * reach) * (57 - 2 * reach));
  });

  it("takes scatter in, with its own quantum noise", () => {
    const options = { ...scene(32, 32, 0.194), mas: 0.002, noise: undefined };
    const veil = 1e5;
    const plain = expose(options).energyKeV;
    const veiled = expose({
      ...options,
      scatter: {
        kind: "model",
        model: ({ primary }) => ({
          meanKeV: primary.meanKeV.map(() => veil),
          varianceKeV2: primary.varianceKeV2.map(() => veil * 50),
        }),
      },
    }).energyKeV;
    // The sum of up to 5e5 rounds to 2⁻²⁴ of itself at every step.
    for (let i = 0; i < plain.length; i++) expect(Math.abs(veiled[i] - plain[i] - veil)).toBeLessThan(1);
  });

  it("refuses what makes no exposure", () => {
    const options = { ...scene(16, 16, 0.194), mas: 0.002, noise: undefined };
    const code = (bad: Partial<ExposureOptions>): unknown => {
      try {
        return expose({ ...options, ...bad });
      } catch (error) {
        return (error as { code?: string; name: string }).code ?? (error as Error).name;
      }
    };
    expect(code({ mas: -1 })).toBe("exposure-mas");
    expect(code({ mas: Number.NaN })).toBe("exposure-mas");
    expect(code({ focalSpot: { sideMm: 0.6, sourceToObjectMm: 2000 } })).toBe("exposure-focal-spot");
    expect(code({ detector: { ...options.detector, bits: 20 } })).toBe("exposure-bits");
    expect(code({ materials: [] })).toBe("RangeError");
    const gPerCm2 = options.areaDensity.gPerCm2.slice();
    gPerCm2[7] = Number.NaN;
    expect(code({ areaDensity: { ...options.areaDensity, gPerCm2 } })).toBe("RangeError");
  });
});
