import { describe, expect, it } from "vitest";
import { materialByName } from "../../../src/material/named-materials.ts";
import { sampleKey } from "../../../src/random/sample-key.ts";
import {
  asRecorded,
  type ExposureVariation,
  exposureVariationSchema,
} from "../../../src/training/examples/exposure-variation.ts";
import { matterKind } from "../../../src/training/examples/matter-kind.ts";
import { varyMatter } from "../../../src/training/examples/varied-matter.ts";

const SIDE = 64;
const NAMES = ["soft tissue", "adipose", "bone", "Ti"];
const materials = NAMES.map(materialByName);
const picture = { widthPx: SIDE, heightPx: SIDE, pitchMm: 3 };

const planes = () =>
  NAMES.map((material, m) => ({
    material,
    gPerCm2: new Float32Array(SIDE * SIDE).fill([14, 3, 2, 1][m]),
  }));

function varied(part: Partial<ExposureVariation>, seed = 5) {
  const result = planes();
  varyMatter(result, materials, picture, { ...asRecorded, ...part }, sampleKey(seed, 0, "test"));
  return result.map(({ gPerCm2 }) => gPerCm2);
}

const { bone, softTissue, bowelGas } = exposureVariationSchema.parse({
  bone: { probability: 1 },
  softTissue: { probability: 1, overall: [1, 1], factor: [0.8, 1.25], widthMm: [30, 120] },
  bowelGas: { probability: 1 },
});

describe("variations of the matter in a picture", () => {
  it("know bone by its calcium and soft tissue by its hydrogen", () => {
    expect(NAMES.map((name) => matterKind(materialByName(name)))).toEqual(["soft", "soft", "bone", "other"]);
    expect(
      ["spongiosa", "cartilage", "lung", "blood", "iron", "lead", "barium-contrast-60"].map((name) =>
        matterKind(materialByName(name)),
      ),
    ).toEqual(["bone", "soft", "soft", "soft", "other", "other", "other"]);
  });

  it("change nothing where nothing is to happen", () => {
    expect(varied({})).toEqual(planes().map(({ gPerCm2 }) => gPerCm2));
  });

  it("multiply bone, and nothing else, by one factor of the range", () => {
    const [soft, fat, boneNow, metal] = varied({ bone });
    expect([soft[7], fat[7], metal[7]]).toEqual([14, 3, 1]);
    expect(new Set(boneNow).size).toBe(1);
    expect(boneNow[0] / 2).toBeGreaterThanOrEqual(0.7);
    expect(boneNow[0] / 2).toBeLessThanOrEqual(1.8);
  });

  it("change soft tissue smoothly within the range", () => {
    const [soft, fat, boneNow] = varied({ softTissue });
    expect(boneNow[0]).toBe(2);
    for (let n = 0; n < soft.length; n++) {
      expect(soft[n] / 14).toBeGreaterThanOrEqual(0.8 - 1e-6);
      expect(soft[n] / 14).toBeLessThanOrEqual(1.25 + 1e-6);
      expect(fat[n] / 3).toBeCloseTo(soft[n] / 14, 5);
      // Over at least 10 pixels a spline changes by no more than 0.45 (its range) a pixel and tenth.
      if (n % SIDE > 0) expect(Math.abs(soft[n] - soft[n - 1]) / 14).toBeLessThan(0.1);
    }
    expect(new Set(soft).size).toBeGreaterThan(100);
  });

  it("make the whole of it thinner or thicker", () => {
    const [soft, fat] = varied({ softTissue: { ...softTissue, overall: [0.6, 0.7], factor: [1, 1] } });
    expect(new Set(soft).size).toBe(1);
    expect(soft[0] / 14).toBeGreaterThanOrEqual(0.6);
    expect(soft[0] / 14).toBeLessThanOrEqual(0.7);
    expect(fat[0] / 3).toBeCloseTo(soft[0] / 14, 6);
  });

  it("take gas out of soft tissue in shares, and never more than there is", () => {
    let touched = 0;
    for (let seed = 0; seed < 20; seed++) {
      const [soft, fat, boneNow] = varied({ bowelGas: { ...bowelGas, gPerCm2: [4, 20] } }, seed);
      expect(boneNow.every((value) => value === 2)).toBe(true);
      expect(Math.min(...soft)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...soft)).toBeLessThanOrEqual(14);
      // Two products of float32.
      expect(fat.every((value, n) => Math.abs(value * 14 - soft[n] * 3) < 1e-5)).toBe(true);
      touched += soft.reduce((count, value) => count + (value < 14 ? 1 : 0), 0);
    }
    expect(touched).toBeGreaterThan(1000);
  });

  it("find no gas where there is no body", () => {
    const thin = NAMES.map((material) => ({ material, gPerCm2: new Float32Array(SIDE * SIDE).fill(1) }));
    varyMatter(thin, materials, picture, { ...asRecorded, bowelGas }, sampleKey(1, 0, "test"));
    expect(thin[0].gPerCm2.every((value) => value === 1)).toBe(true);
  });
});
