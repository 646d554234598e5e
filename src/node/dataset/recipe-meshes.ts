import { resolve } from "node:path";
import type { RecipeMeshes } from "../../dataset/draw-instruments.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { readMesh } from "../../instrument/mesh/read-mesh.ts";
import { filesOf } from "../../scene/instrument-schema.ts";
import { readSourceFile } from "../source-file.ts";

/** Paths of the files that the instruments of a recipe name, each once. */
export const meshPaths = ({ instruments = [] }: Pick<Recipe, "instruments">): string[] => [
  ...new Set(instruments.flatMap(pathsOf)),
];

const pathsOf = ({ mesh, chain }: NonNullable<Recipe["instruments"]>[number]): string[] => [
  ...[mesh ?? []].flat(),
  ...filesOf({ chain }).map(({ path }) => path),
];

/**
 * Reads the files of a recipe's instruments, once for all samples.
 *
 * @param expected SHA-256 when the data set was begun, by path
 * @throws InputError `source-changed`, `instrument-folder`, and what is wrong with the meshes: before anything is made
 */
export async function readRecipeMeshes(
  recipe: Pick<Recipe, "instruments">,
  folder: string,
  expected: Readonly<Record<string, string | undefined>> = {},
): Promise<RecipeMeshes> {
  const meshes = new Map<string, { bytes: Uint8Array; sha256: string }>();
  for (const path of meshPaths(recipe)) {
    const { isFolder, files, sha256 } = await readSourceFile(resolve(folder, path));
    if (isFolder) throw new InputError("instrument-folder", `${path} is a folder; a mesh is one file`);
    const known = expected[path];
    if (known !== undefined && known !== sha256)
      throw new InputError(
        "source-changed",
        `${path} (of an instrument) is not the file that the data set was begun with: its SHA-256 is no longer ${known}`,
        { remedy: "put the old file back, or make a new data set in another folder" },
      );
    const [{ name, bytes }] = files;
    const own = recipe.instruments?.find((instrument) => pathsOf(instrument).includes(path));
    const link = own?.chain?.find(({ mesh }) => mesh?.path === path);
    readMesh(bytes, name, link ? link.unit : own?.unit);
    meshes.set(path, { bytes, sha256 });
  }
  return meshes;
}
