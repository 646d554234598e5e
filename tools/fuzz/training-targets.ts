import { decodeSafetensors, encodeSafetensors } from "../../src/network/weights/safetensors.ts";
import { decodeCheckpoint, encodeCheckpoint, type Sha256 } from "../../src/training/log/checkpoint.ts";
import { readTrainingLog, recordLine } from "../../src/training/log/training-log.ts";
import { mutateBytes, mutateTextBytes, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

const weights = [
  encodeSafetensors(
    [
      ["weight", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ["steps", { shape: [], data: BigInt64Array.of(9n) }],
      ["mask", { shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ],
    { format: "pt" },
  ),
  encodeSafetensors([["empty", { shape: [0], data: new Float32Array(0) }]]),
];

const safetensorsTarget: FuzzTarget = {
  name: "safetensors",
  make: (random) => ({
    files: [
      {
        name: "weights.safetensors",
        bytes: Uint8Array.from(mutateBytes(pick(weights, random), random, pick(weights, random))),
      },
    ],
  }),
  take: async ({ files: [{ bytes, name }] }) => {
    let held = 0;
    for (const [array, { shape, data }] of decodeSafetensors(bytes, name).tensors) {
      must(data.length === shape.reduce((a, b) => a * b, 1), `${array}: ${data.length} values`);
      held += data.byteLength;
    }
    return held;
  },
};

/** A hash that always fits, so that changes are seen by what lies behind it. */
const noHash: Sha256 = () => "0".repeat(64);

const checkpoint = Buffer.concat(
  await encodeCheckpoint(
    {
      plan: { name: "hip", optimiser: { kind: "adamw" }, sizes: [1, 2] },
      step: 400,
      epoch: 4,
      seed: 1,
      bestMetric: 0.5,
      extra: [1, null],
      vectors: new Map([["parameters", { shape: [4], data: Float32Array.of(1, 2, 3, 4) }]]),
    },
    noHash,
  ),
);

const checkpointTarget: FuzzTarget = {
  name: "checkpoint",
  make: (random) => ({
    files: [
      { name: "step.safetensors", bytes: Uint8Array.from(mutateBytes(checkpoint, random, checkpoint)) },
    ],
  }),
  take: async ({ files: [{ bytes, name }] }) => {
    const { step, vectors } = await decodeCheckpoint(bytes, name, { sha256: noHash });
    must(Number.isSafeInteger(step) && step >= 0, `step ${step}`);
    return [...vectors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  },
};

const common = { epoch: 0.1, wallSeconds: 1, loss: 0.5, terms: { dice: 0.5 } };
const records = [
  {
    kind: "step",
    step: 1,
    stepMs: 1,
    inputWaitMs: 0,
    learningRate: 1e-3,
    strength: 0.2,
    gradientNorm: 1,
    examplesPerSecond: 9,
    ...common,
  },
  { kind: "validation", step: 1, validationMs: 1, dice: { femur: Number.NaN }, isBest: true, ...common },
] as const;
const log = records.map((record) => `${recordLine(record)}\n`).join("");

const trainingLogTarget: FuzzTarget = {
  name: "training-log",
  make: (random) => ({ files: [{ name: "log.jsonl", bytes: mutateTextBytes(log, random, log) }] }),
  take: async ({ files: [{ bytes, name }] }) => {
    const read = readTrainingLog(new TextDecoder().decode(bytes), name);
    must(
      read.every(({ step, loss }) => Number.isSafeInteger(step) && typeof loss === "number"),
      "a record without a step or a loss",
    );
    return 200 * read.length;
  },
};

/** What a training reads back. */
export const trainingTargets: readonly FuzzTarget[] = [
  safetensorsTarget,
  checkpointTarget,
  trainingLogTarget,
];
