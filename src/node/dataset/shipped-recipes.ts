import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecipe } from "../../dataset/recipe.ts";

/** The folder of recipes that comes with the package, three folders above this file, as source and compiled. */
const FOLDER = fileURLToPath(new URL("../../../recipes", import.meta.url));

export interface ShippedRecipe {
  /** What `generate` takes instead of a path. */
  readonly name: string;
  readonly description: string;
  readonly count: number;
  readonly subjects: readonly string[];
  readonly outputs: readonly string[];
  readonly path: string;
}

/** The recipes that come with SyntheX, by name. */
export async function shippedRecipes(folder: string = FOLDER): Promise<ShippedRecipe[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml")).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const path = join(folder, file);
      const text = await readFile(path, "utf8");
      const { description, count, subjects, outputs } = readRecipe(text, path);
      return {
        name: basename(file, ".yaml"),
        description: description ?? leadingComment(text),
        count,
        subjects: subjects.map(({ name, ct }) => name ?? ct),
        outputs,
        path,
      };
    }),
  );
}

/** The path of a recipe by its name alone ("hip"); undefined for paths and for names that no recipe has. */
export async function shippedRecipePath(name: string, folder: string = FOLDER): Promise<string | undefined> {
  if (!/^[\w-]+$/.test(name)) return undefined;
  const files: string[] = await readdir(folder).catch(() => []);
  return files.includes(`${name}.yaml`) ? join(folder, `${name}.yaml`) : undefined;
}

/** The comment that a file begins with, as one line. */
function leadingComment(text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .map((line) => line.replace(/^#+\s*/, ""))
    .join(" ")
    .trim();
}
