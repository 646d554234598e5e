import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../../src/error/input-error.ts";
import {
  latestCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from "../../../src/node/training/checkpoint-file.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  planHash,
} from "../../../src/training/log/checkpoint.ts";
import { planDifferences } from "../../../src/training/log/plan-differences.ts";

const plan = { name: "hip", batch: 16, optimiser: { kind: "adamw", learningRate: 0.003 }, seeds: [1, 2] };

const checkpointOf = (step: number): Checkpoint => ({
  plan,
  step,
  epoch: step / 100,
  seed: 7,
  bestMetric: 0.25,
  bestStep: 50,
  extra: { patience: 2, note: '"sha256":"' },
  vectors: new Map([
    ["parameters", { shape: [5], data: Float32Array.of(step, -0, 1e-42, Math.PI, 3e38) }],
    ["moments.first", { shape: [5], data: new Float32Array(5).fill(step) }],
  ]),
});

const wholeOf = async (checkpoint: Checkpoint): Promise<Uint8Array> =>
  new Uint8Array(Buffer.concat(await encodeCheckpoint(checkpoint)));

async function refusal(promise: Promise<unknown>): Promise<InputError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof InputError) return error;
  throw new Error("was not refused as an input", { cause: error });
}

let place: string;
let folders = 0;
const newFolder = (): string => join(place, String(folders++));
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "synthex-checkpoints-"));
});
afterAll(() => rmSync(place, { recursive: true }));

describe("a checkpoint", () => {
  test("comes back bit for bit", async () => {
    const checkpoint = checkpointOf(100);
    expect(await decodeCheckpoint(await wholeOf(checkpoint), "c", { plan })).toEqual(checkpoint);
  });

  test("with any bit flipped is refused, and so is one cut short", async () => {
    const bytes = await wholeOf(checkpointOf(100));
    for (let at = 0; at < bytes.length; at++) {
      // One bit of every byte, each of the eight in turn.
      bytes[at] ^= 1 << (at % 8);
      expect((await refusal(decodeCheckpoint(bytes, "c"))).code).toBe("checkpoint-damaged");
      bytes[at] ^= 1 << (at % 8);
      expect((await refusal(decodeCheckpoint(bytes.subarray(0, at), "c"))).code).toBe("checkpoint-damaged");
    }
    expect((await decodeCheckpoint(bytes, "c")).step).toBe(100);
  });

  test("of another plan is refused with the fields that differ", async () => {
    const bytes = await wholeOf(checkpointOf(100));
    const other = { ...plan, batch: 8, optimiser: { kind: "sgd-nesterov", momentum: 0.9 }, seeds: [1] };
    const { code, message } = await refusal(decodeCheckpoint(bytes, "step.safetensors", { plan: other }));
    expect(code).toBe("checkpoint-other-plan");
    expect(message).toBe(
      'step.safetensors is a checkpoint of another plan: batch is 16 there, 8 here; optimiser.kind is "adamw" there, "sgd-nesterov" here; optimiser.learningRate is 0.003 there, missing here; seeds is [1,2] there, [1] here; optimiser.momentum is missing there, 0.9 here',
    );
  });

  test("knows its plan whatever the order of fields", async () => {
    const turned = Object.fromEntries(Object.entries(plan).toReversed());
    expect(planDifferences(plan, turned)).toEqual([]);
    expect(await planHash(turned)).toBe(await planHash(plan));
    expect(await planHash({ ...plan, batch: 8 })).not.toBe(await planHash(plan));
  });
});

describe("a folder of checkpoints", () => {
  const write = async (folder: string, steps: readonly number[], best = Number.NaN): Promise<void> => {
    for (const step of steps)
      await writeCheckpoint(folder, checkpointOf(step), { keep: 2, isBest: step === best });
  };

  test("keeps the last ones and the best", async () => {
    const folder = newFolder();
    await write(folder, [9, 100, 200, 1000], 100);
    expect(readdirSync(folder).toSorted()).toEqual([
      "best.safetensors",
      "step-00000200.safetensors",
      "step-00001000.safetensors",
    ]);
    expect((await readCheckpoint(join(folder, "best.safetensors"))).step).toBe(100);
    const latest = await latestCheckpoint(folder, { plan });
    expect(latest?.checkpoint).toEqual(checkpointOf(1000));
    expect(latest?.findings).toEqual([]);
  });

  test("without one gives none", async () => {
    expect(await latestCheckpoint(newFolder())).toBeUndefined();
    expect((await refusal(readCheckpoint(join(newFolder(), "c")))).code).toBe("checkpoint-missing");
  });

  test("a damaged newest one is passed over, told, and gone with the next", async () => {
    const folder = newFolder();
    await write(folder, [100, 200]);
    const newest = join(folder, "step-00000200.safetensors");
    const bytes = readFileSync(newest);
    writeFileSync(newest, bytes.subarray(0, bytes.length - 3));
    const latest = await latestCheckpoint(folder, { plan });
    expect(latest?.checkpoint.step).toBe(100);
    expect(latest?.findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/step-00000200\.safetensors is no whole checkpoint: .*; passed over$/),
    ]);
    await write(folder, [150]);
    expect(readdirSync(folder)).toEqual(["step-00000100.safetensors", "step-00000150.safetensors"]);
  });

  test("where none is whole, that is said", async () => {
    const folder = newFolder();
    await write(folder, [100]);
    writeFileSync(join(folder, "step-00000100.safetensors"), "");
    const { code, message } = await refusal(latestCheckpoint(folder));
    expect(code).toBe("checkpoint-damaged");
    expect(message).toMatch(/none of the 1 checkpoints/);
  });

  test("the plan of another training stops, it is not passed over", async () => {
    const folder = newFolder();
    await write(folder, [100]);
    const other = latestCheckpoint(folder, { plan: { ...plan, batch: 8 } });
    expect((await refusal(other)).code).toBe("checkpoint-other-plan");
  });

  test("a kill between write and rename loses nothing, and what it left goes with the next", async () => {
    const folder = newFolder();
    await write(folder, [100]);
    const module = pathToFileURL("src/node/training/checkpoint-file.ts").href;
    const killed = `
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
fs.rename = () => { process.kill(process.pid, "SIGKILL"); return new Promise(() => {}); };
syncBuiltinESMExports();
const { writeCheckpoint } = await import(${JSON.stringify(module)});
const vectors = new Map([["parameters", { shape: [2], data: Float32Array.of(1, 2) }]]);
await writeCheckpoint(${JSON.stringify(folder)}, { plan: {}, step: 200, epoch: 2, seed: 0, vectors });`;
    expect(() => execFileSync(process.execPath, ["--input-type=module", "-e", killed])).toThrow(
      expect.objectContaining({ signal: "SIGKILL" }),
    );
    expect(readdirSync(folder)).toEqual([
      "step-00000100.safetensors",
      expect.stringMatching(/^step-00000200\.safetensors\..*\.partial$/),
    ]);
    const latest = await latestCheckpoint(folder, { plan });
    expect(latest?.checkpoint).toEqual(checkpointOf(100));
    expect(latest?.findings).toEqual([]);
    await write(folder, [200]);
    expect(readdirSync(folder)).toEqual(["step-00000100.safetensors", "step-00000200.safetensors"]);
  });
});
