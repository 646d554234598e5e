import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { Recipe, RecipeSubject } from "../../dataset/recipe.ts";
import { openSubject } from "./open-subject.ts";
import type { PreparedStore } from "./prepared-subject.ts";
import type { RecipeSources } from "./subject-sources.ts";

/** The subjects of a recipe, read when they are needed; the last few stay in memory. */
export interface SubjectLibrary {
  anatomy(subject: RecipeSubject): Promise<Anatomy>;
}

/** Two subjects in memory: blocks of one subject often follow each other, and CTs are large. */
const KEPT = 2;

/**
 * @param sources hashes of the files when the data set was begun; files that have changed are refused
 * @param store where prepared subjects are kept
 */
export function subjectLibrary(
  recipe: Recipe,
  folder: string,
  sources: RecipeSources = {},
  store?: PreparedStore,
): SubjectLibrary {
  const kept = new Map<string, Promise<Anatomy>>();
  return {
    anatomy(subject) {
      const name = subject.name ?? subject.ct;
      const known = kept.get(name);
      // Deleting and setting again makes it the newest.
      kept.delete(name);
      const anatomy = known ?? openSubject(recipe, subject, folder, sources[name], store);
      anatomy.catch(() => kept.delete(name));
      kept.set(name, anatomy);
      for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest);
      return anatomy;
    },
  };
}
