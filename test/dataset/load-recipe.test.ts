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
