import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseManifestLine } from "../../dataset/manifest.ts";
import { InputError } from "../../error/input-error.ts";
import { readDataSetRecipe } from "../dataset/data-set-folder.ts";
import { namesOf } from "../dataset/finish-outputs.ts";
import { aligned } from "./aligned.ts";
import { openGeneratedFolder } from "./generated-folder.ts";
import { openStudyFile } from "./hdf5-study.ts";
import { openHipFiles } from "./hip-files.ts";
import type { ImageSource, LabelledImages, OpenOptions } from "./labelled-images.ts";
import { openPlainFolder } from "./plain-folder.ts";

/**
 * Opens pictures with labels, whatever they lie in; what it is shows by its content. Names are aligned to those asked for.
 *
 * @param path a data set of `synthex generate`, an HDF5 file of the controlled study, published hip files, a folder of pictures with masks
 * @throws InputError that names the file and says what to do
 */
export async function openLabelledImages(path: string, options: OpenOptions = {}): Promise<LabelledImages> {
  const source = await openSource(path, options);
  try {
    return aligned(source, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openSource(path: string, options: OpenOptions): Promise<ImageSource> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "images-missing",
      `cannot read ${path}: ${cause.code === "ENOENT" ? "there is nothing there" : (cause.code ?? cause.message)}`,
      { cause },
    );
  });
  if (!found.isDirectory()) {
    if (/\.(h5|hdf5)$/i.test(path)) return await openStudyFile(path);
    throw new InputError("images-kind", `${path} is neither a folder nor an HDF5 file`, {
      remedy: "give a data set of synthex generate, a folder of pictures with masks, or study.h5",
    });
  }
  if (await isThere(path, "recipe.json")) return await openGenerated(path, options);
  if ((await isThere(path, "proj")) && (await isThere(path, "seg"))) return await openHipFiles(path);
  return await openPlainFolder(path, options);
}

/** A data set by the first of its outputs that can be read one sample at a time. */
async function openGenerated(folder: string, { targets }: OpenOptions): Promise<ImageSource> {
  const recipe = await readDataSetRecipe(folder);
  if (recipe.outputs.some((output) => output.startsWith("folder")))
    return await openGeneratedFolder(folder, recipe, targets);
  if (recipe.outputs.includes("hdf5") && (await isThere(folder, "study.h5")))
    return await openStudyFile(join(folder, "study.h5"), (await manifestNames(folder)).structures);
  if (recipe.outputs.includes("paper-files")) return await openHipFiles(folder, await manifestNames(folder));
  throw new InputError(
    "data-set-outputs",
    `${folder} has the outputs ${recipe.outputs.join(", ")}, none of which can be trained from here`,
    {
      remedy:
        "generate it with the output folder (and area-density to expose anew), or merge it where it has hdf5",
    },
  );
}

/** Names of structures and landmarks of the first line of the manifest. */
async function manifestNames(folder: string): Promise<{ structures: string[]; landmarks: string[] }> {
  const path = join(folder, "manifest.jsonl");
  const input = createReadStream(path);
  try {
    for await (const line of createInterface({ input })) return namesOf(parseManifestLine(line, path));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError("file-missing", `cannot read ${path}: ${(cause as Error).message}`, {
      remedy: "run synthex merge or verify on the data set",
      cause,
    });
  } finally {
    input.destroy();
  }
  throw new InputError("data-set-empty", `${path} is empty`);
}

const isThere = async (folder: string, name: string): Promise<boolean> =>
  (await stat(join(folder, name)).catch(() => undefined)) !== undefined;
