import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { blockCount } from "../../dataset/draw-patient.ts";
import type { EncodedFile } from "../../dataset/formats/encoded-file.ts";
import { tarEnd } from "../../dataset/formats/tar-shard.ts";
import { parseManifestLine } from "../../dataset/manifest.ts";
import { InputError } from "../../error/input-error.ts";
import { nodeProjector } from "../node-projector.ts";
import { writeAtomically } from "../write-atomically.ts";
import { readBlockRecord } from "./block-files.ts";
import { readDataSet, readRecipeFolder } from "./data-set-folder.ts";
import { recipeHash } from "./load-recipe.ts";
import { patientShelf } from "./patient-shelf.ts";
import { renderBlock } from "./render-block.ts";
import { readRecipeMeshes } from "./recipe-meshes.ts";
import { subjectLibrary } from "./subject-library.ts";
import { instrumentSources } from "./subject-sources.ts";

export interface Rerendering {
  readonly id: number;
  /** All files, its part of the block's files and everything that the manifest says of the sample came out the same. */
  readonly identical: boolean;
  readonly files: readonly { path: string; sha256: string; recorded: string | undefined }[];
  /** Files of the block, which hold many samples: whether what came out stands in them. */
  readonly parts: readonly { path: string; held: boolean }[];
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
  const pieces: EncodedFile[] = [];
  try {
    const again = await renderBlock({
      recipe,
      recipeHash: recipeHash(recipe),
      block,
      subjects: subjectLibrary(recipe, folder, sources, { directory }),
      patients: patientShelf(projector),
      meshes: await readRecipeMeshes(recipe, folder, instrumentSources(sources)),
      sink: async (file) => void files.push(file),
      only: id,
      onPieces: (found) => void pieces.push(...found),
    });
    // As it would be read back, so that both have their fields in the same order.
    const made = parseManifestLine(JSON.stringify(again.samples[0]), `sample ${id}`);
    if (options.out !== undefined)
      for (const file of files) await writeAtomically(join(options.out, file.path), file.bytes);
    const parts = await Promise.all(
      pieces.map(async (piece) => ({ path: piece.path, held: await holds(directory, piece) })),
    );
    return {
      id,
      identical: JSON.stringify(made) === JSON.stringify(line) && parts.every(({ held }) => held),
      parts,
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

/** Whether a file of a block has a sample's bytes in it, one after the other. */
async function holds(directory: string, { path, bytes }: EncodedFile): Promise<boolean> {
  const piece = path.endsWith(".tar") ? bytes.subarray(0, bytes.length - tarEnd().length) : bytes;
  const file = await readFile(join(directory, path)).catch(() => undefined);
  return file?.includes(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)) ?? false;
}
