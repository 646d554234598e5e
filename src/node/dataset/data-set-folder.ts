import { link, readdir, readFile, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { type Recipe, recipeSchema } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { makeOutputFolder } from "../make-output-folder.ts";
import { softwareVersion } from "../software-version.ts";
import { partialPath, writeAtomically } from "../write-atomically.ts";
import { folderFailure } from "../folder-failure.ts";
import { type LoadedRecipe, recipeHash } from "./load-recipe.ts";
import { hashSources, type RecipeSources } from "./subject-sources.ts";

const RECIPE = "recipe.json";
/** Where this machine keeps the recipe's CTs; not part of the data set, and replaced by every run. */
const PLACE = "place.json";

/**
 * Makes a folder the data set of a recipe, or finds that it is so already. The hashes of the subjects' files are taken when it is
 * made and hold from then on.
 *
 * @param partialFolder where files grow until they are whole
 * @returns the recipe's hash, and the hashes of the subjects' files
 * @throws InputError `out-unusable`; `data-set-other-recipe` where the folder holds the data set of another recipe or seed
 */
export async function openDataSetFolder(
  directory: string,
  { recipe, folder }: LoadedRecipe,
  partialFolder: string,
): Promise<{ hash: string; sources: RecipeSources }> {
  await makeOutputFolder(directory);
  const hash = recipeHash(recipe);
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const known = await readDataSet(directory).catch((error: unknown) => {
    if (error instanceof InputError && error.code === "data-set-missing") return undefined;
    throw error;
  });
  if (known && recipeHash(known.recipe) !== hash)
    throw new InputError(
      "data-set-other-recipe",
      `${directory} holds a data set of another recipe or seed ("${known.recipe.name}", seed ${known.recipe.seed})`,
      {
        remedy: (await hasBlocks(directory))
          ? "give another --out, or the recipe and seed that it was made with"
          : "no sample of it has been made, so that you may remove the folder; or give another --out",
      },
    );
  const sources = known?.sources ?? (await hashSources(recipe, folder));
  const content = json({ software: `synthex ${softwareVersion()}`, recipe, sources });
  const place = json({ recipeFolder: relative(resolve(directory), folder) || "." });
  try {
    if (!known && !(await createFile(join(directory, RECIPE), content, partialFolder)))
      // Another process was faster: it may be making the same data set, or another.
      return openDataSetFolder(directory, { recipe, folder }, partialFolder);
    if (known && known.recipe.count !== recipe.count)
      await writeAtomically(join(directory, RECIPE), content, { partialFolder });
    if ((await readFile(join(directory, PLACE), "utf8").catch(() => undefined)) !== place)
      await writeAtomically(join(directory, PLACE), place, { partialFolder });
  } catch (error) {
    throw folderFailure(error, directory);
  }
  return { hash, sources };
}

const hasBlocks = async (directory: string): Promise<boolean> =>
  (await readdir(join(directory, "blocks")).catch(() => [])).length > 0;

/** Writes a file that is not there yet, whole or not at all; false where it is there. */
async function createFile(path: string, text: string, partialFolder: string): Promise<boolean> {
  const temporary = await partialPath(path, partialFolder);
  try {
    await writeAtomically(temporary, text);
    return await link(temporary, path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false;
        throw error;
      },
    );
  } finally {
    await rm(temporary, { force: true });
  }
}

const dataSetFile = z.object({
  recipe: recipeSchema,
  sources: z
    .record(z.string(), z.record(z.string(), z.string()))
    .default({})
    .describe("SHA-256 of the files of every subject"),
});

/** The recipe of a data set; @throws as `readDataSet`. */
export const readDataSetRecipe = async (directory: string): Promise<Recipe> =>
  (await readDataSet(directory)).recipe;

/**
 * The recipe of a data set and the hashes of its subjects' files.
 *
 * @throws InputError `data-set-missing` where there is none
 */
export async function readDataSet(directory: string): Promise<{ recipe: Recipe; sources: RecipeSources }> {
  const path = join(directory, RECIPE);
  const content = await json(path);
  if (content === undefined)
    throw new InputError("data-set-missing", `${directory} is not a data set: it has no ${RECIPE}`, {
      remedy: "give the folder that `synthex generate --out` made",
    });
  const result = dataSetFile.safeParse(content);
  if (!result.success)
    throw new InputError("data-set-recipe", `${path} is not a recipe: ${result.error.issues[0].message}`);
  return result.data;
}

/** The folder that paths of the recipe start from, on this machine. */
export async function readRecipeFolder(directory: string): Promise<string> {
  const result = z.object({ recipeFolder: z.string() }).safeParse(await json(join(directory, PLACE)));
  if (result.success) return resolve(directory, result.data.recipeFolder);
  throw new InputError(
    "data-set-place",
    `${join(directory, PLACE)} does not say where the recipe's files are`,
    {
      remedy: "give --recipe-folder",
    },
  );
}

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new InputError("data-set-json", `${path} is not JSON`, {
        remedy: "remove it and run synthex generate with the same recipe again: what is complete stays",
        cause,
      });
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new InputError("data-set-unreadable", `cannot read ${path}: ${code ?? String(cause)}`, { cause });
  }
}
