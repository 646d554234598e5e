import { describe, expect, test } from "vitest";
import { removeMetal } from "../../../src/anatomy/preparation/remove-metal.ts";
import { demoPelvis, named, phantomAnatomy, largest } from "./demo-anatomy.ts";

const TISSUE = 60;
const withBall = (spacingMm: number) =>
  phantomAnatomy({
    shape: [40, 36, 30],
    spacingMm,
    names: [],
    at: (lps) => ({ hu: Math.hypot(lps[0] - 4, lps[1], lps[2] + 2) < 11 ? 8000 : TISSUE, label: 0 }),
  });

describe("removing metal", () => {
  test.each([1.5, 3])("a ball of metal in uniform tissue leaves uniform tissue (%s mm)", (spacingMm) => {
    const { anatomy, metalCm3 } = removeMetal(withBall(spacingMm));
    expect(new Set(anatomy.ct.values)).toEqual(new Set([TISSUE]));
    // The ball has 4/3 π 1.1³ = 5.58 cm³; counting voxel centres errs by less than a tenth of that.
    expect(Math.abs(metalCm3 - 5.575)).toBeLessThan(0.5575);
  });

  test("in tissue that brightens along an axis, the filled HU do too", () => {
    const slope = phantomAnatomy({
      shape: [40, 36, 30],
      spacingMm: 3,
      names: [],
      at: ([x, y, z]) => ({ hu: Math.hypot(x, y, z) < 11 ? 8000 : Math.round(20 + x), label: 0 }),
    });
    const { anatomy } = removeMetal(slope);
    // A linear function solves Laplace's equation; left are the rounding to whole HU and the end of the iteration.
    const off = Array.from(anatomy.ct.values, (hu, n) => Math.abs(hu - (20 + ((n % 40) - 19.5) * 3)));
    expect(largest(off)).toBeLessThan(1.5);
  });

  test("without metal nothing changes", () => {
    const { anatomy } = removeMetal(withBall(3), { thresholdHu: 9000 });
    expect(anatomy.ct.values).toEqual(withBall(3).ct.values);
  });

  test.each(["smooth", "mirror"] as const)(
    "the demo pelvis: no metal, no dark streak beside it, labels kept, the rest bit-identical (%s)",
    async (fill) => {
      const pelvis = await demoPelvis();
      const { anatomy, metalCm3, changedCm3 } = removeMetal(pelvis, { fill });
      expect(metalCm3).toBeGreaterThan(5);
      // Below 1 % of the 37 litres of the volume is touched.
      expect(changedCm3).toBeLessThan(370);
      expect(anatomy.labelMap).toBe(pelvis.labelMap);
      expect(largest(anatomy.ct.values)).toBeLessThan(2000);
      const isFemur = named(pelvis, /^femur_left$/);
      const changed = [...anatomy.ct.values.keys()].filter(
        (n) => anatomy.ct.values[n] !== pelvis.ct.values[n],
      );
      expect(changed.length * 0.027).toBeLessThanOrEqual(changedCm3);
      // Everything in the femur is as dense as some bone is.
      for (const n of changed)
        if (isFemur(n) && !(anatomy.ct.values[n] > -150 && anatomy.ct.values[n] < 1800))
          expect.fail(`voxel ${n} of the femur is ${anatomy.ct.values[n]} HU`);
    },
    120_000,
  );
});
