import type { Anatomy } from "../anatomy/anatomy.ts";
import { evaluateLandmarkRules } from "../anatomy/landmark-rules/evaluate-landmark-rules.ts";
import { hipLandmarkRules } from "../anatomy/landmark-rules/hip-landmark-rules.ts";
import { InputError } from "../error/input-error.ts";
import type { Recipe } from "./recipe.ts";

/**
 * A subject with the landmarks that the recipe's rules find on its labels, behind those of its file. Every subject has all of them: writers
 * of data sets rely on the same list for every sample.
 *
 * @throws InputError `landmark-missing` with what the rule found; `landmark-twice`
 */
export function withRuledLandmarks(recipe: Recipe, subject: string, anatomy: Anatomy): Anatomy {
  if (recipe.landmarks === "none") return anatomy;
  const rules = recipe.landmarks === "hip" ? hipLandmarkRules() : recipe.landmarks;
  if (!anatomy.labelMap)
    throw new InputError("landmark-missing", `subject "${subject}" has no labels to find landmarks on`, {
      remedy: "give its labels, or landmarks: none",
    });
  const { landmarks, findings } = evaluateLandmarkRules(anatomy.labelMap, rules);
  const missing = rules.filter(({ name }) => !landmarks.some((landmark) => landmark.name === name));
  if (missing.length > 0)
    throw new InputError(
      "landmark-missing",
      `subject "${subject}": ${findings.find(({ message }) => message.includes(missing[0].name))?.message ?? `no landmark ${missing[0].name}`}`,
      { remedy: "correct the labels, or list the landmark rules of this recipe without it" },
    );
  const twice = landmarks.find(({ name }) => anatomy.landmarks.some((landmark) => landmark.name === name));
  if (twice)
    throw new InputError(
      "landmark-twice",
      `subject "${subject}" has a landmark ${twice.name} in its file and by rule`,
    );
  return { ...anatomy, landmarks: [...anatomy.landmarks, ...landmarks] };
}
