import { describe, expect, it } from "vitest";
import { airKermaMicroGyPerMas } from "../../src/beam/air-kerma.ts";
import { TUNGSTEN_K_EDGE_KEV, tungstenKLines } from "../../src/beam/characteristic-lines.ts";
import { halfValueLayersMm } from "../../src/beam/half-value-layer.ts";
import { meanEnergyKeV } from "../../src/beam/mean-energy.ts";
import type { Spectrum } from "../../src/beam/spectrum.ts";
import type { TungstenTube } from "../../src/beam/tungsten-spectrum.ts";
import { InputError } from "../../src/error/input-error.ts";
import { spekPyBeams, spekPyHeel } from "./spekpy-beams.ts";
import { tube } from "./tubes.ts";

const voltages = [40, 52.3, 60, 69.5, 70, 80, 100.7, 120, 150];
const hvl = (spectrum: Spectrum) => halfValueLayersMm(spectrum, "Al").first;

/** Photons in a window above the straight line between the bins on its two sides. */
function peak(spectrum: Spectrum, from: number, to: number): number {
  const { energyKeV, photonsPerMm2PerMas: photons } = spectrum;
  const inside = [...energyKeV.keys()].filter((bin) => energyKeV[bin] > from && energyKeV[bin] < to);
  const [low, high] = [photons[inside[0] - 1], photons[inside[inside.length - 1] + 1]];
  return inside.reduce(
    (sum, bin, i) => sum + photons[bin] - (low + ((high - low) * (i + 1)) / (inside.length + 1)),
    0,
  );
}

describe("Duane and Hunt", () => {
  it.each(voltages)("no photon of a %d kV tube has more than the electrons' energy", (kv) => {
    for (const binKeV of [0.5, 0.3, 1]) {
      const { energyKeV, photonsPerMm2PerMas } = tube(kv, {}, { binKeV });
      const last = energyKeV.length - 1;
      // The last bin ends at the voltage; positions of bins are sums of halves, exact to rounding.
      expect(Math.abs(energyKeV[last] + binKeV / 2 - kv)).toBeLessThan(1e-9);
      expect(photonsPerMm2PerMas[last]).toBeGreaterThan(0);
      // The continuum falls to zero at the limit: the last bin has less than a twentieth of the largest (half a bin of many).
      expect(photonsPerMm2PerMas[last]).toBeLessThan(0.05 * Math.max(...photonsPerMm2PerMas));
    }
  });

  it("every bin holds a finite number of photons, none negative, in equal bins from 5 keV", () => {
    for (const kv of voltages)
      for (const anodeAngleDeg of [5, 12, 30]) {
        const { energyKeV, photonsPerMm2PerMas } = tube(kv, {}, { anodeAngleDeg });
        expect(photonsPerMm2PerMas.every((count) => Number.isFinite(count) && count > 0)).toBe(true);
        expect(energyKeV[0]).toBeGreaterThanOrEqual(5.25 - 1e-9);
        expect(energyKeV.every((e, i) => i === 0 || Math.abs(e - energyKeV[i - 1] - 0.5) < 1e-9)).toBe(true);
      }
  });
});

describe("characteristic lines", () => {
  it("do not come below the K edge", () => {
    expect(TUNGSTEN_K_EDGE_KEV).toBe(69.525);
    const below = tube(69.5);
    // Without lines the window differs from a straight line by its curvature only: less than 1 % of what it holds.
    const held = below.photonsPerMm2PerMas.filter((_, bin) => Math.abs(below.energyKeV[bin] - 58.5) < 1.5);
    expect(Math.abs(peak(below, 57, 60))).toBeLessThan(0.01 * held.reduce((a, b) => a + b, 0));
    expect(peak(tube(75), 57, 60)).toBeGreaterThan(0);
  });

  it("lie at their energies with the shares of the data booklet, whatever the bins", () => {
    expect(tungstenKLines.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const binKeV of [0.1, 0.5]) {
      const spectrum = tube(120, {}, { binKeV });
      const [alpha2, alpha1] = [peak(spectrum, 57.1, 58.6), peak(spectrum, 58.8, 60.1)];
      // Kα2 : Kα1 = 58 : 100 at birth; the anode weakens 57.98 keV by some 2 % more than 59.32 keV.
      expect(Math.abs(alpha2 / alpha1 / 0.58 - 1)).toBeLessThan(0.03);
    }
  });

  it("are a part of the K photons that grows with the voltage", () => {
    const part = [75, 90, 110, 130, 150].map((kv) => {
      const spectrum = tube(kv);
      const total = spectrum.photonsPerMm2PerMas.reduce((a, b) => a + b, 0);
      return peak(spectrum, 57.4, 60) / total;
    });
    expect(part).toEqual(part.toSorted((a, b) => a - b));
    expect(part[4]).toBeLessThan(0.15);
  });
});

