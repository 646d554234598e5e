import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { blockCount } from "../../dataset/draw-patient.ts";
import { InputError } from "../../error/input-error.ts";
import { writeAtomically } from "../write-atomically.ts";
import { openDataSetFolder } from "./data-set-folder.ts";
import { lockDirectory } from "./directory-lock.ts";
import type { LoadedRecipe } from "./load-recipe.ts";
import { readSummary } from "./merge.ts";
import { clearPartialFolder, partialFolder } from "./partial-folder.ts";
import { shardProgress } from "./shard-progress.ts";
import { arrayList, arrayScript, logPath, mergeScript, type QueuedJob, type SlurmJob } from "./slurm.ts";
import type { SlurmCommands } from "./slurm-commands.ts";

const WORK = "submit";

/** Jobs that were submitted for a data set, kept in its folder so that another `submit` goes on following them. */
const jobsSchema = z.object({
  shards: z.int().min(1),
  arrays: z.array(z.int()),
  merge: z.int().nullable(),
});
type Jobs = z.output<typeof jobsSchema>;

export interface SubmitProgress {
  readonly samples: number;
  readonly total: number;
  readonly shardsDone: number;
  readonly shards: number;
  readonly running: number;
  readonly waiting: number;
  /** Why the first waiting task waits, in Slurm's word. */
  readonly reason: string;
  /** How often a lost shard was submitted again. */
  readonly resubmitted: number;
}

export interface Submission {
  readonly arrays: readonly number[];
  readonly merge: number | null;
  readonly resubmitted: number;
}

/**
 * Submits the missing shards of a data set as a job array and the merge that depends on it, and follows them: a shard that is
 * neither complete nor in the queue is lost and submitted again. Called again, it goes on with the jobs that are there.
 *
 * @param options.attempts submissions of one shard at most
 * @param options.follow ends when all is submitted if false
 * @throws InputError `submit-shards`, `shards-lost`, `merge-lost`, and what Slurm says
 */
export async function submitToSlurm(options: {
  job: SlurmJob;
  loaded: LoadedRecipe;
  slurm: SlurmCommands;
  attempts: number;
  pollMs: number;
  follow: boolean;
  onProgress?: (progress: SubmitProgress) => void;
}): Promise<Submission> {
  const { job, loaded } = options;
  checkShards(job, loaded);
  const unlock = await lockDirectory(job.directory, WORK);
  try {
    await clearPartialFolder(job.directory, WORK);
    return await submitAndFollow(options);
  } finally {
    await clearPartialFolder(job.directory, WORK).catch(() => undefined);
    await unlock();
  }
}

/** @throws InputError `submit-shards` for more shards than blocks */
export function checkShards({ shards }: Pick<SlurmJob, "shards">, { recipe }: LoadedRecipe): void {
  const blocks = blockCount(recipe);
  if (shards > blocks)
    throw new InputError(
      "submit-shards",
      `${shards} shards are more than the ${blocks} blocks of ${recipe.imagesPerPatient} samples that "${recipe.name}" has`,
      { remedy: `use ${blocks} shards or fewer, or fewer imagesPerPatient` },
    );
}

