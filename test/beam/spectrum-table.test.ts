import { describe, expect, it } from "vitest";
import { airKermaMicroGyPerMas } from "../../src/beam/air-kerma.ts";
import { halfValueLayersMm } from "../../src/beam/half-value-layer.ts";
import { meanEnergyKeV } from "../../src/beam/mean-energy.ts";
import { readSpectrumTable } from "../../src/beam/read-spectrum-table.ts";
import type { Spectrum } from "../../src/beam/spectrum.ts";
import { spectrumFromTable } from "../../src/beam/spectrum-from-table.ts";
import { InputError } from "../../src/error/input-error.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { photonsOf, tube } from "./tubes.ts";

const textOf = ({ energyKeV, photonsPerMm2PerMas }: Spectrum, separator = ","): string =>
  Array.from(energyKeV, (energy, bin) => `${energy}${separator}${photonsPerMm2PerMas[bin]}`).join("\n");

const read = (text: string, reading = {}) => spectrumFromTable(readSpectrumTable(text, "table.csv"), reading);

/** Anything else that is thrown is a defect, and goes on. */
function readOrRefusal(text: string, binKeV: number): Spectrum | InputError {
  try {
    return read(text, { binKeV });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

describe("a table of a spectrum", () => {
  it.each([",", ";", "\t", "   ", ", "])("comes back as it was written, apart by %j", (separator) => {
    const beam = tube(80);
    const again = read(`# tungsten\nenergy (keV)${separator}photons\n${textOf(beam, separator)}\n\n`);
    expect(again.photonsPerMm2PerMas).toEqual(beam.photonsPerMm2PerMas);
    again.energyKeV.forEach((energy, bin) => {
      expect(Math.abs(energy - beam.energyKeV[bin])).toBeLessThan(1e-9);
    });
    expect(again.kv).toBeCloseTo(80, 9);
  });

  it("counts energies as centres or as lower edges of the bins", () => {
    const beam = tube(100);
    const edges = { ...beam, energyKeV: beam.energyKeV.map((energy) => energy - 0.25) };
    const again = read(textOf(edges), { energiesAre: "lower-edges" });
    again.energyKeV.forEach((energy, bin) => {
      expect(Math.abs(energy - beam.energyKeV[bin])).toBeLessThan(1e-9);
    });
  });

  it("in unequal bins keeps its photons exactly and its mean energy and half-value layer nearly", () => {
    const fine = tube(90, { Al: 3 }, { binKeV: 0.1 });
    // Bins of 0.1 keV joined in groups of 1, 2, 3, 4 …: centres of what they hold are those of the bins.
    const [energies, photons]: [number[], number[]] = [[], []];
    for (
      let bin = 100, group = 1;
      bin + group <= fine.energyKeV.length;
      bin += group, group = (group % 5) + 1
    ) {
      const part = fine.photonsPerMm2PerMas.subarray(bin, bin + group);
      energies.push((fine.energyKeV[bin] + fine.energyKeV[bin + group - 1]) / 2);
      photons.push(part.reduce((a, b) => a + b, 0));
    }
    const beam = spectrumFromTable({ energyKeV: energies, photons }, { binKeV: 0.5 });
    const steps = beam.energyKeV.map(
      (energy, bin) => energy - (bin === 0 ? energy - 0.5 : beam.energyKeV[bin - 1]),
    );
    expect(steps.every((step) => Math.abs(step - 0.5) < 1e-9)).toBe(true);
    expect(Math.abs(photonsOf(beam) / photons.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-12);
    // Edges taken half way between centres of unequal bins are off by at most 0.1 keV, to either side.
    expect(Math.abs(meanEnergyKeV(beam) - meanEnergyKeV(fine))).toBeLessThan(0.1);
    expect(
      Math.abs(halfValueLayersMm(beam, "Al").first / halfValueLayersMm(fine, "Al").first - 1),
    ).toBeLessThan(0.005);
  });

  it("is scaled to a stated output", () => {
    const beam = read(textOf(tube(70)), { airKermaMicroGyPerMas: 42 });
    expect(airKermaMicroGyPerMas(beam, 1000)).toBeCloseTo(42, 10);
  });

  it("leaves out what lies below 5 keV and clips the small negative values of interpolation", () => {
    const beam = read("1, 7\n3, 7\n5, 7\n7, 100\n9, 50\n11, -0.01");
    expect(Array.from(beam.energyKeV)).toEqual([5, 7, 9, 11]);
    expect(Array.from(beam.photonsPerMm2PerMas)).toEqual([7, 100, 50, 0]);
    expect(beam.kv).toBe(10);
  });

  it.each([
    ["an empty file", "", "2 to"],
    ["one row", "30, 1", "2 to"],
    ["words", "a, b\nc, d", "line 2"],
    ["two headings", "a, b\nc, d\n30, 1\n31, 1", "line 2"],
    ["a row with one number", "30, 1\n31", "line 2"],
    ["decimal commas", "30,5;1,5\n31,5;x", "line 2"],
    ["falling energies", "30, 1\n29, 1", "after 30 keV"],
    ["an energy twice", "30, 1\n30, 1\n31, 1", "after 30 keV"],
    ["negative photons", "30, 1\n31, -1\n32, 1", "-1 photons"],
    ["infinite photons", "30, 1\n31, Infinity", "beyond"],
    ["no photons", "30, 0\n31, 0", "no photons"],
    ["negative energies", "-3, 1\n31, 1", "-3 keV"],
    ["eV", "30000, 1\n31000, 1", "150 keV"],
    ["MeV", "0.03, 1\n0.031, 1", "5 keV"],
    ["photons only below 5 keV", "1, 1\n2, 1\n6, 0", "5 to 150 keV"],
    ["photons beyond 150 keV", "149, 1\n151, 1", "151 keV"],
  ])("refuses %s", (_, text, named) => {
    expect(() => read(text)).toThrow(InputError);
    expect(() => read(text)).toThrow(named);
  });

  it("refuses photons whose bin reaches beyond 150 keV when energies are lower edges", () => {
    expect(() => read("149, 1\n150, 1", { energiesAre: "lower-edges" })).toThrow("150.5 keV");
  });

  it("of any bytes is refused in one sentence or is a sound spectrum", () => {
    const random = randomStream(sampleKey(0, 0, "spectrum-table"));
    const whole = random.integerBelow;
    const good = textOf(tube(60, { Al: 2.5 }, { binKeV: 2 }));
    const pieces = [
      "-",
      "e",
      "1e308",
      "NaN",
      ",",
      ";",
      "\n",
      "\r",
      "0",
      "9",
      ".",
      "\u0000",
      "# ",
      "Infinity",
      "-1e-320",
      "é",
    ];
    const sound: Spectrum[] = [];
    let refused = 0;
    for (let n = 0; n < 400; n++) {
      let text = good;
      for (let change = whole(2); change >= 0; change--) {
        const at = whole(text.length);
        text = text.slice(0, at) + pieces[whole(pieces.length)] + text.slice(at + whole(4));
      }
      const beam = readOrRefusal(text, [0.05, 0.5, 5][whole(3)]);
      if (beam instanceof InputError) refused++;
      else sound.push(beam);
    }
    // Both happen often, so the changes are neither all harmless nor all fatal.
    expect(refused).toBeGreaterThan(20);
    expect(sound.length).toBeGreaterThan(20);
    for (const beam of sound) {
      expect(beam.energyKeV.length).toBeLessThanOrEqual(20_000);
      expect(beam.energyKeV.every((energy) => energy >= 5 && energy <= 150)).toBe(true);
      expect(beam.photonsPerMm2PerMas.every((count) => count >= 0 && Number.isFinite(count))).toBe(true);
      expect(photonsOf(beam)).toBeGreaterThan(0);
    }
  });
});
