import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { InputError } from "../../error/input-error.ts";
import { parseQueue, type QueuedJob } from "./slurm.ts";

const run = promisify(execFile);

/** The three commands of Slurm that submitting a data set takes. */
export interface SlurmCommands {
  /** Number of the job. */
  submit(script: string, options: readonly string[]): Promise<number>;
  queue(): Promise<QueuedJob[]>;
  cancel(job: number): Promise<void>;
}

export const slurmCommands: SlurmCommands = {
  async submit(script, options) {
    const printed = await command("sbatch", ["--parsable", ...options, script]);
    // NUMBER, or NUMBER;CLUSTER where there are several.
    const job = Number.parseInt(printed, 10);
    if (job > 0) return job;
    throw new InputError("slurm-submit", `sbatch printed "${printed.trim()}" instead of the number of a job`);
  },
  queue: async () => parseQueue(await command("squeue", ["--json"])),
  // A job that has ended meanwhile cannot be cancelled, nor need it be.
  cancel: async (job) => void (await command("scancel", [String(job)]).catch(() => "")),
};

async function command(name: string, words: readonly string[]): Promise<string> {
  try {
    return (await run(name, words, { maxBuffer: 1 << 28 })).stdout;
  } catch (error) {
    const { code, stderr, message } = error as { code?: string | number; stderr?: string; message: string };
    if (code === "ENOENT")
      throw new InputError("slurm-missing", `there is no ${name} on this machine`, {
        remedy: "run this where jobs are submitted, or print the scripts with --dry-run",
        cause: error,
      });
    const lines = (stderr ?? message).trim().split("\n");
    throw new InputError("slurm-failed", `${name} ended with ${code}: ${lines.at(-1)}`, { cause: error });
  }
}
