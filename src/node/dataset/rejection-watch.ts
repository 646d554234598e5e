import { constraintInWords } from "../../dataset/check-constraints.ts";
import type { Constraint } from "../../dataset/constraint-schema.ts";
import { InputError } from "../../error/input-error.ts";

const LEAST_ACCEPTED = 0.01;
const LEAST_VIEWS = 1000;

/**
 * Ends a run whose recipe accepts under 1 % of its views, as soon as that is sure: accepted views are counted as Poisson's law
 * has them, so the true share is under 1 % with three standard deviations where n + 3 √n < 1 % of all.
 *
 * @returns takes the rejections of one accepted sample after another, by constraint
 * @throws InputError `recipe-rejects` from what it returns, with the constraint that refused most
 */
export function rejectionWatch(constraints: readonly Constraint[]): (rejections: readonly number[]) => void {
  const refused = constraints.map(() => 0);
  let accepted = 0;
  return (rejections) => {
    accepted++;
    rejections.forEach((count, constraint) => {
      refused[constraint] += count;
    });
    const views = accepted + refused.reduce((sum, count) => sum + count, 0);
    if (views < LEAST_VIEWS || accepted + 3 * Math.sqrt(accepted) >= LEAST_ACCEPTED * views) return;
    const worst = refused.indexOf(Math.max(...refused));
    throw new InputError(
      "recipe-rejects",
      `the recipe accepts under 1 % of its views (${accepted} of ${views}); ${constraintInWords(constraints[worst])} refused ${refused[worst]} of them`,
      { remedy: "widen this constraint, or narrow the view distribution towards it" },
    );
  };
}
