import { mkdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { type Recipe, recipeSchema } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { softwareVersion } from "../software-version.ts";
import { writeAtomically } from "../write-atomically.ts";
import { type LoadedRecipe, recipeHash } from "./load-recipe.ts";

const RECIPE = "recipe.json";
/** Where this machine keeps the recipe's CTs; not part of the data set, and replaced by every run. */
const PLACE = "place.json";

/**
 * Makes a folder the data set of a recipe, or finds that it is so already.
 *
 * @returns the recipe's hash
 * @throws InputError `out-unusable`; `data-set-other-recipe` where the folder holds the data set of another recipe or seed
 */
export async function openDataSetFolder(
  directory: string,
  { recipe, folder }: LoadedRecipe,
): Promise<string> {
  await mkdir(directory, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "out-unusable",
      `cannot make the folder ${directory}: ${cause.code ?? cause.message}`,
      {
        cause,
      },
    );
  });
  const hash = recipeHash(recipe);
  const known = await readDataSetRecipe(directory).catch((error: unknown) => {
    if (error instanceof InputError && error.code === "data-set-missing") return undefined;
    throw error;
  });
  if (known && recipeHash(known) !== hash)
    throw new InputError(
      "data-set-other-recipe",
      `${directory} holds a data set of another recipe or seed ("${known.name}", seed ${known.seed})`,
      { remedy: "give another --out, or the recipe and seed that it was made with" },
    );
  if (!known || known.count !== recipe.count)
    await write(join(directory, RECIPE), { software: `synthex ${softwareVersion()}`, recipe });
  await write(join(directory, PLACE), { recipeFolder: relative(resolve(directory), folder) || "." });
  return hash;
}

const write = (path: string, value: object): Promise<void> =>
  writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError("out-unusable", `cannot write ${path}: ${cause.code ?? cause.message}`, { cause });
  });

/**
 * The recipe of a data set.
 *
 * @throws InputError `data-set-missing` where there is none
 */
export async function readDataSetRecipe(directory: string): Promise<Recipe> {
  const path = join(directory, RECIPE);
  const content = await json(path);
  if (content === undefined)
    throw new InputError("data-set-missing", `${directory} is not a data set: it has no ${RECIPE}`, {
      remedy: "give the folder that `synthex generate --out` made",
    });
  const result = z.object({ recipe: recipeSchema }).safeParse(content);
  if (!result.success)
    throw new InputError("data-set-recipe", `${path} is not a recipe: ${result.error.issues[0].message}`);
  return result.data.recipe;
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
    if (cause instanceof SyntaxError) throw new InputError("data-set-json", `${path} is not JSON`, { cause });
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new InputError("data-set-unreadable", `cannot read ${path}: ${code ?? String(cause)}`, { cause });
  }
}
