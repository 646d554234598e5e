import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadRecipe } from "../../src/node/dataset/load-recipe.ts";
import { shippedRecipePath, shippedRecipes } from "../../src/node/dataset/shipped-recipes.ts";
import { synthexJson } from "../cli/run-synthex.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "synthex-recipes-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the recipes that come with the package", () => {
  test("are listed with what they are, and their CTs are there", async () => {
    const recipes = await shippedRecipes();
    expect(recipes.map(({ name }) => name)).toEqual(expect.arrayContaining(["chest", "hip"]));
    for (const { name, description, path, count } of recipes) {
      expect([name, description.length > 20, count > 0]).toEqual([name, true, true]);
      const { recipe, folder: home } = await loadRecipe(name);
      for (const { ct } of recipe.subjects) expect(readFileSync(resolve(home, ct)).length).toBeGreaterThan(0);
      expect(home).toBe(dirname(path));
    }
    const printed = await synthexJson<{ recipes: unknown[] }>("recipes");
    expect(printed.recipes).toEqual(recipes);
  });

  test("are found by name alone, not by a path", async () => {
    expect(await shippedRecipePath("hip")).toMatch(/recipes.hip\.yaml$/);
    for (const other of ["./hip", "hip.yaml", "../recipes/hip", "nothing", ""])
      expect(await shippedRecipePath(other)).toBeUndefined();
  });

  test("are in the package's files", () => {
    const { files } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      files: string[];
    };
    expect(files).toContain("recipes");
  });
});

describe("a name alone", () => {
  const home = process.cwd();
  afterAll(() => process.chdir(home));

  test("is first a file of that name, and a folder of that name does not hide the recipe", async () => {
    process.chdir(folder);
    mkdirSync("hip");
    expect((await loadRecipe("hip")).recipe.name).toBe("hip");
    writeFileSync("chest", stringify({ name: "mine", count: 1, subjects: [{ ct: "my.nii" }] }));
    expect((await loadRecipe("chest")).recipe.name).toBe("mine");
  });

  test("that is neither is refused with what there is to do", async () => {
    await expect(loadRecipe("hipp")).rejects.toMatchObject({
      code: "recipe-unreadable",
      remedy: expect.stringContaining("synthex recipes"),
    });
  });
});
