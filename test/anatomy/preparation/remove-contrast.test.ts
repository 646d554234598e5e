import { describe, expect, test } from "vitest";
import type { Anatomy } from "../../../src/anatomy/anatomy.ts";
import { removeContrast } from "../../../src/anatomy/preparation/remove-contrast.ts";
import { demoChest, largest, named, phantomAnatomy } from "./demo-anatomy.ts";

const [AORTA, RIB] = [1, 2];

/** Muscle with an enhanced aorta along z, a branch of it and a vein of the arm without labels, a rib beside the aorta and another bone without a label. */
const enhancedChest = (): Anatomy =>
  phantomAnatomy({
    shape: [60, 40, 30],
    spacingMm: 2,
    names: [
      [AORTA, "aorta"],
      [RIB, "rib_left_4"],
    ],
    at: ([x, y, z]) => {
      if (Math.hypot(x, y) < 10) return { hu: 350, label: AORTA };
      if (Math.hypot(y, z) < 5 && x > 0 && x < 40) return { hu: 600, label: 0 };
      if (Math.hypot(x + 30, y) < 5) return { hu: 2800, label: 0 };
      if (Math.hypot(x, y - 14) < 3.9) return { hu: 700, label: RIB };
      if (Math.hypot(x + 30, y - 25) < 6) return { hu: 900, label: 0 };
      return { hu: 50, label: 0 };
    },
  });

describe("removing contrast medium", () => {
  test("vessels become as dense as blood, with or without a label; bones, labels and muscle stay", () => {
    const before = enhancedChest();
    const { anatomy, changedCm3 } = removeContrast(before);
    expect(anatomy.labelMap).toBe(before.labelMap);
    const [mm, count] = [2, [60, 40, 30]];
    let changed = 0;
    anatomy.ct.values.forEach((hu, n) => {
      const was = before.ct.values[n];
      const expected = was === 350 || was === 600 || was === 2800 ? 45 : was;
      if (hu !== expected) expect.fail(`voxel ${n % count[0]}: ${was} HU became ${hu}, not ${expected}`);
      if (hu !== was) changed++;
    });
    expect(changedCm3).toBeCloseTo((changed * mm ** 3) / 1000, 9);
  });

  test("what already is as dense as blood or less stays bit by bit", () => {
    const once = removeContrast(enhancedChest()).anatomy;
    const twice = removeContrast(once);
    expect(twice.changedCm3).toBe(0);
    expect(twice.anatomy.ct.values).toEqual(once.ct.values);
  });

  test("without a label for a vessel it is refused by name", () => {
    const { ct, labelMap } = enhancedChest();
    if (!labelMap) throw new Error("the phantom has labels");
    const ribOnly = { ct, labelMap: { ...labelMap, names: new Map([[RIB, "rib_left_4"]]) }, landmarks: [] };
    expect(() => removeContrast(ribOnly)).toThrow(
      expect.objectContaining({ code: "preparation-label-missing" }),
    );
  });

  test("the demo chest: heart and great veins without contrast, vertebrae and lungs as they were", async () => {
    const chest = await demoChest();
    const { anatomy } = removeContrast(chest);
    const isHeart = named(chest, /^(heart|superior_vena_cava|aorta)$/);
    const isOther = named(chest, /^(vertebrae|lung)/);
    const inVessels = anatomy.ct.values.filter((_, n) => isHeart(n));
    expect(largest(inVessels)).toBe(45);
    const changed = anatomy.ct.values.filter(
      (hu, n) => isOther(n) && chest.ct.values[n] <= 110 && hu !== chest.ct.values[n],
    );
    expect(changed).toHaveLength(0);
  }, 120_000);
});
