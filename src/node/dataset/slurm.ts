import { z } from "zod";
import { InputError } from "../../error/input-error.ts";
import { shellWords } from "./shell-words.ts";

/** What a Slurm job of a data set runs and where; all paths are absolute, since a job starts wherever its node likes. */
export interface SlurmJob {
  /** Name of the recipe. */
  readonly name: string;
  /** How `synthex` is called on a node, e.g. Node and the program. */
  readonly command: readonly string[];
  readonly recipe: string;
  readonly directory: string;
  readonly shards: number;
  /** Threads of a task, and processors that it asks for. */
  readonly workers: number;
  /** Further words for `generate`, e.g. `--count`. */
  readonly generateOptions: readonly string[];
  /** Further options for sbatch, e.g. `--partition=long`. */
  readonly sbatchOptions: readonly string[];
}

/** The job array: task i makes shard i of n. Doing it again makes only what is missing. */
export function arrayScript(job: SlurmJob): string {
  const { name, command, recipe, directory, shards, workers, generateOptions, sbatchOptions } = job;
  const words = shellWords([...command, "generate", recipe, "--out", directory, ...generateOptions]);
  return script({
    options: [
      `--job-name=synthex-${name}`,
      `--cpus-per-task=${workers}`,
      `--output=${logPath(directory, "shard-%a")}`,
      ...sbatchOptions,
    ],
    body: `exec ${words} --workers ${workers} --shard "$SLURM_ARRAY_TASK_ID/${shards}"`,
  });
}

/** Makes one data set of the shards, when all are there. */
export function mergeScript({ name, command, directory, sbatchOptions }: SlurmJob): string {
  return script({
    options: [
      `--job-name=synthex-${name}-merge`,
      "--cpus-per-task=1",
      `--output=${logPath(directory, "merge")}`,
      ...sbatchOptions,
    ],
    body: `exec ${shellWords([...command, "merge", directory])}`,
  });
}

export const logPath = (directory: string, name: string): string => `${directory}/slurm/${name}.log`;

/** @throws InputError `slurm-option` for what would end the line of a script */
function script({ options, body }: { options: readonly string[]; body: string }): string {
  const bad = options.find((option) => /[\n\r]/.test(option) || !option.startsWith("-"));
  if (bad !== undefined)
    throw new InputError("slurm-option", `"${bad}" is no option of sbatch`, {
      remedy: "write it as one word that begins with a dash, e.g. --partition=long",
    });
  const lines = ["--open-mode=append", "--requeue", ...options].map((option) => `#SBATCH ${quoted(option)}`);
  return `#!/bin/bash\n${lines.join("\n")}\nset -euo pipefail\n${body}\n`;
}

/** sbatch splits a line at blanks outside quotation marks. */
const quoted = (option: string): string => (/\s/.test(option) ? `"${option}"` : option);

/** 1, 2, 3, 7 as `1-3,7`, the way `--array` takes it. */
export function arrayList(tasks: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const task of tasks.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && task === last[1] + 1) last[1] = task;
    else runs.push([task, task]);
  }
  return runs.map(([first, end]) => (first === end ? `${first}` : `${first}-${end}`)).join(",");
}

/** `1-3,7%2` or `1-9:2` as numbers. */
export function tasksOfList(list: string): number[] {
  return list
    .replace(/%\d+$/, "")
    .split(",")
    .flatMap((part) => {
      const match = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part.trim());
      if (!match) return [];
      const [first, end, step] = [Number(match[1]), Number(match[2] ?? match[1]), Number(match[3] ?? 1)];
      return Array.from({ length: Math.floor((end - first) / step) + 1 }, (_, n) => first + n * step);
    });
}

/** A job, or one or several tasks of an array, that Slurm still has to do something about. */
export interface QueuedJob {
  /** Of the array, where it is one. */
  readonly job: number;
  /** Of an array; tasks that have not been tried yet come together. */
  readonly tasks: readonly number[];
  readonly state: string;
  readonly reason: string;
}

const ENDED = new Set([
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "TIMEOUT",
  "NODE_FAIL",
  "PREEMPTED",
  "BOOT_FAIL",
  "DEADLINE",
  "OUT_OF_MEMORY",
  "REVOKED",
]);

// Up to Slurm 22.05 numbers and states stand bare; later as {set, infinite, number} and as lists.
const number = z
  .union([
    z.number(),
    z.null(),
    z
      .object({ set: z.boolean(), number: z.number() })
      .transform((value) => (value.set ? value.number : null)),
  ])
  .optional();
const queue = z.object({
  jobs: z.array(
    z.object({
      job_id: z.number(),
      array_job_id: number,
      array_task_id: number,
      array_task_string: z.string().nullish(),
      job_state: z.union([z.string(), z.array(z.string())]),
      state_reason: z.string().nullish(),
    }),
  ),
});

/**
 * Reads what `squeue --json` prints; jobs that have ended are left out.
 *
 * @throws InputError `slurm-queue` when it is something else
 */
export function parseQueue(text: string): QueuedJob[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new InputError("slurm-queue", "squeue --json did not print JSON", {
      remedy: "Slurm 20.11 or newer is needed, with its JSON plugin",
      cause,
    });
  }
  const result = queue.safeParse(content);
  if (!result.success)
    throw new InputError("slurm-queue", `squeue --json: ${result.error.issues[0].message}`);
  return result.data.jobs.flatMap((entry) => {
    const states = [entry.job_state].flat();
    if (states.some((state) => ENDED.has(state))) return [];
    const task = entry.array_task_id ?? undefined;
    const list = entry.array_task_string ?? "";
    return [
      {
        job: entry.array_job_id || entry.job_id,
        tasks: list !== "" ? tasksOfList(list) : task === undefined ? [] : [task],
        state: states.join("+"),
        reason: entry.state_reason ?? "",
      },
    ];
  });
}
