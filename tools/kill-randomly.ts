import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { randomStream } from "../src/random/random-stream.ts";
import { sampleKey } from "../src/random/sample-key.ts";

const binary = fileURLToPath(new URL("../bin/synthex.js", import.meta.url));

/**
 * Starts a command again and again and kills it with SIGKILL after a random time, then lets it end. When it ends before it is
 * killed, `restart` makes it begin anew.
 *
 * @param longestMs kills fall between 0 and so many milliseconds after the start
 */
export async function killRandomly(options: {
  words: readonly string[];
  kills: number;
  seed: number;
  longestMs: number;
  restart: () => void;
  onKill?: (afterMs: number) => void;
}): Promise<{ kills: number; ended: number; finished: boolean }> {
  const stream = randomStream(sampleKey(options.seed, 0, "kill"));
  let [kills, ended] = [0, 0];
  while (kills < options.kills) {
    const afterMs = stream.uniform() * options.longestMs;
    const outcome = await run(options.words, afterMs);
    if (outcome.signal === "SIGKILL") {
      kills++;
      options.onKill?.(afterMs);
    } else if (outcome.code === 0) {
      ended++;
      options.restart();
    } else throw new Error(`it ended with code ${outcome.code}: ${outcome.stderr}`);
  }
  const last = await run(options.words);
  if (last.code !== 0)
    throw new Error(`after ${kills} kills it ended with code ${last.code}: ${last.stderr}`);
  return { kills, ended, finished: true };
}

function run(
  words: readonly string[],
  killAfterMs?: number,
): Promise<{ code: number | null; signal: string | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...words], { stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stderr });
    });
  });
}
