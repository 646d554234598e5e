import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recipeSchema } from "../../src/dataset/recipe.ts";
import { loadRecipe, recipeHash } from "../../src/node/dataset/load-recipe.ts";
import { make, smallPlace, type SmallPlace } from "./small-data-set.ts";

let place: SmallPlace;
beforeAll(() => {
  place = smallPlace();
});
afterAll(() => place.remove());

describe("a recipe that would fail at some later sample", () => {
  test("is refused at once, with line and column: numbers out of range, area densities of a grey simulator", async () => {
    const wrong = place.recipe({
      beam: { kv: { uniform: [60, 200] } },
      variation: { scale: { uniform: [0, 1] } },
    });
    await expect(loadRecipe(wrong)).rejects.toThrow(
      /yaml:\d+:\d+: variation\.scale: must stay within 0\.5 to 2.*yaml:\d+:\d+: beam\.kv: must stay within 40 to 150/,
    );
    const grey = place.recipe({ simulator: ["realistic", "naive"], outputs: ["area-density"] });
    await expect(loadRecipe(grey)).rejects.toThrow(
      /yaml:\d+:\d+: outputs: area-density is for the realistic/,
    );
  });
});

describe("a field that may be a word or a list", () => {
  test("says what is wrong in the list, with line and column, not what else it might have been", async () => {
    const refusal = (changes: object, message: RegExp) =>
      expect(loadRecipe(place.recipe(changes))).rejects.toThrow(message);
    await refusal(
      { landmarks: [{ name: "e", kind: "extreme", labels: ["bone_left"] }] },
      /yaml:\d+:\d+: landmarks\.0\.direction: /,
    );
    await refusal(
      { structures: { structures: [{ name: "a", label: "bone_left" }] } },
      /yaml:\d+:\d+: structures\.structures\.0\.label: there is no such field/,
    );
    await refusal({ beam: { kv: { normal: { sd: -1 } } } }, /beam\.kv\.normal\.sd: /);
    await refusal({ beam: { kv: { unifrom: [60, 80] } } }, /beam\.kv: must be a number, or one of/);
  });
});

describe("a recipe whose subjects have no names", () => {
  const subjects = {
    "a file": [{ ct: "one.nii" }],
    "a glob": [{ ct: "*.nii", labelNames: "names.json" }],
  } as const;

  test.each(Object.keys(subjects) as (keyof typeof subjects)[])(
    "of %s has the hash that it has when it is read back",
    async (kind) => {
      const { recipe } = await loadRecipe(place.recipe({ subjects: [...subjects[kind]] }));
      const back = recipeSchema.parse(JSON.parse(JSON.stringify(recipe)));
      expect(recipeHash(back)).toBe(recipeHash(recipe));
    },
  );

  test("makes a data set that merges, named after its files", async () => {
    const recipe = place.recipe({
      count: 2,
      subjects: [{ ct: "one.nii", labels: "one-labels.nii", labelNames: "names.json" }],
    });
    await make(recipe, place.at("unnamed"));
    expect((await loadRecipe(recipe)).recipe.subjects.map(({ name }) => name)).toEqual(["one"]);
  });

  test("takes what the star of a glob stood for, in labels and names", async () => {
    writeFileSync(place.at("cases-a.nii"), "");
    writeFileSync(place.at("cases-b.nii"), "");
    const { recipe } = await loadRecipe(
      place.recipe({ subjects: [{ ct: "cases-*.nii", labels: "labels/*/map.nii" }] }),
    );
    expect(recipe.subjects.map(({ name, ct, labels }) => [name, ct, labels])).toEqual([
      ["a", "cases-a.nii", "labels/a/map.nii"],
      ["b", "cases-b.nii", "labels/b/map.nii"],
    ]);
  });
});
