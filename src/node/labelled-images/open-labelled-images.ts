import { stat } from "node:fs/promises";
import { InputError } from "../../error/input-error.ts";
import { readDataSetRecipe } from "../dataset/data-set-folder.ts";
import { aligned } from "./aligned.ts";
import { openGeneratedFolder } from "./generated-folder.ts";
import type { ImageSource, LabelledImages, OpenOptions } from "./labelled-images.ts";

/**
 * Opens pictures with labels, whatever they lie in; what it is shows by its content. Names are aligned to those asked for.
 *
 * @param path a data set of `synthex generate`, an HDF5 file, a folder of pictures with masks
 * @throws InputError that names the file and says what to do
 */
export async function openLabelledImages(path: string, options: OpenOptions = {}): Promise<LabelledImages> {
  const source = await openSource(path);
  try {
    return aligned(source, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openSource(path: string): Promise<ImageSource> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "images-missing",
      `cannot read ${path}: ${cause.code === "ENOENT" ? "there is nothing there" : (cause.code ?? cause.message)}`,
      { cause },
    );
  });
  if (!found.isDirectory()) throw new InputError("images-kind", `${path} is no folder`);
  const recipe = await readDataSetRecipe(path);
  return await openGeneratedFolder(path, recipe);
}
