import { describe, expect, test } from "vitest";
import { lpsRayFromPixel } from "../../src/geometry/camera.ts";
import { slab, simulated } from "./phantoms.ts";

/** Attenuation per HU and mm of the grey simulators: (0.02683 − 0.02485e-4) · 1e-3. */
const K = 2.6827515e-5;
const SIZE = 33;

/** A slab of water that fills the beam: 240 mm square, `thicknessMm` front to back, in 4 mm voxels. */
const water = (thicknessMm: number, hu = 0) => ({ ct: slab([60, thicknessMm / 4, 60], 4, hu) });
const centre = (values: ArrayLike<number>) => values[Math.floor(values.length / 2)];

describe("a slab of water", () => {
  test.each([
    ["naive", 1000],
    ["heuristic", 130],
  ] as const)("shows %s as %i HU · k · d / cos of the ray's angle, exactly", async (simulator, aboveZero) => {
    for (const thicknessMm of [40, 200]) {
      const { image, placed } = await simulated(water(thicknessMm), { simulator, sizePx: SIZE });
      const ray = lpsRayFromPixel(placed.camera);
      for (let v = 0; v < SIZE; v += 4)
        for (let u = 0; u < SIZE; u += 4) {
          const d = [0, 3, 6].map((row) => ray[row] * u + ray[row + 1] * v + ray[row + 2]);
          // The ray advances by 1 mm towards the panel for each |d| of its length; the slab's sides are outside the beam.
          const expected = aboveZero * K * thicknessMm * Math.hypot(...d);
          // CT numbers are kept as whole numbers; what is left is float32: 50 sums of 2^−24 each.
          expect(Math.abs(image.values[v * SIZE + u] / expected - 1), `${u}, ${v}`).toBeLessThan(1e-5);
        }
    }
  });

  test("is invisible to the heuristic simulator as fat, and half as strong to the naive one at −500 HU", async () => {
    const fat = await simulated(water(80, -140), { simulator: "heuristic", sizePx: SIZE });
    expect(Math.max(...fat.image.values)).toBe(0);
    const lung = await simulated(water(80, -500), { simulator: "naive", sizePx: SIZE });
    expect(centre(lung.image.values)).toBeCloseTo(500 * K * 80, 6);
  });

  test("hardens the beam of the realistic simulator, and only of that", async () => {
    const attenuationPerCm = async (simulator: "naive" | "realistic", processing: "log" | "raw") => {
      const values: number[] = [];
      for (const thicknessMm of [40, 80, 160, 240]) {
        const { picture, exposure } = await simulated(water(thicknessMm), {
          simulator,
          processing,
          sizePx: SIZE,
          noise: false,
          beam: { kv: 80, mas: 1 },
        });
        // Raw: digital units above an offset of 100; so much for so many mAs.
        const value = centre(picture.values);
        values.push(simulator === "naive" ? value : Math.log(value - 100));
        expect(exposure?.saturatedPx ?? 0).toBe(0);
      }
      const thicknessCm = [4, 8, 16, 24];
      return values.slice(1).map((value, n) => (value - values[n]) / (thicknessCm[n + 1] - thicknessCm[n]));
    };
    const naive = await attenuationPerCm("naive", "log");
    for (const perCm of naive) expect(perCm).toBeCloseTo(1000 * K * 10, 5);
    const realistic = (await attenuationPerCm("realistic", "raw")).map((perCm) => -perCm);
    expect(realistic[1]).toBeLessThan(realistic[0]);
    expect(realistic[2]).toBeLessThan(realistic[1]);
    // Between water at the 80 keV of the hardest photon and at 35 keV, below the mean of the beam.
    for (const perCm of realistic) {
      expect(perCm).toBeGreaterThan(0.1837);
      expect(perCm).toBeLessThan(0.31);
    }
  });

  test("has its mass along every ray: area density is density times path", async () => {
    const { image } = await simulated(water(120), { quantity: "area-density", sizePx: SIZE });
    const [materials, height, width] = image.shape;
    expect([materials, height, width]).toEqual([4, SIZE, SIZE]);
    expect(image.channels).toEqual(["soft tissue", "adipose", "bone", "ti-6al-4v"]);
    const middle = image.channels.map((_, m) => image.values[m * SIZE * SIZE + (SIZE * SIZE - 1) / 2]);
    // Attenuation of water at 70 keV from 12 cm of two tissues whose densities near 1 differ from it by their composition.
    expect(Math.abs(middle.reduce((a, b) => a + b, 0) / 12 - 1)).toBeLessThan(0.02);
    expect(middle[2] + middle[3]).toBe(0);
  });
});

test("quantum noise falls as the root of the tube charge, and can be switched off", async () => {
  const relativeNoise = async (mas: number) => {
    const shot = (noise: boolean) =>
      simulated(water(120), { processing: "raw", sizePx: 65, noise, beam: { mas } });
    const [noisy, clean] = [await shot(true), await shot(false)];
    expect(clean.exposure?.saturatedPx).toBe(0);
    let sum = 0;
    noisy.picture.values.forEach((value, n) => {
      const expected = clean.picture.values[n] - 100;
      sum += ((value - 100 - expected) / expected) ** 2;
    });
    return Math.sqrt(sum / clean.picture.values.length);
  };
  const [little, much] = [await relativeNoise(0.1), await relativeNoise(1.6)];
  // Sixteen times the charge, a quarter of the noise. Rounding to digital units adds 1/√12 of a unit to each; 4225
  // pixels know a standard deviation to 1.1 %, a ratio to 1.6 %: five of these.
  expect(Math.abs(little / much / 4 - 1), `${little} against ${much}`).toBeLessThan(0.08);
});
