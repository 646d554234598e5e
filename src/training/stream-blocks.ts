import { drawPatient } from "../dataset/draw-patient.ts";
import type { Recipe, RecipeSubject } from "../dataset/recipe.ts";
import { InputError } from "../error/input-error.ts";
import type { Plan } from "./plan.ts";

/** Which blocks of a recipe a training without an end shows. A block is a patient: a subject in one variation. */
export interface StreamBlocks {
  /** The n-th block that is learnt from. */
  readonly train: (n: number) => number;
  /** The n-th block that is only looked at. */
  readonly validation: (n: number) => number;
  readonly hasValidation: boolean;
  /** How they are parted, in words. */
  readonly rule: string;
}

/**
 * Parts the blocks of a recipe as `splitExamples` parts a data set: by the plan's folds where it has some; else by the recipe's own splits; else every
 * n-th patient is only looked at, n the plan's share. Subjects of the split test are never shown. The same whatever the length of the training.
 *
 * @throws InputError `examples-none`, `folds-few`
 */
export function streamBlocks(recipe: Recipe, plan: Plan): StreamBlocks {
  const usable = recipe.subjects.filter(({ split }) => split !== "test");
  const { isValidation, rule, hasValidation = true } = ruleOf(usable, plan);
  const subjectOf = (block: number): RecipeSubject => drawPatient(recipe, block).subject;
  const isUsable = (block: number): boolean => subjectOf(block).split !== "test";
  const isHeld = (block: number): boolean => hasValidation && isValidation(block, subjectOf(block));
  return {
    train: picked((block) => isUsable(block) && !isHeld(block)),
    validation: picked((block) => isUsable(block) && isHeld(block)),
    hasValidation,
    rule,
  };
}

interface Rule {
  readonly isValidation: (block: number, subject: RecipeSubject) => boolean;
  readonly rule: string;
  readonly hasValidation?: boolean;
}

function ruleOf(usable: readonly RecipeSubject[], { data: { folds, validationShare } }: Plan): Rule {
  const learnt = folds ? usable : usable.filter(({ split }) => split === "train");
  if (learnt.length === 0)
    throw new InputError("examples-none", "the recipe has no subject to learn from", {
      remedy: "give a subject the split train",
    });
  if (folds?.kind === "subject") {
    const names = [...new Set(usable.map(nameOf))].toSorted();
    if (names.length < 2 || folds.index >= names.length)
      throw new InputError(
        "folds-few",
        `fold ${folds.index} was asked for, the recipe has ${names.length} ${names.length === 1 ? "subject" : "subjects"}`,
        {
          remedy:
            names.length < 2
              ? "choose folds of patients (kind: k-fold)"
              : `choose an index below ${names.length}`,
        },
      );
    const held = names[folds.index];
    return { isValidation: (_, subject) => nameOf(subject) === held, rule: `without ${held}` };
  }
  if (folds) {
    const { index, count } = folds;
    if (index >= count)
      throw new InputError("folds-few", `fold ${index} of ${count} was asked for`, {
        remedy: `choose an index below ${count}`,
      });
    return { isValidation: (block) => block % count === index, rule: `fold ${index} of ${count}` };
  }
  if (learnt.length < usable.length)
    return {
      isValidation: (_, { split }) => split === "validation",
      rule: "by the recipe's own split",
    };
  if (validationShare === 0) return { isValidation: () => false, rule: "none", hasValidation: false };
  const every = Math.max(2, Math.round(1 / validationShare));
  return { isValidation: (block) => block % every === 0, rule: `one patient in ${every}` };
}

const nameOf = ({ name, ct }: RecipeSubject): string => name ?? ct;

/** The n-th whole number with a property; those before it are kept. */
function picked(isWanted: (block: number) => boolean): (n: number) => number {
  const found: number[] = [];
  let next = 0;
  return (n) => {
    for (; found.length <= n; next++) if (isWanted(next)) found.push(next);
    return found[n];
  };
}
