import { resolve } from "node:path";
import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { Recipe, RecipeSubject } from "../../dataset/recipe.ts";
import { withRuledLandmarks } from "../../dataset/subject-landmarks.ts";
import { withAssumedLabelNames } from "../../volume/inspection/assumed-label-names.ts";
import { readCt, readLabels, readLandmarkFile } from "../read-anatomy.ts";

/** Reads a subject of a recipe. */
export async function openSubject(recipe: Recipe, subject: RecipeSubject, folder: string): Promise<Anatomy> {
  const at = (path: string): string => resolve(folder, path);
  const { ct } = await readCt(at(subject.ct));
  const given =
    subject.labels === undefined
      ? undefined
      : await readLabels(
          at(subject.labels),
          subject.labelNames === undefined ? undefined : at(subject.labelNames),
        );
  const labelMap = given && withAssumedLabelNames(given.labelMap, ct);
  const landmarks =
    subject.landmarks === undefined ? [] : (await readLandmarkFile(at(subject.landmarks))).landmarks;
  return withRuledLandmarks(recipe, subject.name ?? subject.ct, {
    ct,
    landmarks,
    ...(labelMap ? { labelMap } : {}),
  });
}
