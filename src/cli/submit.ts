import { resolve } from "node:path";
import { InputError } from "../error/input-error.ts";
import { kubernetesManifests } from "../node/dataset/kubernetes.ts";
import { loadRecipe } from "../node/dataset/load-recipe.ts";
import { arrayScript, mergeScript, type SlurmJob } from "../node/dataset/slurm.ts";
import { slurmCommands } from "../node/dataset/slurm-commands.ts";
import { checkShards, type SubmitProgress, submitToSlurm } from "../node/dataset/submit-to-slurm.ts";
import { printJson } from "./failure.ts";
import { durationInWords, progressLine } from "./progress.ts";

export interface SubmitOptions {
  readonly engine: "slurm" | "kubernetes";
  readonly shards: number;
  readonly out: string;
  readonly count?: number;
  readonly seed?: number;
  readonly workers: number;
  readonly attempts: number;
  readonly sbatch?: readonly string[];
  readonly poll: number;
  readonly follow: boolean;
  readonly image?: string;
  readonly claim?: string;
  readonly mount: string;
  readonly parallelism?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Has a cluster make a data set: shards by the contract of `generate --shard`, and their merge. */
export async function submitCommand(recipePath: string, options: SubmitOptions): Promise<void> {
  const { count, seed } = options;
  const loaded = await loadRecipe(recipePath, {
    ...(count === undefined ? {} : { count }),
    ...(seed === undefined ? {} : { seed }),
  });
  checkShards(options, loaded);
  const generateOptions = [
    ...(count === undefined ? [] : ["--count", String(count)]),
    ...(seed === undefined ? [] : ["--seed", String(seed)]),
  ];
  const common = {
    name: loaded.recipe.name,
    shards: options.shards,
    workers: options.workers,
    generateOptions,
  };
  if (options.engine === "kubernetes") {
    if (options.image === undefined || options.claim === undefined)
      throw new InputError("submit-kubernetes", "the engine kubernetes needs --image and --claim", {
        remedy: "give a container image with synthex in it, and a volume claim that holds recipe and CTs",
      });
    const manifests = kubernetesManifests({
      ...common,
      image: options.image,
      claim: options.claim,
      mountPath: options.mount,
      recipe: recipePath,
      directory: options.out,
      parallelism: options.parallelism ?? options.shards,
    });
    if (options.json) printJson({ manifests });
    else process.stdout.write(manifests);
    return;
  }
  const job: SlurmJob = {
    ...common,
    command: [process.execPath, resolve(process.argv[1])],
    recipe: resolve(recipePath),
    directory: resolve(options.out),
    sbatchOptions: options.sbatch ?? [],
  };
  if (options.dryRun) {
    const scripts = { shards: arrayScript(job), merge: mergeScript(job) };
    if (options.json) printJson({ scripts });
    else
      process.stdout.write(
        `# sbatch --array=1-${job.shards} shards.sh\n${scripts.shards}\n# sbatch --dependency=afterok:ARRAY merge.sh\n${scripts.merge}`,
      );
    return;
  }
  const line = progressLine();
  const started = performance.now();
  const submission = await submitToSlurm({
    job,
    loaded,
    slurm: slurmCommands,
    attempts: options.attempts,
    pollMs: options.poll * 1000,
    follow: options.follow,
    onProgress: (progress) => line.update(() => inWords(progress)),
  });
  line.end();
  if (options.json)
    printJson({ out: job.directory, shards: job.shards, followed: options.follow, ...submission });
  else
    console.log(
      options.follow
        ? `${loaded.recipe.count} samples are in ${options.out}, merged (${durationInWords((performance.now() - started) / 1000)}, ${submission.resubmitted} shards submitted again)`
        : `submitted as jobs ${[...submission.arrays, submission.merge].join(", ")}; the same command follows them`,
    );
}

function inWords({
  samples,
  total,
  shardsDone,
  shards,
  running,
  waiting,
  reason,
  resubmitted,
}: SubmitProgress): string {
  const parts = [`${samples}/${total} samples`, `${shardsDone}/${shards} shards done`, `${running} running`];
  if (waiting > 0) parts.push(`${waiting} waiting${reason === "" ? "" : ` (${reason})`}`);
  if (resubmitted > 0) parts.push(`${resubmitted} submitted again`);
  return parts.join(", ");
}
