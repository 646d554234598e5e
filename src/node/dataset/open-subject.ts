import { resolve } from "node:path";
import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { Recipe, RecipeSubject } from "../../dataset/recipe.ts";
import { withRuledLandmarks } from "../../dataset/subject-landmarks.ts";
import { withAssumedLabelNames } from "../../volume/inspection/assumed-label-names.ts";
import { readCt, readLabels, readLandmarkFile } from "../read-anatomy.ts";
import { type PreparedStore, preparedSubject } from "./prepared-subject.ts";
import { checkSource, type SubjectSources } from "./subject-sources.ts";

/**
 * A subject of a recipe: read, prepared, with its landmarks.
 *
 * @param recorded hashes of its files when the data set was begun
 * @throws InputError `source-changed`, and what the readers refuse
 */
export async function openSubject(
  recipe: Recipe,
  subject: RecipeSubject,
  folder: string,
  recorded?: SubjectSources,
  store?: PreparedStore,
): Promise<Anatomy> {
  const raw = await readSubject(subject, folder, recorded);
  const { anatomy } =
    subject.preparation.length === 0
      ? { anatomy: raw }
      : await preparedSubject({ subject, anatomy: raw, folder, sources: recorded ?? {}, store });
  return withRuledLandmarks(recipe, subject.name ?? subject.ct, anatomy);
}

/** A subject as its files have it. */
export async function readSubject(
  subject: RecipeSubject,
  folder: string,
  recorded?: SubjectSources,
): Promise<Anatomy> {
  const at = (path: string): string => resolve(folder, path);
  const { ct, source } = await readCt(at(subject.ct));
  await checkSource({ subject, field: "ct", source, recorded });
  const given =
    subject.labels === undefined
      ? undefined
      : await readLabels(
          at(subject.labels),
          subject.labelNames === undefined ? undefined : at(subject.labelNames),
        );
  if (given) await checkSource({ subject, field: "labels", source: given.source, recorded });
  if (given?.namesSource)
    await checkSource({ subject, field: "labelNames", source: given.namesSource, recorded });
  const labelMap = given && withAssumedLabelNames(given.labelMap, ct);
  const points = subject.landmarks === undefined ? undefined : await readLandmarkFile(at(subject.landmarks));
  if (points) await checkSource({ subject, field: "landmarks", source: points.source, recorded });
  return { ct, landmarks: points?.landmarks ?? [], ...(labelMap ? { labelMap } : {}) };
}
