import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cocoCategories, mergeCoco } from "../../dataset/formats/coco.ts";
import { sampleName } from "../../dataset/formats/encoded-file.ts";
import type { ManifestLine } from "../../dataset/manifest.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { readBlockRecord } from "./block-files.ts";
import { writeStreamAtomically } from "./write-stream-atomically.ts";

/** Makes the files of the outputs that span all blocks, from the parts of every block. */
export async function finishOutputs(directory: string, recipe: Recipe, blocks: number): Promise<void> {
  if (!recipe.outputs.includes("coco")) return;
  const first = (await readBlockRecord(directory, 0))?.samples[0];
  const { structures, landmarks } = namesOf(first);
  await writeStreamAtomically(
    join(directory, "annotations", "instances.json"),
    mergeCoco({
      description: recipe.name,
      categories: cocoCategories(structures, landmarks),
      lines: () => partLines(directory, recipe, blocks),
    }),
  );
}

/** Names of structures and landmarks, in the order of every sample. */
export function namesOf(line: ManifestLine | undefined): { structures: string[]; landmarks: string[] } {
  const names = (entries: unknown): string[] => (entries as { name: string }[]).map(({ name }) => name);
  return { structures: names(line?.structures ?? []), landmarks: names(line?.landmarks ?? []) };
}

/** Lines of the COCO parts, of samples that belong to the recipe. */
async function* partLines(directory: string, recipe: Recipe, blocks: number): AsyncGenerator<string> {
  for (let block = 0; block < blocks; block++) {
    const end = Math.min(recipe.imagesPerPatient, recipe.count - block * recipe.imagesPerPatient);
    let n = 0;
    const input = createReadStream(join(directory, "parts", "coco", `${sampleName(block)}.jsonl`));
    for await (const line of createInterface({ input })) if (n++ < end) yield line;
  }
}
