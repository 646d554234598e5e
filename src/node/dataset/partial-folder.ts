import { rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Where the files of one piece of work (a shard, the merge) grow until they are whole. What a killed process leaves lies here and
 * nowhere else, so that readers of the data set never meet it.
 */
export const partialFolder = (directory: string, work: string): string => join(directory, "partial", work);

/** Removes what an earlier process left; only under the lock of the work. */
export async function clearPartialFolder(directory: string, work: string): Promise<void> {
  const folder = partialFolder(directory, work);
  await rm(folder, { recursive: true, force: true });
  await rmdir(dirname(folder)).catch(() => undefined);
}
