import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RecipeInput } from "../../src/dataset/recipe.ts";
import { grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import { generate, type Shard } from "../../src/node/dataset/generate.ts";
import { loadRecipe } from "../../src/node/dataset/load-recipe.ts";
import { mergeDataSet } from "../../src/node/dataset/merge.ts";
import { writeNifti } from "../../src/volume/write-nifti.ts";

/** Two small patients and a recipe for them, in a folder of their own. */
export interface SmallPlace {
  readonly folder: string;
  readonly at: (...names: string[]) => string;
  /** Writes a recipe file; fields given here replace those of the small recipe. */
  recipe(changes?: Partial<RecipeInput>): string;
  remove(): void;
}

const SIDE = 24;

export function smallPlace(): SmallPlace {
  const folder = mkdtempSync(join(tmpdir(), "synthex-data-set-"));
  const at = (...names: string[]): string => join(folder, ...names);
  for (const name of ["one", "two"]) writePatient(at, name);
  let recipes = 0;
  return {
    folder,
    at,
    recipe(changes = {}) {
      const path = at(`recipe-${recipes++}.yaml`);
      writeFileSync(path, stringify({ ...SMALL, ...changes }));
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Six blocks of two samples. */
const SMALL: RecipeInput = {
  name: "small",
  count: 12,
  seed: 7,
  subjects: ["one", "two"].map((name, n) => ({
    name,
    ct: `${name}.nii`,
    labels: `${name}-labels.nii`,
    labelNames: "names.json",
    split: n === 0 ? ("train" as const) : ("test" as const),
  })),
  imagesPerPatient: 2,
  structures: "all",
  sizePx: 48,
  view: { kind: "rotated-patient", view: "AP", axis: "sphere", angleDeg: { uniform: [-30, 30] } },
  beam: { kv: { uniform: [65, 90] } },
  outputs: ["folder", "coco"],
};

/** A block of water with two bones in it, 24 voxels of 8 mm to a side; "two" has its bones elsewhere. */
export function writePatient(at: SmallPlace["at"], name: string, boneHu = 600): void {
  const shift = name === "one" ? 0 : 3;
  const inside = (n: number, from: number, to: number): boolean => n >= from && n < to;
  const labels = Uint8Array.from({ length: SIDE ** 3 }, (_, n) => {
    const [i, j, k] = [n % SIDE, Math.floor(n / SIDE) % SIDE, Math.floor(n / SIDE ** 2)];
    if (!inside(j, 8, 14) || !inside(k, 6 + shift, 16 + shift)) return 0;
    return inside(i, 5, 8) ? 1 : inside(i, 14, 19) ? 2 : 0;
  });
  const values = Int16Array.from(labels, (label, n) => {
    const places = [n % SIDE, Math.floor(n / SIDE) % SIDE, Math.floor(n / SIDE ** 2)];
    if (!places.every((place) => inside(place, 2, SIDE - 2))) return -1000;
    return label === 0 ? 30 + (n % 13) : boneHu;
  });
  const lpsFromVoxel = transform("lps", "voxel", [8, 0, 0, -92, 0, 8, 0, -92, 0, 0, 8, -92, 0, 0, 0, 1]);
  const placed = grid([SIDE, SIDE, SIDE], lpsFromVoxel);
  writeFileSync(at(`${name}.nii`), writeNifti({ quantity: "HU", grid: placed, values }));
  writeFileSync(at(`${name}-labels.nii`), writeNifti({ grid: placed, labels, names: new Map() }));
  writeFileSync(at("names.json"), '{"1": "bone_left", "2": "bone_right"}');
}

/** What `synthex generate` does, in this process. */
export async function make(
  recipe: string,
  directory: string,
  options: { workers?: number; shard?: Shard; count?: number; merge?: boolean } = {},
): Promise<void> {
  const { workers = 1, shard, count, merge = shard === undefined } = options;
  const loaded = await loadRecipe(recipe, count === undefined ? {} : { count });
  await generate({ loaded, directory, workers, ...(shard ? { shard } : {}) });
  if (merge) await mergeDataSet(directory);
}

/** Path and SHA-256 of every file of a data set, without the one that says where this machine keeps the CTs. */
export function treeOf(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  return Object.fromEntries(
    files
      .map((path) => [
        path.slice(directory.length + 1),
        createHash("sha256").update(readFileSync(path)).digest("hex"),
      ])
      .filter(([path]) => path !== "place.json"),
  ) as Record<string, string>;
}
