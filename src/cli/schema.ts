import { recipeJsonSchema } from "../dataset/recipe.ts";

/** JSON Schema of recipes on stdout, for an editor. */
export function schemaCommand(): void {
  process.stdout.write(`${JSON.stringify(recipeJsonSchema(), null, 2)}\n`);
}
