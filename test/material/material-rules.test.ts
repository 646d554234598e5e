import { beforeAll, describe, expect, test } from "vitest";
import { grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import { assignMaterials, type MaterialRule } from "../../src/material/assign-materials.ts";
import {
  type DensityCurve,
  singleMaterialCurve,
  thresholdCurve,
  tissueCurve,
} from "../../src/material/density-curve.ts";
import { hounsfieldOf } from "../../src/material/hounsfield.ts";
import {
  ATTENUATION_PER_HU_PER_MM,
  linearAttenuationField,
} from "../../src/material/linear-attenuation-field.ts";
import type { MaterialVolume } from "../../src/material/material-volume.ts";
import { materialByName } from "../../src/material/named-materials.ts";
import { demoCtPath } from "../../src/node/demo-data.ts";
import { readCt } from "../../src/node/read-anatomy.ts";
import { quantisationChecks } from "../../src/validation/quantisation-checks.ts";
import { paddedIndex } from "../../src/volume/field.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import { type Volume, volume } from "../../src/volume/volume.ts";

const total = (densities: readonly number[]) => densities.reduce((sum, density) => sum + density, 0);

/** A row of voxels with these CT numbers. */
function ctOf(hu: readonly number[]): Volume {
  const lpsFromVoxel = transform("lps", "voxel", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  return volume("HU", grid([hu.length, 1, 1], lpsFromVoxel), Float32Array.from(hu));
}

function labelled(ct: Volume, label: (index: number) => number, names: Record<number, string>): LabelMap {
  return {
    grid: ct.grid,
    labels: Uint8Array.from(ct.values, (_, index) => label(index)),
    names: new Map(Object.entries(names).map(([number, name]) => [Number(number), name])),
  };
}

/** Density in g/cm³ of a material in a voxel of a row. */
function densityAt({ grid: g, materials, fields }: MaterialVolume, name: string, i: number): number {
  const m = materials.findIndex((material) => material.name === name);
  if (m < 0) return Number.NaN;
  const field = fields[Math.floor(m / 4)];
  return field.voxels[4 * paddedIndex(g, i, 0, 0) + (m % 4)] * field.scale[m % 4];
}

describe("the rule `threshold`", () => {
  const curve = thresholdCurve();

  test("gives the densities of DeepDRR, all of it to one material", () => {
    // ρ = max(0, min(0.001029 HU + 1.030, 0.0005886 HU + 1.030)); published 0 -> 1.030, 500 -> 1.3243, 1000 -> 1.6186.
    for (const [hu, expected] of [
      [-940, [0.06274, 0, 0]],
      [-800, [0.2068, 0, 0]],
      [-799, [0, 0.207829, 0]],
      [0, [0, 1.03, 0]],
      [350, [0, 1.23601, 0]],
      [351, [0, 0, 1.2365986]],
      [500, [0, 0, 1.3243]],
      [1000, [0, 0, 1.6186]],
      [3000, [0, 0, 2.7958]],
    ] as const)
      curve.densities(hu).forEach((density, m) => expect(density, `${hu} HU`).toBeCloseTo(expected[m], 9));
    expect(curve.materials.map(({ name }) => name)).toEqual(["air", "soft tissue", "bone"]);
  });

  test("leaves room air empty, exactly", () => {
    for (const hu of [-3000, -1024, -1000, -950]) expect(curve.densities(hu)).toEqual([0, 0, 0]);
  });
});

describe("the rule `tissue`", () => {
  const metal = materialByName("ti-6al-4v");
  const curve = tissueCurve(metal);
  const density = (hu: number) => total(curve.densities(hu));

  test("is exactly empty in air and nowhere negative", () => {
    for (const hu of [-3000, -1024, -1000, -951, -950]) expect(curve.densities(hu)).toEqual([0, 0, 0, 0]);
    for (let hu = -949; hu <= 4000; hu++)
      for (const part of curve.densities(hu)) expect(part, `${hu} HU`).toBeGreaterThanOrEqual(0);
    expect(density(-949)).toBeGreaterThan(0);
  });

  test("is continuous in HU, each material by itself", () => {
    // The steepest stretch is bone turning into metal: 0 to all of the density of some 3 g/cm³ within 500 HU, twice
    // over for the product rule. A jump anywhere would be 20 times that.
    for (let hu = -1000; hu <= 4000; hu += 0.25) {
      const [here, next] = [curve.densities(hu), curve.densities(hu + 0.25)];
      here.forEach((part, m) => expect(Math.abs(next[m] - part), `${hu} HU`).toBeLessThan(0.25 * 0.025));
    }
  });

  test("grows with HU, in attenuation always and in density up to where metal begins", () => {
    for (let hu = -949; hu < 4000; hu++)
      expect(hounsfieldOf(curve.materials.map((m, n) => [m, curve.densities(hu + 1)[n]]))).toBeGreaterThan(
        hounsfieldOf(curve.materials.map((m, n) => [m, curve.densities(hu)[n]])),
      );
    // Fat gives way to water-like tissue by getting denser; titanium attenuates more per gram than bone, so that the
    // density falls while metal displaces bone: the only place.
    for (let hu = -949; hu < 2500; hu++) expect(density(hu + 1), `${hu} HU`).toBeGreaterThan(density(hu));
  });

  test("keeps the mass that the CT number stands for: the mixture has that CT number again", () => {
    for (let hu = -900; hu <= 4000; hu += 7) {
      const parts = curve.densities(hu).map((part, m) => [curve.materials[m], part] as const);
      expect(hounsfieldOf(parts)).toBeCloseTo(hu, 6);
    }
  });

  test("puts every tissue at its density", () => {
    // g/cm³ of ICRU 44 at the CT numbers that clinical scanners show; 3 % for what a mixture of four can do.
    for (const [hu, expected] of [
      [-740, 0.26],
      [-100, 0.95],
      [0, 1.0],
      [50, 1.05],
      [1600, 1.92],
    ])
      expect(Math.abs(density(hu) / expected - 1), `${hu} HU`).toBeLessThan(0.03);
  });

  test("is metal, and metal only, above its limit", () => {
    for (const hu of [0, 1000, 2499]) expect(curve.densities(hu)[3]).toBe(0);
    for (const hu of [3000, 8000, 30000]) {
      const [softTissue, adipose, bone, titanium] = curve.densities(hu);
      expect([softTissue, adipose, bone]).toEqual([0, 0, 0]);
      expect(titanium).toBeGreaterThan(0);
    }
  });
});

describe("the rule `labels`", () => {
  const hu = [-1000, -100, 40, 300, 1200];
  const ct = ctOf(hu);
  const names = { 1: "bladder", 2: "femur_left", 3: "nail" };

  test("makes each named label one material whose density follows from the CT number", () => {
    const rule: MaterialRule = {
      kind: "labels",
      materials: { bladder: "water", femur_left: "cortical bone" },
    };
    const made = assignMaterials(ct, rule, { labels: labelled(ct, (i) => (i < 3 ? 1 : 2), names) });
    hu.forEach((value, i) => {
      const [mine, other] = i < 3 ? ["water", "bone"] : ["bone", "water"];
      const [expected] = singleMaterialCurve(materialByName(mine)).densities(value);
      // One count of 255 of the largest density.
      expect(Math.abs(densityAt(made, mine, i) - expected), `${value} HU`).toBeLessThan(2.5 / 255);
      expect(densityAt(made, other, i)).toBe(0);
      expect(densityAt(made, "soft tissue", i)).toBe(0);
    });
  });

  test("leaves what has no rule to `tissue`", () => {
    const labels = labelled(ct, (i) => (i === 4 ? 3 : 0), names);
    const made = assignMaterials(ct, { kind: "labels", materials: { nail: "316l" } }, { labels });
    expect(densityAt(made, "soft tissue", 2)).toBeGreaterThan(0.95);
    expect(densityAt(made, "316l", 2)).toBe(0);
    expect(densityAt(made, "bone", 4)).toBe(0);
    expect(densityAt(made, "316l", 4)).toBeGreaterThan(0);
  });

  test("takes any number of materials, four to a field", () => {
    const wanted = ["water", "muscle", "liver", "kidney", "spleen", "heart", "316l"];
    const many = ctOf(wanted.map(() => 60));
    const labels = labelled(
      many,
      (i) => i + 1,
      Object.fromEntries(wanted.map((_, i) => [i + 1, `part ${i + 1}`])),
    );
    const materials = Object.fromEntries(wanted.map((name, i) => [`part ${i + 1}`, name]));
    const made = assignMaterials(many, { kind: "labels", materials }, { labels });
    // Soft tissue, adipose, bone, titanium, and seven of their own.
    expect(made.materials).toHaveLength(11);
    expect(made.fields.map(({ channels }) => channels.filter(Boolean).length)).toEqual([4, 4, 3]);
    wanted.forEach((name, i) => {
      const present = made.materials.filter(({ name: candidate }) => densityAt(made, candidate, i) !== 0);
      expect(present.map(({ name: candidate }) => candidate)).toEqual([name]);
    });
  });

  test("refuses what cannot be done, and says what could", () => {
    const labels = labelled(ct, () => 1, names);
    const rule = (materials: Record<string, string>): MaterialRule => ({ kind: "labels", materials });
    expect(() => assignMaterials(ct, rule({ bladder: "water" }))).toThrow(/no label map/);
    expect(() => assignMaterials(ct, rule({ kidney: "water" }), { labels })).toThrow(/no label "kidney"/);
    expect(() => assignMaterials(ct, rule({ bladder: "unobtainium" }), { labels })).toThrow(/unobtainium/);
    const elsewhere = ctOf([1, 2, 3]);
    expect(() =>
      assignMaterials(ct, rule({ bladder: "water" }), { labels: labelled(elsewhere, () => 1, names) }),
    ).toThrow(/same grid/);
  });
});

describe("quantised densities", () => {
  let pelvis: Volume;
  beforeAll(async () => {
    pelvis = (await readCt(demoCtPath("pelvis"))).ct;
  });

  test("leave the mean transmission of a real pelvis where float64 puts it, within 0.3 %", () => {
    const checks = quantisationChecks(pelvis);
    expect(checks).toHaveLength(3);
    for (const { law, deviation } of checks) expect(Math.abs(deviation), law).toBeLessThan(0.003);
  });

  test("keep the mass of each material of a real pelvis, and its empty voxels empty", () => {
    const curve: DensityCurve = tissueCurve(materialByName("ti-6al-4v"));
    const { fields, grid: g } = assignMaterials(pelvis, { kind: "tissue" });
    const exact = [0, 0, 0, 0];
    const ours = [0, 0, 0, 0];
    let filledAir = 0;
    const [ni, nj, nk] = g.shape;
    for (let k = 0, n = 0; k < nk; k++)
      for (let j = 0; j < nj; j++)
        for (let i = 0; i < ni; i++, n++) {
          const at = 4 * paddedIndex(g, i, j, k);
          const densities = curve.densities(pelvis.values[n]);
          for (let m = 0; m < 4; m++) {
            exact[m] += densities[m];
            ours[m] += fields[0].voxels[at + m] * fields[0].scale[m];
            if (pelvis.values[n] <= -950 && fields[0].voxels[at + m] !== 0) filledAir++;
          }
        }
    expect(filledAir).toBe(0);
    // Rounding of a voxel is off by at most one count (scale), with variance under scale²/4; a table of 8.8 fixed
    // point rounds each CT number by up to scale/512, which averages out over a tissue's many CT numbers.
    const bound = (m: number) =>
      (fields[0].scale[m] * ((5 * Math.sqrt(ni * nj * nk)) / 2 + (ni * nj * nk) / 512)) / exact[m];
    for (const m of [0, 1, 2]) {
      expect(Math.abs(ours[m] / exact[m] - 1)).toBeLessThan(Math.min(bound(m), 0.005));
    }
  });
});

describe("the grey matter of the other simulators", () => {
  test("is linear in HU from −1000 (naive) or −130 (heuristic), with k of xReg", () => {
    expect(ATTENUATION_PER_HU_PER_MM).toBeCloseTo(2.6827515e-5, 12);
    const hu = [-1100, -1000, -500, -131, -130, -129, 0, 1000];
    for (const [kind, zero] of [
      ["naive", -1000],
      ["heuristic", -130],
    ] as const) {
      const ct = ctOf(hu);
      const field = linearAttenuationField(ct, kind);
      hu.forEach((value, i) =>
        expect(field.voxels[paddedIndex(ct.grid, i, 0, 0)] * field.scale[0], `${kind} ${value}`).toBeCloseTo(
          Math.max(0, value - zero) * 2.6827515e-5,
          12,
        ),
      );
    }
  });
});
