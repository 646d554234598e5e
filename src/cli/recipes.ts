import { shippedRecipes } from "../node/dataset/shipped-recipes.ts";
import { printJson } from "./failure.ts";

/** Lists the recipes that come with SyntheX. */
export async function recipesCommand(options: { json?: boolean }): Promise<void> {
  const recipes = await shippedRecipes();
  if (options.json) return printJson({ recipes });
  for (const { name, description, count, subjects, path } of recipes)
    console.log(
      `${name}\n${wrapped(description)}\n  ${count} samples of ${subjects.join(", ")}\n  ${path}\n`,
    );
  console.log("synthex generate NAME --out DIR makes one of them; copy the file to change it");
}

/** Lines of at most a hundred characters, two of them blanks at the start. */
const wrapped = (text: string): string => text.replaceAll(/(.{1,98})(?:\s+|$)/g, "  $1\n").trimEnd();
