import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { type Recipe, type RecipeSubject, readRecipe, recipeSchema } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { shippedRecipePath } from "./shipped-recipes.ts";

/** A recipe with its globs expanded; paths stay relative to `folder`, so that no record holds a path of this machine. */
export interface LoadedRecipe {
  readonly recipe: Recipe;
  readonly folder: string;
}

/**
 * Reads a recipe file and finds its subjects.
 *
 * @param pathOrName a name alone means one of the recipes that come with SyntheX, where there is no such file
 * @throws InputError `recipe-unreadable`, and what `readRecipe` and the globs refuse
 */
export async function loadRecipe(
  pathOrName: string,
  overrides: { count?: number; seed?: number } = {},
): Promise<LoadedRecipe> {
  const { path, text } = await recipeFile(pathOrName);
  const recipe = readRecipe(text, path);
  const folder = dirname(resolve(path));
  const subjects = (
    await Promise.all(recipe.subjects.map((subject) => expanded(subject, folder, path)))
  ).flat();
  const names = subjects.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InputError("recipe-subject-twice", `${path}: two subjects are called "${twice}"`, {
      remedy: "give them names of their own",
    });
  return {
    // Parsed once more: fields in the order of the schema, as they are when the data set's own copy is read, so that both have one hash.
    recipe: recipeSchema.parse({
      ...recipe,
      subjects,
      count: overrides.count ?? recipe.count,
      seed: overrides.seed ?? recipe.seed,
    }),
    folder,
  };
}

async function recipeFile(pathOrName: string): Promise<{ path: string; text: string }> {
  try {
    return { path: pathOrName, text: await readFile(pathOrName, "utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A folder may well have the name of a recipe: the data set that was made of it.
    const shipped = code === "ENOENT" || code === "EISDIR" ? await shippedRecipePath(pathOrName) : undefined;
    if (shipped !== undefined) return { path: shipped, text: await readFile(shipped, "utf8") };
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : (code ?? message);
    throw new InputError("recipe-unreadable", `cannot read the recipe ${pathOrName}: ${reason}`, {
      cause: error,
      remedy: "`synthex recipes` lists those that come with SyntheX",
    });
  }
}

/** SHA-256 of everything in a recipe that its samples depend on: all but how many there are. */
export function recipeHash(recipe: Recipe): string {
  const { count: _, description: _description, ...rest } = recipe;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex");
}

/** The subjects that one entry stands for. */
async function expanded(
  subject: RecipeSubject,
  folder: string,
  recipePath: string,
): Promise<RecipeSubject[]> {
  if (!subject.ct.includes("*")) return [{ ...subject, name: subject.name ?? nameOf(subject.ct) }];
  const pattern = resolve(folder, subject.ct);
  const parts = pattern.split("*");
  if (parts.length !== 2)
    throw new InputError("recipe-glob", `${recipePath}: the CT pattern "${subject.ct}" has more than one *`, {
      remedy: "use one * for the part that differs between subjects",
    });
  const found: string[] = [];
  for await (const match of glob(pattern)) found.push(match);
  if (found.length === 0)
    throw new InputError("recipe-glob-empty", `${recipePath}: no CT matches "${subject.ct}" in ${folder}`);
  return found.toSorted().map((match) => {
    const star = match.slice(parts[0].length, match.length - parts[1].length);
    const filled = <K extends "labels" | "landmarks" | "labelNames">(field: K): Partial<RecipeSubject> =>
      subject[field] === undefined ? {} : { [field]: (subject[field] as string).replaceAll("*", star) };
    return {
      ...subject,
      ct: isAbsolute(subject.ct) ? match : relative(folder, match).replaceAll("\\", "/"),
      name: star.replaceAll(/[^\w.-]+/g, "_") || nameOf(match),
      ...filled("labels"),
      ...filled("labelNames"),
      ...filled("landmarks"),
    };
  });
}

/** The file's name without its extensions, in characters that a name may have. */
const nameOf = (path: string): string =>
  basename(path)
    .replace(/(\.nii\.gz|\.seg\.nrrd|\.[A-Za-z]\w*)$/, "")
    .replaceAll(/[^\w.-]+/g, "_");
