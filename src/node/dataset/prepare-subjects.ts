import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Recipe } from "../../dataset/recipe.ts";
import { nodeProjector } from "../node-projector.ts";
import { readSubject } from "./open-subject.ts";
import { picturePreparation } from "./picture-preparation.ts";
import { isPrepared, preparedFolder, preparedSubject } from "./prepared-subject.ts";
import type { RecipeSources } from "./subject-sources.ts";

/**
 * Prepares the subjects that have steps to go through, once for all workers, and pictures what the steps did.
 *
 * @param options.needed names of the subjects that will be rendered; others are left for those who need them
 */
export async function prepareSubjects(options: {
  recipe: Recipe;
  needed: ReadonlySet<string>;
  folder: string;
  sources: RecipeSources;
  directory: string;
  partialFolder: string;
}): Promise<void> {
  const { recipe, needed, folder, sources, directory, partialFolder } = options;
  for (const subject of recipe.subjects) {
    if (subject.preparation.length === 0) continue;
    const name = subject.name ?? subject.ct;
    if (!needed.has(name)) continue;
    const recorded = sources[name] ?? {};
    const pictures = preparedFolder(directory, name);
    const isPictured = await access(join(pictures, "before-after.png")).then(
      () => true,
      () => false,
    );
    if (isPictured && (await isPrepared({ subject, folder, sources: recorded, directory }))) continue;
    const before = await readSubject(subject, folder, recorded);
    const store = { directory, partialFolder };
    const { anatomy: after } = await preparedSubject({
      subject,
      anatomy: before,
      folder,
      sources: recorded,
      store,
    });
    if (isPictured) continue;
    const projector = nodeProjector();
    try {
      await picturePreparation({ directory: pictures, recipe, before, after, projector });
    } finally {
      await projector.close();
    }
  }
}