async function submitAndFollow({
  job,
  loaded,
  slurm,
  attempts,
  pollMs,
  follow,
  onProgress,
}: Parameters<typeof submitToSlurm>[0]): Promise<Submission> {
  const { directory, shards } = job;
  const { recipe } = loaded;
  // Before anything is submitted: missing CTs are found here, and their hashes taken once instead of by every task.
  const { hash } = await openDataSetFolder(directory, loaded, partialFolder(directory, WORK));
  const look = shardProgress(directory, recipe, hash, shards);
  const script = (name: string): string => join(directory, "slurm", `${name}.sh`);
  await writeAtomically(script("shards"), arrayScript(job));
  await writeAtomically(script("merge"), mergeScript(job));

  const jobs = await earlierJobs(directory, shards, await slurm.queue());
  const submitted = new Map<number, number>();
  let resubmitted = 0;
  const save = (): Promise<void> =>
    writeAtomically(join(directory, "slurm", "jobs.json"), `${JSON.stringify(jobs)}\n`);
  const submitMerge = async (dependency?: string): Promise<void> => {
    if (jobs.merge !== null) await slurm.cancel(jobs.merge);
    jobs.merge = await slurm.submit(script("merge"), dependency ? [`--dependency=${dependency}`] : []);
    await save();
  };
  const submitShards = async (lost: readonly number[]): Promise<void> => {
    for (const shard of lost) submitted.set(shard, (submitted.get(shard) ?? 0) + 1);
    const array = await slurm.submit(script("shards"), [`--array=${arrayList(lost)}`]);
    const before = jobs.arrays.map((other) => `,afterany:${other}`).join("");
    jobs.arrays.push(array);
    // Tasks of earlier arrays may have died, so the merge waits for their end only; it finds out itself what is missing.
    await submitMerge(`afterok:${array}${before}`);
  };

  let suspected = new Set<number>();
  for (let round = 0; ; round++) {
    const queue = await slurm.queue();
    const tasks = queue.filter((entry) => jobs.arrays.includes(entry.job));
    const active = new Set(tasks.flatMap((entry) => entry.tasks));
    const { samples, complete } = await look();
    const missing = Array.from({ length: shards }, (_, n) => n + 1).filter(
      (shard) => !complete.has(shard) && !active.has(shard),
    );
    // At first nothing is submitted yet; later what is missing must be so twice, since network file systems lag behind.
    const lost = missing.filter((shard) => round === 0 || suspected.has(shard));
    suspected = new Set(missing.filter((shard) => !lost.includes(shard)));
    if (lost.length > 0) {
      const given = lost.find((shard) => (submitted.get(shard) ?? 0) >= attempts);
      if (given !== undefined) {
        if (jobs.merge !== null) await slurm.cancel(jobs.merge);
        throw await lostFor(directory, given, shards, attempts);
      }
      if (round > 0) resubmitted += lost.length;
      await submitShards(lost);
    }
    const waiting = tasks.filter(({ state }) => state.includes("PENDING"));
    onProgress?.({
      samples,
      total: recipe.count,
      shardsDone: complete.size,
      shards,
      running: tasks.filter(({ state }) => state.includes("RUNNING")).length,
      waiting: waiting.reduce((sum, entry) => sum + entry.tasks.length, 0),
      reason: waiting.find(({ reason }) => reason !== "None")?.reason ?? "",
      resubmitted,
    });
    if (!follow) break;
    if (complete.size === shards && active.size === 0) {
      await followMerge();
      break;
    }
    await sleep(pollMs);
  }
  return { arrays: jobs.arrays, merge: jobs.merge, resubmitted };

  /** Waits for the merge; one whose dependency can no longer be met is submitted once more, without. */
  async function followMerge(): Promise<void> {
    let again = 0;
    for (;;) {
      const entry = (await slurm.queue()).find((queued) => queued.job === jobs.merge);
      const summary = entry ? undefined : await readSummary(directory);
      if (summary && summary.recipe === hash && summary.samples === recipe.count) return;
      if (!entry || entry.reason === "DependencyNeverSatisfied") {
        if (again++ === 2)
          throw new InputError(
            "merge-lost",
            `all shards are there, but the merge did not come to its end: ${await lastLine(logPath(directory, "merge"))}`,
            { remedy: `run synthex merge ${directory}` },
          );
        await submitMerge();
      }
      await sleep(pollMs);
    }
  }
}

/** The jobs of an earlier `submit` that are still in the queue. */
async function earlierJobs(directory: string, shards: number, queue: readonly QueuedJob[]): Promise<Jobs> {
  const none = { shards, arrays: [], merge: null };
  const text = await readFile(join(directory, "slurm", "jobs.json"), "utf8").catch(() => undefined);
  if (text === undefined) return none;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return none;
  }
  const result = jobsSchema.safeParse(content);
  if (!result.success) return none;
  const isQueued = (job: number): boolean => queue.some((entry) => entry.job === job);
  const arrays = result.data.arrays.filter(isQueued);
  if (arrays.length > 0 && result.data.shards !== shards)
    throw new InputError(
      "submit-other-shards",
      `jobs ${arrays.join(", ")} are still making ${directory} in ${result.data.shards} shards`,
      { remedy: `give --shards ${result.data.shards} to follow them, or scancel them first` },
    );
  const { merge } = result.data;
  return { shards, arrays, merge: merge !== null && isQueued(merge) ? merge : null };
}

async function lostFor(
  directory: string,
  shard: number,
  shards: number,
  attempts: number,
): Promise<InputError> {
  const log = logPath(directory, `shard-${shard}`);
  return new InputError(
    "shards-lost",
    `shard ${shard} of ${shards} was submitted ${attempts} times and is not complete; its log ends with: ${await lastLine(log)}`,
    { remedy: `see ${log}; the same command goes on from here` },
  );
}

const lastLine = async (path: string): Promise<string> =>
  (await readFile(path, "utf8").catch(() => "")).trim().split("\n").at(-1) || "nothing";
