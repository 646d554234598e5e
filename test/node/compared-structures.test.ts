import { expect, test } from "vitest";
import { comparedStructures } from "../../src/node/evaluation/compared-structures.ts";

const set = {
  name: "chests",
  structures: ["lungs", "cardiomediastinum", "spleen"],
  unions: { lungs: ["lung_left", "lung_right"], cardiomediastinum: ["heart", "aorta?"] },
};

test("a structure is compared where the model has all parts of it, those with ? where it has them", () => {
  expect(comparedStructures(set, ["lung_left", "heart", "lung_right"])).toEqual([
    { name: "lungs", members: [0, 2] },
    { name: "cardiomediastinum", members: [1] },
  ]);
  expect(comparedStructures(set, ["aorta", "heart", "lung_left"])).toEqual([
    { name: "cardiomediastinum", members: [1, 0] },
  ]);
});

test("a model that knows nothing of a collection is told what both know", () => {
  expect(() => comparedStructures(set, ["aorta", "lung_left"])).toThrow(/aorta, lung_left; chests has lungs/);
});
