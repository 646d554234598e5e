import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../../bin/synthex.js", import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command in a process of its own. */
export function synthex(...words: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** What a command prints with `--json`: the whole of stdout is one object. */
export async function synthexJson<T = Record<string, unknown>>(...words: string[]): Promise<T> {
  const run = await synthex(...words, "--json");
  if (run.code !== 0) throw new Error(`synthex ${words.join(" ")} ended with ${run.code}: ${run.stderr}`);
  return JSON.parse(run.stdout) as T;
}

/** Header of a PNG as the standard lays it out, without any decoder. */
export function pngHeader(bytes: Uint8Array): {
  widthPx: number;
  heightPx: number;
  bits: number;
  colour: number;
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { widthPx: view.getUint32(16), heightPx: view.getUint32(20), bits: bytes[24], colour: bytes[25] };
}

/** Header and values of a .npy file of little-endian float32 in C order. */
export function readNpy(bytes: Uint8Array): { header: string; shape: number[]; values: Float32Array } {
  const length = bytes[8] + 256 * bytes[9];
  const header = new TextDecoder("latin1").decode(bytes.subarray(10, 10 + length));
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((part) => part.trim());
  return {
    header,
    shape: shape.map(Number),
    values: new Float32Array(Uint8Array.from(bytes.subarray(10 + length)).buffer),
  };
}