describe("the beam hardens", () => {
  it.each(["Al", "Cu", "water", "air", "Be"])(
    "behind more %s: mean energy and half-value layer rise, kerma falls",
    (material) => {
      const thickness = material === "air" ? 1000 : material === "Cu" ? 0.1 : 2;
      for (const kv of [50, 80, 120]) {
        // Below the K edge of nothing in these filters: each absorbs low energies more.
        const beams = [0, 1, 2, 4].map((n) =>
          tube(kv, { Al: 1, [material]: (material === "Al" ? 1 : 0) + n * thickness }),
        );
        for (let n = 1; n < beams.length; n++) {
          expect(meanEnergyKeV(beams[n])).toBeGreaterThan(meanEnergyKeV(beams[n - 1]));
          expect(hvl(beams[n])).toBeGreaterThan(hvl(beams[n - 1]));
          expect(airKermaMicroGyPerMas(beams[n], 1000)).toBeLessThan(
            airKermaMicroGyPerMas(beams[n - 1], 1000),
          );
        }
      }
    },
  );

  it("with the voltage: mean energy, half-value layer and output rise", () => {
    const beams = voltages.map((kv) => tube(kv));
    for (const law of [meanEnergyKeV, hvl, (s: Spectrum) => airKermaMicroGyPerMas(s, 1000)]) {
      const values = beams.map(law);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
  });

  it("two layers of a filter are one of their sum, in any order", () => {
    const parts = [
      { material: "Al", thicknessMm: 1 },
      { material: "Cu", thicknessMm: 0.1 },
      { material: "Al", thicknessMm: 1.5 },
    ];
    const one = tube(80, {}, { filters: parts });
    const other = tube(80, { Cu: 0.1, Al: 2.5 });
    one.photonsPerMm2PerMas.forEach((count, bin) => {
      // Optical depths up to 300 at 5 keV, each rounded to 2^-53 of itself, a few times.
      expect(Math.abs(count / other.photonsPerMm2PerMas[bin] - 1)).toBeLessThan(1e-12);
    });
  });
});

describe("heel effect", () => {
  it("towards the anode the beam is weaker and harder, towards the cathode stronger and softer", () => {
    for (const kv of [60, 80, 120]) {
      const beams = [-10, -5, 0, 5, 10].map((towardsAnodeDeg) => tube(kv, { Al: 2.5 }, { towardsAnodeDeg }));
      const kerma = beams.map((beam) => airKermaMicroGyPerMas(beam, 1000));
      const layers = beams.map(hvl);
      expect(kerma).toEqual(kerma.toSorted((a, b) => b - a));
      expect(layers).toEqual(layers.toSorted((a, b) => a - b));
    }
  });

  it("depends only on the angle between the ray and the anode's surface", () => {
    expect(tube(80, {}, { anodeAngleDeg: 12, towardsAnodeDeg: 4 }).photonsPerMm2PerMas).toEqual(
      tube(80, {}, { anodeAngleDeg: 8 }).photonsPerMm2PerMas,
    );
  });

  it.each(spekPyHeel)("is SpekPy's %d mm off the axis at 1 m", (offAxisMm, kermaMicroGy, hvlMmAl) => {
    const towardsAnodeDeg = -(Math.atan(offAxisMm / 1000) * 180) / Math.PI;
    const beam = tube(80, { Al: 2.5 }, { towardsAnodeDeg });
    const kerma = airKermaMicroGyPerMas(beam, Math.hypot(1000, offAxisMm));
    // The stated accuracy of the model: 3 %.
    expect(Math.abs(kerma / kermaMicroGy - 1)).toBeLessThan(0.03);
    expect(Math.abs(hvl(beam) / hvlMmAl - 1)).toBeLessThan(0.03);
  });
});

describe("an independent model", () => {
  it.each(spekPyBeams)(
    "SpekPy at %d kV, %d° anode, %d mm Al, none of which the fit has seen",
    (kv, anodeAngleDeg, Al, hvlMmAl, hvlMmCu, meanKeV, kermaMicroGy) => {
      const beam = tube(kv, { Al }, { anodeAngleDeg });
      // Measured: at most 1.2 % in half-value layers, 0.3 % in mean energy, 1.6 % in output. The stated accuracy is 3 %.
      expect(Math.abs(hvl(beam) / hvlMmAl - 1)).toBeLessThan(0.03);
      expect(Math.abs(halfValueLayersMm(beam, "Cu").first / hvlMmCu - 1)).toBeLessThan(0.03);
      expect(Math.abs(meanEnergyKeV(beam) / meanKeV - 1)).toBeLessThan(0.01);
      expect(Math.abs(airKermaMicroGyPerMas(beam, 1000) / kermaMicroGy - 1)).toBeLessThan(0.03);
    },
  );
});

describe("the width of the bins", () => {
  it.each([60, 80, 120])("does not matter at %d kV", (kv) => {
    const finest = tube(kv, { Al: 2.5 }, { binKeV: 0.1 });
    for (const [binKeV, bound] of [
      [0.25, 1e-3],
      [0.5, 1e-3],
      // Wide bins blur tungsten's K edge and the steep flank at low energies: error of second order, 16 times that of 0.25 keV.
      [1, 2e-3],
      [2, 8e-3],
    ]) {
      const beam = tube(kv, { Al: 2.5 }, { binKeV });
      for (const law of [meanEnergyKeV, hvl, (s: Spectrum) => airKermaMicroGyPerMas(s, 1000)])
        expect(Math.abs(law(beam) / law(finest) - 1)).toBeLessThan(bound);
    }
  });
});

describe("impossible tubes are refused", () => {
  const cases: readonly (readonly [string, Partial<TungstenTube>])[] = [
    ["voltage", { kv: 39 }],
    ["voltage", { kv: 151 }],
    ["voltage", { kv: Number.NaN }],
    ["anode angle", { anodeAngleDeg: 4 }],
    ["anode angle", { anodeAngleDeg: Number.POSITIVE_INFINITY }],
    ["surface", { towardsAnodeDeg: 12 }],
    ["energy bin", { binKeV: 0 }],
    ["energy bin", { binKeV: -1 }],
    ["thickness", { filters: [{ material: "Al", thicknessMm: -1 }] }],
    ["thickness", { filters: [{ material: "Al", thicknessMm: Number.NaN }] }],
    ["unobtainium", { filters: [{ material: "unobtainium", thicknessMm: 1 }] }],
  ];
  it.each(cases)("%s: %j", (named, wrong) => {
    const attempt = () => tube(80, {}, wrong);
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(named);
  });
});
