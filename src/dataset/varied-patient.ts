import type { Anatomy } from "../anatomy/anatomy.ts";
import type { PatientVariationInput } from "../anatomy/variation/patient-variation.ts";
import { varyPatient } from "../anatomy/variation/vary-patient.ts";
import { InputError } from "../error/input-error.ts";
import { randomStream } from "../random/random-stream.ts";
import { sampleKey } from "../random/sample-key.ts";
import type { Recipe } from "./recipe.ts";
import { drawVariation } from "./variation-schema.ts";

/** A subject in the variation of one block, and the numbers that made it. */
export interface VariedPatient {
  readonly anatomy: Anatomy;
  readonly variation: PatientVariationInput | undefined;
}

/** A deformation that would fold, or a number beyond what a patient can be, is drawn again; with sensible distributions that is rare. */
const UNLUCKY: ReadonlySet<string> = new Set(["variation-folds", "variation-invalid"]);
const MOST_ATTEMPTS = 20;

/**
 * The patient of a block: the subject in a variation drawn from a stream of its own. With `variants` the block first draws which
 * one of them it shows.
 *
 * @throws InputError as `varyPatient`, where twenty draws in a row gave no patient
 */
export function variedPatient(recipe: Recipe, block: number, anatomy: Anatomy): VariedPatient {
  const { variation: distributions, seed } = recipe;
  if (!distributions) return { anatomy, variation: undefined };
  const { variants } = distributions;
  const variant =
    variants === undefined ? block : randomStream(sampleKey(seed, block, "variant")).integerBelow(variants);
  for (let attempt = 0; ; attempt++) {
    const stream = randomStream(sampleKey(seed, variant, `variation ${attempt}`));
    const variation = drawVariation(distributions, stream);
    try {
      return { anatomy: varyPatient(anatomy, variation), variation };
    } catch (error) {
      const isUnlucky = error instanceof InputError && UNLUCKY.has(error.code);
      if (!isUnlucky || attempt + 1 >= MOST_ATTEMPTS) throw error;
    }
  }
}
