import { verifyDataSet } from "../node/dataset/verify.ts";
import { readDataSetRecipe, readRecipeFolder } from "../node/dataset/data-set-folder.ts";
import { repairDataSet } from "../node/dataset/repair.ts";
import { printJson } from "./failure.ts";
import { progressLine } from "./progress.ts";

/** Holds a data set to its records; with `--repair`, makes again what is missing or damaged. Exit code 1 when something is wrong. */
export async function verifyCommand(
  directory: string,
  options: { hashes?: boolean; repair?: boolean; recipeFolder?: string; json?: boolean },
): Promise<void> {
  const line = progressLine();
  const check = (hashes: boolean) =>
    verifyDataSet(directory, {
      hashes,
      onProgress: (samples, total) => line.update(() => `${samples}/${total} samples checked`),
    });
  let result = await check(options.hashes ?? options.repair ?? false);
  let repaired = 0;
  if (options.repair && result.findings.length > 0) {
    const recipe = await readDataSetRecipe(directory);
    const folder = options.recipeFolder ?? (await readRecipeFolder(directory));
    repaired = await repairDataSet(directory, { recipe, folder }, result);
    result = await check(true);
  }
  line.end();
  const { samples, files, bytes, findings } = result;
  if (options.json) printJson({ samples, files, bytes, findings, repaired, passed: findings.length === 0 });
  else {
    for (const { code, message } of findings) console.log(`${code}: ${message}`);
    if (repaired > 0) console.log(`${repaired} samples were made again`);
    console.log(
      findings.length === 0
        ? `${samples} samples and ${files} files are as recorded`
        : `something is wrong with ${directory}; \`synthex verify ${directory} --repair\` makes it again`,
    );
  }
  if (findings.length > 0) process.exitCode = 1;
}
