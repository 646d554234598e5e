import { join } from "node:path";
import { blockCount } from "../../dataset/draw-patient.ts";
import type { EncodedFile } from "../../dataset/formats/encoded-file.ts";
import { parseManifestLine } from "../../dataset/manifest.ts";
import { InputError } from "../../error/input-error.ts";
import { nodeProjector } from "../node-projector.ts";
import { writeAtomically } from "../write-atomically.ts";
import { readBlockRecord } from "./block-files.ts";
import { readDataSet, readRecipeFolder } from "./data-set-folder.ts";
import { recipeHash } from "./load-recipe.ts";
import { patientShelf } from "./patient-shelf.ts";
import { renderBlock } from "./render-block.ts";
import { subjectLibrary } from "./subject-library.ts";

export interface Rerendering {
  readonly id: number;
  /** All files and everything that the manifest says of the sample came out the same. */
  readonly identical: boolean;
  readonly files: readonly { path: string; sha256: string; recorded: string | undefined }[];
}

/** Renders one sample again, from its number, and holds it to its record. */
export async function rerenderSample(options: {
  directory: string;
  id: number;
  recipeFolder?: string;
  /** Keeps the files that came out. */
  out?: string;
}): Promise<Rerendering> {
  const { directory, id } = options;
  const { recipe, sources } = await readDataSet(directory);
  const block = Math.floor(id / recipe.imagesPerPatient);
  const record = block < blockCount(recipe) ? await readBlockRecord(directory, block) : undefined;
  const line = record?.samples.find((sample) => sample.id === id);
  if (!line)
    throw new InputError("sample-missing", `${directory} has no sample ${id}`, {
      remedy: `its samples are 0 to ${recipe.count - 1}, as far as they are made`,
    });
  const folder = options.recipeFolder ?? (await readRecipeFolder(directory));
  const projector = nodeProjector();
  const files: EncodedFile[] = [];
  try {
    const again = await renderBlock({
      recipe,
      recipeHash: recipeHash(recipe),
      block,
      subjects: subjectLibrary(recipe, folder, sources, { directory }),
      patients: patientShelf(projector),
      sink: async (file) => void files.push(file),
      only: id,
    });
    // As it would be read back, so that both have their fields in the same order.
    const made = parseManifestLine(JSON.stringify(again.samples[0]), `sample ${id}`);
    if (options.out !== undefined)
      for (const file of files) await writeAtomically(join(options.out, file.path), file.bytes);
    return {
      id,
      identical: JSON.stringify(made) === JSON.stringify(line),
      files: made.files.map(({ path, sha256 }) => ({
        path,
        sha256,
        recorded: line.files.find((file) => file.path === path)?.sha256,
      })),
    };
  } finally {
    await projector.close();
  }
}
