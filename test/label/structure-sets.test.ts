import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { aboveSacroiliacJoint } from "../../src/label/hip-structures.ts";
import { imageSides } from "../../src/label/image-sides.ts";
import { groupStructures } from "../../src/label/structure-groups.ts";
import { selectStructures } from "../../src/label/structure-set.ts";
import { camera, phantom } from "./phantom.ts";

/** A sacrum column between two hip blocks that touch it from z = −6 mm upwards, with 3 mm voxels. */
const pelvis = phantom({
  spacingMm: [3, 3, 3],
  shape: [31, 11, 31],
  labelAt: ([x, , z]) => {
    if (Math.abs(x) < 8) return 25;
    if (z > -7 && Math.abs(x) < 20) return x > 0 ? 77 : 78;
    return 0;
  },
  names: { 25: "sacrum", 27: "vertebrae_L5", 77: "hip_left", 78: "hip_right", 75: "femur_left" },
});

describe("structure sets", () => {
  test("all labels of a map are structures, nearest first", () => {
    const set = selectStructures(pelvis, "all");
    expect(set.structures.map(({ name }) => name)).toEqual(["sacrum", "hip_left", "hip_right"]);
    expect(set.precedence).toEqual([{ nearest: ["sacrum", "hip_left", "hip_right"] }]);
  });

  test("the hip set has the six classes of the paper in their order, labelled or not", () => {
    const set = selectStructures(pelvis, "hip");
    expect(set.structures.map(({ name, labels }) => [name, ...labels])).toEqual([
      ["hip_left", 77],
      ["hip_right", 78],
      ["vertebrae", 27],
      ["upper_sacrum", 25],
      ["femur_left", 75],
      ["femur_right"],
    ]);
  });

  test("the sacrum is cut where its contact with the hip bones ends", () => {
    // The lowest hip voxels lie at −6 mm. Sacrum voxels at ±6 mm touch them at ±9 mm from one voxel lower
    // (3 mm across and 3 mm down are 4.2 mm): contact from −9 to 45 mm in steps of 3, and the 3rd percentile of
    // these 19 heights, all alike in number, is the lowest.
    expect(aboveSacroiliacJoint(pelvis)).toEqual({ pointLps: [0, 0, -9], normal: [0, 0, 1] });
    expect(selectStructures(pelvis, "hip").structures[3].within?.pointLps[2]).toBe(-9);
  });

  test("labels are chosen by name or number, and what is not there is refused", () => {
    const set = selectStructures(pelvis, ["hip_left", "25"]);
    expect(set.structures).toEqual([
      { name: "hip_left", labels: [77] },
      { name: "25", labels: [25] },
    ]);
    expect(() => selectStructures(pelvis, ["skull"])).toThrow(/"skull"/);
    expect(() => selectStructures(pelvis, "chest")).toThrow(InputError);
  });
});

test("structures that lie near each other share a field, far ones do not", () => {
  const cube = (name: string, x: number, size: number) => ({
    name,
    box: { start: [x, 0, 0] as const, end: [x + size, size, size] as const },
  });
  const groups = groupStructures([
    cube("small inside", 5, 4),
    cube("large", 0, 20),
    cube("far", 500, 10),
    cube("near far", 508, 10),
    ...[1, 2, 3].map((n) => cube(`inside ${n}`, 4 + n, 3)),
  ]);
  expect(groups.map(({ members }) => members.map(({ name }) => name))).toEqual([
    ["large", "small inside", "inside 1", "inside 2"],
    ["far", "near far"],
    ["inside 3"],
  ]);
});

test("the edges of a picture carry R and L on frontal and oblique views, A and P on lateral ones", () => {
  expect(imageSides(camera(64, 180))).toEqual({ left: "R", right: "L" });
  expect(imageSides(camera(64, 0))).toEqual({ left: "R", right: "L" });
  expect(imageSides(camera(64, -135))).toEqual({ left: "R", right: "L" });
  expect(imageSides(camera(64, 90))).toEqual({ left: "A", right: "P" });
});
