import { InputError } from "../error/input-error.ts";
import { folderFailure } from "./folder-failure.ts";
import { makeFolder } from "./make-folder.ts";

/**
 * Makes the folder that a user named for what comes out.
 *
 * @throws InputError `out-unusable`, `disk-full`, `disk-quota`
 */
export async function makeOutputFolder(path: string): Promise<void> {
  await makeFolder(path).catch((error: unknown) => {
    const failure = folderFailure(error, path);
    if (failure instanceof InputError) throw failure;
    throw new InputError("out-unusable", `cannot make the folder ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  });
}
