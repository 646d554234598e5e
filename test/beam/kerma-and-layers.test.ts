import { describe, expect, it } from "vitest";
import { airKermaMicroGyPerMas } from "../../src/beam/air-kerma.ts";
import { filteredSpectrum } from "../../src/beam/filter.ts";
import { halfValueLayersMm } from "../../src/beam/half-value-layer.ts";
import { meanEnergyKeV } from "../../src/beam/mean-energy.ts";
import { InputError } from "../../src/error/input-error.ts";
import { massAttenuationCm2PerG } from "../../src/material/attenuation.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { filtersOf, monoenergetic, tube } from "./tubes.ts";

/** Sums of some 300 positive terms and a root: relative rounding well below this. */
const ROUNDING = 1e-10;

describe("air kerma", () => {
  it("falls with the square of the distance", () => {
    const beam = tube(80);
    const at1m = airKermaMicroGyPerMas(beam, 1000);
    for (const distanceMm of [250, 500, 1020, 1800, 3000])
      expect(
        Math.abs((airKermaMicroGyPerMas(beam, distanceMm) * distanceMm ** 2) / 1e6 / at1m - 1),
      ).toBeLessThan(1e-14);
  });

  it.each([
    [20, 0.5389],
    [30, 0.1537],
    [40, 0.06833],
    [50, 0.04098],
    [60, 0.03041],
    [80, 0.02407],
    [100, 0.02325],
  ])("of one energy, %d keV, is N E μ_en/ρ with the μ_en/ρ of NIST", (energy, nistCm2PerG) => {
    // 1e5 photons per mm² are 1e7 per cm²; keV/g to µGy: 1.602176634e-16 J/keV · 1e3 g/kg · 1e6.
    const expected = 1e7 * energy * nistCm2PerG * 1.602176634e-7;
    // NIST prints four digits, and xraylib agrees with them within 0.15 % (with CS_Energy, the trap, it would be 34 % off at 20 keV).
    expect(Math.abs(airKermaMicroGyPerMas(monoenergetic(energy), 1000) / expected - 1)).toBeLessThan(0.002);
  });

  it("is proportional to the photons, and the mean energy does not depend on them", () => {
    const beam = tube(90);
    const twice = { ...beam, photonsPerMm2PerMas: beam.photonsPerMm2PerMas.map((count) => 2 * count) };
    expect(airKermaMicroGyPerMas(twice, 1000)).toBe(2 * airKermaMicroGyPerMas(beam, 1000));
    expect(meanEnergyKeV(twice)).toBe(meanEnergyKeV(beam));
    expect(meanEnergyKeV(monoenergetic(61.3))).toBe(61.3);
  });
});

describe("half-value layers", () => {
  it.each(["Al", "Cu", "water"])("of %s halve the kerma, and halve it again", (material) => {
    for (const kv of [40, 80, 150]) {
      const beam = tube(kv);
      const { first, second } = halfValueLayersMm(beam, material);
      const open = airKermaMicroGyPerMas(beam, 1000);
      for (const [thickness, fraction] of [
        [first, 0.5],
        [first + second, 0.25],
      ]) {
        const behind = filteredSpectrum(beam, filtersOf({ [material]: thickness }));
        expect(Math.abs(airKermaMicroGyPerMas(behind, 1000) / open / fraction - 1)).toBeLessThan(ROUNDING);
      }
    }
  });

  it("the second is thicker than the first, as a mixture of energies hardens, and nearly equal behind much filter", () => {
    for (const kv of [40, 60, 80, 100, 120, 150]) {
      const { first, second } = halfValueLayersMm(tube(kv), "Al");
      expect(second).toBeGreaterThan(first);
      const hard = halfValueLayersMm(tube(kv, { Al: 40 }), "Al");
      expect(hard.second / hard.first).toBeLessThan(second / first);
    }
  });

  it.each([15, 30, 60, 100, 149])("at one energy, %d keV, both are ln 2 / μ", (energy) => {
    const aluminium = materialByName("Al");
    const muPerMm = (massAttenuationCm2PerG(aluminium, energy) * aluminium.densityGPerCm3) / 10;
    const { first, second } = halfValueLayersMm(monoenergetic(energy), "Al");
    expect(Math.abs((first * muPerMm) / Math.LN2 - 1)).toBeLessThan(ROUNDING);
    expect(Math.abs(second / first - 1)).toBeLessThan(ROUNDING);
  });

  it("of no photons do not exist", () => {
    expect(() => halfValueLayersMm(monoenergetic(60, 0), "Al")).toThrow(InputError);
  });
});
