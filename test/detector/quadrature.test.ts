import { describe, expect, it } from "vitest";
import { absorptionEfficiency } from "../../src/detector/detector-model.ts";
import { detectorModelById } from "../../src/detector/detector-presets.ts";
import { nonNegativeLeastSquares } from "../../src/detector/non-negative-least-squares.ts";
import { spectralQuadrature } from "../../src/detector/spectral-quadrature.ts";
import { massAttenuationTable } from "../../src/material/attenuation.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { kramersSpectrum, lineSpectrum } from "./stand-in-beam.ts";

const detector = detectorModelById("a-si-c-arm");

describe("the quadrature of the spectrum", () => {
  const beams = [
    [50, ["soft tissue", "cortical bone", "lung", "titanium"]],
    [80, ["soft tissue", "cortical bone", "lung", "titanium"]],
    [120, ["adipose tissue", "muscle", "cortical bone", "316L"]],
    [80, ["water", "iodine-contrast-300"]],
    [110, ["water", "cortical bone", "bariumcontrast", "CoCr"]],
    [70, ["water"]],
  ] as const;

  it.each(beams)("meets the whole spectrum of %i kV behind %j within 1e-4", (kv, names) => {
    const spectrum = kramersSpectrum(kv);
    const materials = names.map((name) => materialByName(name));
    const quadrature = spectralQuadrature({ spectrum, detector, materials });
    const efficiency = absorptionEfficiency(detector, spectrum.energyKeV);
    const tables = materials.map((material) => massAttenuationTable(material, spectrum.energyKeV));
    const whole = (grams: number[], power: number): number =>
      spectrum.energyKeV.reduce((sum, energy, bin) => {
        const depth = grams.reduce((total, gram, m) => total + gram * tables[m][bin], 0);
        return sum + spectrum.photonsPerMm2PerMas[bin] * efficiency[bin] * energy ** power * Math.exp(-depth);
      }, 0);
    const few = (grams: number[], power: number): number =>
      quadrature.energyKeV.reduce((sum, energy, node) => {
        const depth = grams.reduce((total, gram, m) => total + gram * quadrature.massAttenuation[node][m], 0);
        return sum + quadrature.absorbedKeV[node] * energy ** (power - 1) * Math.exp(-depth);
      }, 0);
    // Mixtures that the fit has not seen: random, log-uniform over five decades, every material absent in one of three.
    const stream = randomStream([kv, names.length]);
    const open = whole(
      names.map(() => 0),
      1,
    );
    let worst = 0;
    let seen = 0;
    while (seen < 600) {
      const grams = names.map(() => (stream.uniform() < 0.33 ? 0 : 10 ** stream.uniformIn(-3, 2)));
      const mean = whole(grams, 1);
      if (mean < 1e-5 * open) continue;
      seen++;
      worst = Math.max(
        worst,
        Math.abs(few(grams, 1) / mean - 1),
        Math.abs(few(grams, 2) / whole(grams, 2) - 1),
      );
    }
    expect(worst).toBeLessThan(1e-4);
    expect(quadrature.energyKeV.length).toBeLessThanOrEqual(24);
    expect(quadrature.absorbedKeV.every((weight) => weight > 0)).toBe(true);
  });

  it("is one energy for one energy", () => {
    const quadrature = spectralQuadrature({
      spectrum: lineSpectrum(60),
      detector,
      materials: [materialByName("water")],
    });
    expect([...quadrature.energyKeV]).toEqual([60]);
    const [efficiency] = absorptionEfficiency(detector, [60]);
    expect(quadrature.absorbedKeV[0] / (1e5 * 60 * efficiency)).toBeCloseTo(1, 12);
  });

  it("needs no matter", () => {
    const spectrum = kramersSpectrum(80);
    const quadrature = spectralQuadrature({ spectrum, detector, materials: [] });
    expect(quadrature.largestError).toBeLessThan(1e-4);
  });
});

describe("non-negative least squares", () => {
  it("finds a sparse solution and leaves out what would be negative", () => {
    const columns = [
      [1, 0, 0],
      [0, 1, 1],
      [1, 1, 1.5],
    ].map((column) => Float64Array.from(column));
    const { columns: chosen, values } = nonNegativeLeastSquares(columns, Float64Array.of(1, 1, 1), {
      tolerance: 1e-12,
      mostColumns: 3,
    });
    const x = [0, 0, 0];
    chosen.forEach((column, i) => {
      x[column] = values[i];
    });
    expect(x[0]).toBeCloseTo(1, 10);
    expect(x[1]).toBeCloseTo(1, 10);
    expect(x[2]).toBeCloseTo(0, 10);
    expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
  });
});
