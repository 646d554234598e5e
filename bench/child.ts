import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs a program and returns what it printed. */
export async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, args, { maxBuffer: 2 ** 26, env: oneThread() });
  return stdout;
}

/** CPU milliseconds, user and system, that a program and its threads took; the shell's `times` tells. */
export async function childCpuMs(command: string, args: readonly string[]): Promise<number> {
  const script = '"$@" > /dev/null || exit 1; times';
  const { stdout } = await run("sh", ["-c", script, "sh", command, ...args], { env: oneThread() });
  const [, ofChildren] = stdout.trim().split("\n");
  return ofChildren
    .split(" ")
    .map((time) => /^(\d+)m([\d.]+)s$/.exec(time))
    .reduce((sum, match) => sum + (match ? 60_000 * Number(match[1]) + 1000 * Number(match[2]) : 0), 0);
}

/** Whether a program can be started. */
export async function isInstalled(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

const oneThread = (): NodeJS.ProcessEnv => ({ ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" });
