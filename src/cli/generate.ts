import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { generate, type GenerateProgress, type Shard, WHOLE } from "../node/dataset/generate.ts";
import { loadRecipe } from "../node/dataset/load-recipe.ts";
import { mergeDataSet } from "../node/dataset/merge.ts";
import { printJson } from "./failure.ts";
import { durationInWords, progressLine, sizeInWords } from "./progress.ts";

export interface GenerateOptions {
  readonly out: string;
  readonly count?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly shard?: Shard;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Makes a data set, or what is missing of it; with `--dry-run` tells what it would be. */
export async function generateCommand(recipePath: string, options: GenerateOptions): Promise<void> {
  const loaded = await loadRecipe(recipePath, {
    ...(options.count === undefined ? {} : { count: options.count }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  if (options.dryRun) {
    const { dryRunCommand } = await import("./dry-run.ts");
    return dryRunCommand(loaded, options);
  }
  const shard = options.shard ?? WHOLE;
  const line = progressLine();
  const done = await generate({
    loaded,
    directory: options.out,
    workers: options.workers ?? availableParallelism(),
    shard,
    onProgress: (progress) => line.update(() => inWords(progress)),
  });
  line.end();
  const summary = shard.count === 1 ? await mergeDataSet(options.out) : undefined;
  const { found, made, rejected, bytes, seconds } = done;
  if (options.json)
    printJson({
      out: resolve(options.out),
      samples: done.total,
      found,
      made,
      rejected,
      bytes,
      seconds,
      samplesPerSecond: seconds > 0 ? made / seconds : 0,
      ...(summary ? { dataset: summary } : {}),
      ...(shard.count > 1 ? { shard } : {}),
    });
  else
    console.log(
      `${made} samples made${found > 0 ? `, ${found} were there already` : ""}, in ${options.out} (${durationInWords(seconds)}, ${(made / Math.max(seconds, 1e-9)).toFixed(1)} a second)` +
        (shard.count > 1 ? `; when all ${shard.count} shards are done: synthex merge ${options.out}` : ""),
    );
}

function inWords({ total, found, made, rejected, bytes, seconds }: GenerateProgress): string {
  const ready = found + made;
  const rate = seconds > 0 ? made / seconds : 0;
  const parts = [`${ready}/${total} samples`];
  if (made > 0) {
    parts.push(`${rate.toFixed(1)}/s`, `${durationInWords((total - ready) / rate)} left`);
    if (bytes > 0) parts.push(`${sizeInWords((bytes / made) * (total - found))} in all`);
    if (rejected > 0) parts.push(`${((100 * made) / (made + rejected)).toFixed(0)} % of views accepted`);
  }
  return parts.join(", ");
}
