import { randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import { drawIndex } from "./distribution.ts";
import type { Recipe, RecipeSubject } from "./recipe.ts";

/** A subject in one variation. Samples `first` to `end` − 1 show it: they follow each other, so that a patient is made once. */
export interface PatientDraw {
  /** ⌊id / imagesPerPatient⌋ of all its samples. */
  readonly block: number;
  readonly first: number;
  readonly end: number;
  readonly subject: RecipeSubject;
}

export const blockCount = ({ count, imagesPerPatient }: Recipe): number =>
  Math.ceil(count / imagesPerPatient);

/** The patient of a block: a function of the recipe's seed and the block only. */
export function drawPatient(recipe: Recipe, block: number): PatientDraw {
  const stream = randomStream(sampleKey(recipe.seed, block, "subject"));
  const index = drawIndex(
    recipe.subjects.map(({ weight }) => weight),
    stream,
  );
  const first = block * recipe.imagesPerPatient;
  return {
    block,
    first,
    end: Math.min(first + recipe.imagesPerPatient, recipe.count),
    subject: recipe.subjects[index],
  };
}
