import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { massAttenuationCm2PerG } from "../../src/material/attenuation.ts";
import { massFractionsOfFormula } from "../../src/material/formula.ts";
import type { Material } from "../../src/material/material.ts";
import { namedMaterials } from "../../src/material/material-catalogue.ts";
import { materialByName, materialNames } from "../../src/material/named-materials.ts";
import { materialFromMassFractions } from "../../src/material/user-material.ts";

const sumOfFractions = ({ massFractions }: Material) =>
  [...massFractions.values()].reduce((a, b) => a + b, 0);

function refusal(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the catalogue", () => {
  test("names at least 45 materials beside the elements, and all 92 elements", () => {
    expect(new Set(namedMaterials.map(({ name }) => name)).size).toBeGreaterThanOrEqual(45);
    expect(new Set(materialNames()).size).toBe(namedMaterials.length + 92);
  });

  test("knows what the clinic and the workshop need", () => {
    const clinic =
      "water air adipose muscle soft-tissue lung blood cortical-bone red-marrow iodine-contrast barium-contrast";
    const workshop = "PMMA polyethylene PTFE PEEK CsI Gd2O2S Al Cu W Pb Ti-6Al-4V 316L CoCr nitinol";
    for (const name of `${clinic} ${workshop}`.split(" "))
      expect(materialByName(name).densityGPerCm3, name).toBeGreaterThan(0);
  });

  test("gives every name mass fractions that add up to one and a density that matter can have", () => {
    for (const name of materialNames()) {
      const material = materialByName(name);
      expect(Math.abs(sumOfFractions(material) - 1), name).toBeLessThan(1e-9);
      // Hydrogen gas has 8.4e-5 g/cm³, osmium 22.6 g/cm³.
      expect(material.densityGPerCm3, name).toBeGreaterThan(5e-5);
      expect(material.densityGPerCm3, name).toBeLessThan(22.7);
      expect(massAttenuationCm2PerG(material, 60), name).toBeGreaterThan(0.1);
    }
  });

  test("prints compositions whose parts add up to one within rounding", () => {
    for (const { name, composition } of namedMaterials) {
      if (!("partsByMass" in composition)) continue;
      const numbers = composition.partsByMass.split(" ").filter((_, index) => index % 2 === 1);
      // Some twelve parts, each rounded to 0.001.
      expect(Math.abs(numbers.reduce((sum, part) => sum + Number(part), 0) - 1), name).toBeLessThanOrEqual(
        0.0061,
      );
    }
  });

  test("does not let two materials share a name", () => {
    const keys = namedMaterials.flatMap(({ name, aliases }) =>
      [name, ...aliases].map((text) => text.toLowerCase().replace(/[\s_.,()-]/g, "")),
    );
    expect(keys.length - new Set(keys).size).toBe(0);
  });

  test("does not mind case, spaces and hyphens", () => {
    for (const name of ["Ti-6Al-4V", "ti6al4v", "TI 6AL 4V", "titanium_alloy"])
      expect(materialByName(name).name).toBe("ti-6al-4v");
  });

  test("makes contrast media with the iodine that their name says", () => {
    // 300 mg of iodine in each ml: mass fraction · density.
    const medium = materialByName("iodine-contrast-300");
    expect((medium.massFractions.get(53) ?? 0) * medium.densityGPerCm3).toBeCloseTo(0.3, 3);
    // The label of iohexol 300 gives 1.349 g/ml at 37 °C; volumes are taken to add up.
    expect(medium.densityGPerCm3).toBeCloseTo(1.349, 1);
  });

  test("answers an unknown name with its nearest ones", () => {
    const error = refusal(() => materialByName("tiatnium"));
    expect(error.message).toContain('"tiatnium"');
    expect(error.remedy).toContain("titanium");
  });
});

describe("a user's material", () => {
  test("by formula has the mass fractions of its atoms", () => {
    const apatite = materialByName("Ca10P6O26H2@3.16");
    expect(apatite.densityGPerCm3).toBe(3.16);
    // Atomic weights 40.078, 30.974, 15.999, 1.008: 1004.6 g/mol.
    const molar = 10 * 40.078 + 6 * 30.974 + 26 * 15.999 + 2 * 1.008;
    expect(apatite.massFractions.get(20)).toBeCloseTo((10 * 40.078) / molar, 5);
    expect(apatite.massFractions.get(15)).toBeCloseTo((6 * 30.974) / molar, 5);
    expect(apatite.massFractions.get(8)).toBeCloseTo((26 * 15.999) / molar, 5);
    expect(sumOfFractions(apatite)).toBeCloseTo(1, 12);
  });

  test("by formula may have brackets and fractions of atoms", () => {
    const plain = massFractionsOfFormula("Ca10P6O26H2");
    for (const [z, fraction] of massFractionsOfFormula("(Ca5(PO4)3OH)2"))
      expect(fraction).toBeCloseTo(plain.get(z) ?? 0, 12);
    expect(massFractionsOfFormula("Cd0.9Zn0.1Te").size).toBe(3);
  });

  test("by formula keeps carbon monoxide apart from cobalt", () => {
    expect([...materialByName("CO@0.00125").massFractions.keys()].toSorted((a, b) => a - b)).toEqual([6, 8]);
    expect([...materialByName("Co@8.9").massFractions.keys()]).toEqual([27]);
  });

  test("by mass fractions in one word is the same as by a table", () => {
    const word = materialByName("Cu:0.88,Sn:0.12@8.8");
    const table = materialFromMassFractions("bronze", { Cu: 0.88, Sn: 0.12 }, 8.8);
    expect(word.densityGPerCm3).toBe(8.8);
    expect([...word.massFractions]).toEqual([...table.massFractions]);
  });

  test("may be a named one of another density", () => {
    const light = materialByName("lung@0.3");
    expect(light.densityGPerCm3).toBe(0.3);
    expect([...light.massFractions]).toEqual([...materialByName("lung").massFractions]);
  });

  test("scales published fractions that are rounded, and refuses those that are wrong", () => {
    expect(sumOfFractions(materialFromMassFractions("rounded", { H: 0.112, O: 0.886 }, 1))).toBeCloseTo(
      1,
      12,
    );
    expect(refusal(() => materialFromMassFractions("short", { H: 0.5 }, 1)).message).toMatch(/add up to 0.5/);
    expect(refusal(() => materialFromMassFractions("odd", { Xx: 1 }, 1)).message).toMatch(/no element/);
    expect(refusal(() => materialFromMassFractions("odd", { H: -1, O: 2 }, 1)).code).toBe("mass-fraction");
  });

  test.each([
    ["h2o@1", /material|read|element/],
    ["H2O@", /density/],
    ["H2O@0", /density/],
    ["H2O@-1", /density/],
    ["H2O@26", /density/],
    ["H2O@dense", /density/],
    ["Xx2O@1", /no element/],
    ["H2(O@1", /bracket/],
    ["H2)O@1", /bracket/],
    ["H0@1", /positive/],
    ["@1", /element/],
    ["H2O!@1", /read/],
    ["()@1", /element/],
    [`${"C".repeat(300)}@1`, /longer/],
    ["Cu:0.88,Sn:@8.8", /fraction/],
    ["Cu:0.88,Sn:0.52@8.8", /add up/],
    ["Cu:0.88;Sn:0.12@8.8", /fraction|read/],
  ])("%s is refused in one sentence", (name, reason) => {
    const error = refusal(() => materialByName(name));
    expect(error.message).toMatch(reason);
    expect(error.message).not.toContain("\n");
    expect(error.message.length).toBeLessThan(400);
  });
});
