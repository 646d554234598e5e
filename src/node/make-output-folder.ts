import { folderFailure } from "./folder-failure.ts";
import { makeFolder } from "./make-folder.ts";

/**
 * Makes the folder that a user named for what comes out.
 *
 * @throws InputError `out-unusable`, `disk-full`, `disk-quota`
 */
export async function makeOutputFolder(path: string): Promise<void> {
  await makeFolder(path).catch((error: unknown) => {
    throw folderFailure(error, path);
  });
}
