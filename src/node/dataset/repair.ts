import { generate } from "./generate.ts";
import type { LoadedRecipe } from "./load-recipe.ts";
import { mergeDataSet } from "./merge.ts";
import type { Verification } from "./verify.ts";

/** Makes the damaged blocks again, and what the merge makes of all blocks. Returns how many samples were made. */
export async function repairDataSet(
  directory: string,
  loaded: LoadedRecipe,
  { damagedBlocks }: Pick<Verification, "damagedBlocks">,
): Promise<number> {
  const { made } = await generate({ loaded, directory, redo: damagedBlocks });
  await mergeDataSet(directory);
  return made;
}
