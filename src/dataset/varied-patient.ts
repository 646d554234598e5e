import type { Anatomy } from "../anatomy/anatomy.ts";
import type { Recipe } from "./recipe.ts";

/** The patient of a block: the subject in the variation that is drawn for it, from a stream of its own. */
export function variedPatient(_recipe: Recipe, _block: number, anatomy: Anatomy): Anatomy {
  return anatomy;
}
