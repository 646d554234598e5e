import { rerenderSample } from "../node/dataset/rerender.ts";
import { printJson } from "./failure.ts";

/** Renders one sample again and proves that it comes out the same; exit code 1 when it does not. */
export async function rerenderCommand(
  directory: string,
  options: { id: number; out?: string; recipeFolder?: string; json?: boolean },
): Promise<void> {
  const result = await rerenderSample({
    directory,
    id: options.id,
    ...(options.out === undefined ? {} : { out: options.out }),
    ...(options.recipeFolder === undefined ? {} : { recipeFolder: options.recipeFolder }),
  });
  if (options.json) printJson(result);
  else {
    for (const { path, sha256, recorded } of result.files)
      console.log(`${sha256 === recorded ? "same " : "OTHER"} ${sha256} ${path}`);
    for (const { path, held } of result.parts) console.log(`${held ? "same " : "OTHER"} in ${path}`);
    console.log(
      result.identical
        ? `sample ${result.id} comes out the same, byte for byte`
        : `sample ${result.id} comes out differently`,
    );
  }
  if (!result.identical) process.exitCode = 1;
}
