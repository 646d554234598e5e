import { describe, expect, test } from "vitest";
import { mirrorSide } from "../../../src/anatomy/preparation/mirror-side.ts";
import { leftOf, midSagittalPlane } from "../../../src/anatomy/preparation/mid-sagittal-plane.ts";
import { otherSide } from "../../../src/anatomy/preparation/sided-names.ts";
import { labelMapOf } from "../../../src/anatomy/preparation/labelled-anatomy.ts";
import type { Vector3 } from "../../../src/geometry/vector.ts";
import { demoPelvis, dice, named, phantomAnatomy, largest } from "./demo-anatomy.ts";

/** Two tilted ellipsoids, one the mirror image of the other about x = 0, and a spine on the plane. */
const symmetric = (leftHu = 700) =>
  phantomAnatomy({
    shape: [41, 31, 33],
    spacingMm: 3,
    names: [
      [1, "hip_left"],
      [2, "hip_right"],
      [3, "sacrum"],
    ],
    at: ([x, y, z]: Vector3) => {
      const a = Math.abs(x);
      const inHip = ((a - 30) / 18) ** 2 + ((y + 0.4 * a - 12) / 24) ** 2 + ((z - 0.3 * y) / 36) ** 2 < 1;
      if (inHip) return { hu: (x > 0 ? leftHu : 700) + Math.round(3 * a + y - 2 * z), label: x > 0 ? 1 : 2 };
      if (a < 8 && Math.abs(y) < 10) return { hu: 300 + Math.round(z), label: 3 };
      return { hu: Math.hypot(x, 1.4 * y) < 55 ? Math.round(40 + 0.5 * y) : -1000, label: 0 };
    },
  });

describe("mirroring a side", () => {
  test("a symmetric phantom stays as it is, bit by bit", () => {
    const phantom = symmetric();
    const mirrored = mirrorSide(phantom, "left");
    expect(mirrored.ct.values).toEqual(phantom.ct.values);
    expect(mirrored.labelMap).toEqual(phantom.labelMap);
  });

  test("what one side has more than the other is gone, and the other side is untouched", () => {
    const mirrored = mirrorSide(symmetric(900), "left");
    // Only the blended 8 mm beside the plane remember the old side; the hips begin 12 mm from it.
    expect(mirrored.ct.values).toEqual(symmetric(700).ct.values);
    const bright = mirrorSide(symmetric(900), "right");
    const [isLeft, isRight] = [named(bright, /^hip_left$/), named(bright, /^hip_right$/)];
    const before = symmetric(700).ct.values;
    for (const [n, hu] of bright.ct.values.entries())
      if (hu !== before[n] + (isLeft(n) || isRight(n) ? 200 : 0)) expect.fail(`voxel ${n} is ${hu} HU`);
  });

  test("landmarks are mirrored and change their side's name", () => {
    const landmarks = [
      { name: "FH-r", lpsMm: [-30, 4, 10] as Vector3 },
      { name: "FH-l", lpsMm: [33, 0, 0] as Vector3 },
      { name: "promontory", lpsMm: [-1, 2, 3] as Vector3 },
    ];
    const mirrored = mirrorSide({ ...symmetric(), landmarks }, "left").landmarks;
    expect(mirrored.map(({ name }) => name)).toEqual(["FH-r", "promontory", "FH-l"]);
    // The plane of a symmetric phantom is x = 0; its offset is that of a mean of symmetric points, exact to rounding.
    for (const [axis, x] of [30, 4, 10].entries()) expect(mirrored[2].lpsMm[axis]).toBeCloseTo(x, 6);
  });

  test("the demo pelvis has no metal left, and its hips are mirror images", async () => {
    const pelvis = await demoPelvis();
    const mirrored = mirrorSide(pelvis, "left");
    expect(largest(pelvis.ct.values)).toBeGreaterThan(2500);
    expect(largest(mirrored.ct.values)).toBeLessThan(2500);
    const again = mirrorSide(mirrored, "right");
    // Mirrored there and back by nearest voxels, a hip changes by part of a voxel on its surface: of 13,000 voxels of a thin bone
    // about half lie on it. Two different hips of one person have 0.75 to 0.8.
    const overlap = dice(
      pelvis.ct.values.length,
      named(mirrored, /^hip_right$/),
      named(again, /^hip_right$/),
    );
    expect(overlap).toBeGreaterThan(0.85);
    const plane = midSagittalPlane(labelMapOf(pelvis, "mirror"));
    // The patient lies straight: the plane's normal is within 5° of left.
    expect(plane.normal[0]).toBeGreaterThan(Math.cos((5 * Math.PI) / 180));
    expect(leftOf(plane, [100, -130, 180])).toBeGreaterThan(50);
  });

  test("without labels it is refused", () => {
    const { ct, landmarks } = symmetric();
    expect(() => mirrorSide({ ct, landmarks }, "left")).toThrow(
      expect.objectContaining({ code: "preparation-labels" }),
    );
  });

  test("names change sides", () => {
    for (const [name, other] of [
      ["hip_left", "hip_right"],
      ["rib_right_11", "rib_left_11"],
      ["FH-l", "FH-r"],
      ["Left femur", "Right femur"],
      ["sacrum", "sacrum"],
      ["vertebrae_L5", "vertebrae_L5"],
      ["cleft", "cleft"],
    ])
      expect(otherSide(name)).toBe(other);
  });
});
