import { blockCount, drawPatient } from "../../dataset/draw-patient.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { recordedBlocks } from "./block-files.ts";
import { isComplete } from "./generate.ts";

export interface ShardProgress {
  /** Samples that are there, of the recipe's. */
  readonly samples: number;
  /** Shards without a missing block, counted from 1. */
  readonly complete: ReadonlySet<number>;
}

/** Looks at the block records of a data set that others are making; a block that was complete once is not looked at again. */
export function shardProgress(
  directory: string,
  recipe: Recipe,
  hash: string,
  shards: number,
): () => Promise<ShardProgress> {
  const done = new Set<number>();
  const missing = Array.from({ length: shards + 1 }, () => 0);
  const blocks = blockCount(recipe);
  for (let block = 0; block < blocks; block++) missing[(block % shards) + 1]++;
  let samples = 0;
  return async () => {
    for (const block of await recordedBlocks(directory)) {
      if (block >= blocks || done.has(block) || !(await isComplete(directory, recipe, hash, block))) continue;
      const { first, end } = drawPatient(recipe, block);
      done.add(block);
      missing[(block % shards) + 1]--;
      samples += end - first;
    }
    const numbers = Array.from({ length: shards }, (_, n) => n + 1);
    return { samples, complete: new Set(numbers.filter((shard) => missing[shard] === 0)) };
  };
}
