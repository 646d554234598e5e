import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { readRecipe, recipeJsonSchema } from "../../src/dataset/recipe.ts";

const doc = (name: string): string => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");
const RECIPES = doc("recipes");

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly [key: string]: unknown;
}

/** Every property of a schema by the way to it, through unions and lists. */
function fieldsOf(schema: unknown, path: readonly string[] = []): string[][] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((entry) => fieldsOf(entry, path));
  return Object.entries(schema as JsonSchema).flatMap(([key, value]) =>
    key === "properties"
      ? Object.entries(value as Record<string, unknown>).flatMap(([name, inner]) => [
          [...path, name],
          ...fieldsOf(inner, [...path, name]),
        ])
      : key === "default" || key === "enum" || key === "required"
        ? []
        : fieldsOf(value, path),
  );
}

/** Words in code, in a table's cell or a listing. */
const isMentioned = (text: string, field: string): boolean =>
  new RegExp(`(\`|\\b)${field}(\`|:|\\b)`).test(
    [...text.matchAll(/`[^`\n]+`|```[\s\S]*?```/g)].map(([code]) => code).join("\n"),
  );

describe("docs/recipes.md", () => {
  const fields = fieldsOf(recipeJsonSchema());

  test("explains every field of a recipe (rules of landmarks in docs/landmarks.md)", () => {
    expect(fields.length).toBeGreaterThan(80);
    const missing = fields
      .filter((path) => {
        const field = path[path.length - 1];
        const isRule = path[0] === "landmarks" && path.length > 1;
        return !isMentioned(isRule ? RECIPES + doc("landmarks") : RECIPES, field);
      })
      .map((path) => path.join("."));
    expect([...new Set(missing)]).toEqual([]);
  });

  test("has every kind of the schema's unions", () => {
    const kinds = [
      ...JSON.stringify(recipeJsonSchema()).matchAll(/"kind":\{"type":"string","const":"([\w-]+)"/g),
    ].map(([, kind]) => kind);
    expect(kinds.length).toBeGreaterThan(15);
    expect(kinds.filter((kind) => !isMentioned(RECIPES + doc("landmarks"), kind))).toEqual([]);
  });
});

describe("recipes in the guides", () => {
  test.each(["recipes", "your-own-ct"])("of docs/%s.md are valid", (name) => {
    const listings = [...doc(name).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml);
    expect(listings.length).toBeGreaterThan(0);
    for (const yaml of listings) {
      const content = parse(yaml) as object;
      // Fragments become whole by what a recipe must have.
      const whole = { name: "fragment", count: 1, subjects: [{ ct: "ct.nii" }], ...content };
      expect(readRecipe(JSON.stringify(whole), name).count).toBeGreaterThan(0);
    }
  });
});
