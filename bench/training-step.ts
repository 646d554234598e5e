/**
 * A training step of a network by this package and by PyTorch, in turns:
 *
 *   node bench/training-step.ts [--python PYTHON] [--network unet] [--rounds 3] [--steps 10] [--batch 8] [--size 96] [--threads 1,2]
 *
 * Networks: unet, transunet (small), transunet-full. Each contender is a process of its own that makes steps on one random batch; the first
 * three do not count, the median of the others does. Printed are ms a step, wall time and processor time, as median over the rounds with
 * the range, the fastest step of all, and peak memory. It stops if both networks do not have the same number of parameters; otherwise it
 * measures and never judges.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { NetworkDefinition } from "../src/network/architectures/network-definition.ts";
import { transUNet, transUNetSizes } from "../src/network/architectures/transunet.ts";
import { unet } from "../src/network/architectures/unet.ts";
import { chooseLowering, type LoweringName } from "../src/network/choose-lowering.ts";
import { initialState, startTraining } from "../src/network/running-training.ts";
import { compileTrainingStep } from "../src/network/training-step.ts";
import { onnxRuntime } from "../src/node/onnx-runtime.ts";
import { randomStream } from "../src/random/random-stream.ts";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    network: { type: "string", default: "unet" },
    rounds: { type: "string", default: "3" },
    steps: { type: "string", default: "10" },
    batch: { type: "string", default: "8" },
    size: { type: "string", default: "96" },
    threads: { type: "string", default: "1,2" },
    /** What a child process measures: settings as JSON. */
    child: { type: "string" },
  },
});

const U_NET = { kind: "unet", features: [16, 24, 48, 96, 128] } as const;
const NETWORKS = {
  unet: U_NET,
  transunet: { kind: "transunet", ...transUNetSizes.small },
  "transunet-full": { kind: "transunet", ...transUNetSizes.full },
} as const;

interface Settings {
  readonly batch: number;
  readonly sizePx: number;
  readonly threads: number;
  readonly lowering: LoweringName;
  readonly classes: number;
  readonly landmarks: number;
  readonly network: (typeof NETWORKS)[keyof typeof NETWORKS];
  readonly repetitions: number;
}

const NOT_COUNTED = 3;

/** What a process says of itself. */
interface Steps {
  readonly parameters: number;
  readonly wallMs: readonly number[];
  readonly processorMs: readonly number[];
  readonly peakMegabytes: number;
}

function networkOf({ network, classes, landmarks, sizePx }: Settings): NetworkDefinition {
  if (network.kind === "transunet")
    return transUNet({ size: network, classes, landmarks, heightPx: sizePx, widthPx: sizePx });
  const { features } = network;
  return unet({ inputChannels: 1, classes, landmarks, features, normalisation: "group", up: "bilinear" });
}

async function measure(settings: Settings): Promise<Steps> {
  const { batch, sizePx, classes, landmarks, repetitions } = settings;
  const runtime = await onnxRuntime({ provider: "cpu", threads: settings.threads });
  const compiled = compileTrainingStep({
    network: networkOf(settings),
    batch,
    heightPx: sizePx,
    widthPx: sizePx,
    targets: "classes",
    classes,
    landmarks,
    losses: {
      dice: 0.5,
      crossEntropy: 0.5,
      heatMap: { kind: "ncc", weight: 0.5, sigmaPx: 3 },
      absentClasses: "right",
    },
    optimiser: { kind: "adamw", weightDecay: 1e-2, beta1: 0.9, beta2: 0.999 },
    clipNorm: 1,
    lowering: await chooseLowering(runtime, settings.lowering),
  });
  const training = await startTraining(runtime, compiled, initialState(compiled, 1));
  const { normal, integerBelow, uniformIn } = randomStream([1, 2]);
  const pixels = batch * sizePx * sizePx;
  const examples = {
    pixels: Float32Array.from({ length: pixels }, normal),
    targets: Uint8Array.from({ length: pixels }, () => integerBelow(classes)),
    points: Float32Array.from({ length: 2 * batch * landmarks }, () => uniformIn(0, sizePx)),
    visible: new Float32Array(batch * landmarks).fill(1),
  };
  const wallMs: number[] = [];
  const processorMs: number[] = [];
  for (let step = 0; step < repetitions; step++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await training.step(examples, { learningRate: 3e-3, step, key: [1, step] });
    wallMs.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    processorMs.push((user + system) / 1000);
  }
  await training.release();
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { parameters: compiled.layout.parameterCount, wallMs, processorMs, peakMegabytes };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function inChild(settings: Settings): Steps {
  const words = [import.meta.filename, "--child", JSON.stringify(settings)];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })) as Steps;
}

function inPython(python: string, settings: Settings): Steps {
  const folder = mkdtempSync(join(tmpdir(), "synthex-bench-"));
  try {
    const path = join(folder, "settings.json");
    writeFileSync(path, JSON.stringify(settings));
    const script = join(import.meta.dirname, "training_step.py");
    return JSON.parse(execFileSync(python, [script, path], { encoding: "utf8" })) as Steps;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const counted = (values: readonly number[]): number[] => values.slice(NOT_COUNTED);

const described = (values: readonly number[], digits = 0): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

function line(name: string, runs: readonly Steps[]): string {
  const wall = runs.map(({ wallMs }) => median(counted(wallMs)));
  const processor = runs.map(({ processorMs }) => median(counted(processorMs)));
  const fastest = Math.min(...runs.flatMap(({ wallMs }) => counted(wallMs)));
  const memory = runs.map(({ peakMegabytes }) => peakMegabytes);
  return `  ${name.padEnd(12)} wall ${described(wall)}, fastest ${fastest.toFixed(0)}; processor ${described(processor)}; ${described(memory)} MB`;
}

/** Round by round, and of the fastest steps of all rounds. */
function ratios(ours: readonly Steps[], torch: readonly Steps[]): string {
  const within = (of: "wallMs" | "processorMs"): string =>
    described(
      ours.map((run, round) => median(counted(run[of])) / median(counted(torch[round][of]))),
      2,
    );
  const fastest = (runs: readonly Steps[]): number =>
    Math.min(...runs.flatMap(({ wallMs }) => counted(wallMs)));
  return `  ours / PyTorch within a round: wall ${within("wallMs")}, processor ${within("processorMs")}; of the fastest steps ${(fastest(ours) / fastest(torch)).toFixed(2)}`;
}

if (options.child) {
  console.log(JSON.stringify(await measure(JSON.parse(options.child) as Settings)));
} else {
  const { python } = options;
  const network = NETWORKS[options.network as keyof typeof NETWORKS];
  if (!network)
    throw new RangeError(`the network ${options.network} is none of ${Object.keys(NETWORKS).join(", ")}`);
  for (const threads of options.threads.split(",").map(Number)) {
    const settings: Settings = {
      batch: Number(options.batch),
      sizePx: Number(options.size),
      threads,
      lowering: "auto",
      classes: 7,
      landmarks: 14,
      network,
      repetitions: NOT_COUNTED + Number(options.steps),
    };
    const ours: Steps[] = [];
    const plain: Steps[] = [];
    const torch: Steps[] = [];
    for (let round = 0; round < Number(options.rounds); round++) {
      ours.push(inChild(settings));
      plain.push(inChild({ ...settings, lowering: "plain" }));
      if (python) torch.push(inPython(python, settings));
    }
    const [{ parameters }] = ours;
    if (torch.some((run) => run.parameters !== parameters))
      throw new Error(
        `the networks differ: ${parameters} parameters here, ${torch[0].parameters} in PyTorch`,
      );
    console.log(
      `${options.network}, ${parameters} parameters${python ? " in both" : ""}, batch ${settings.batch}, ${settings.sizePx} × ${settings.sizePx}, ${threads} threads, ms a step:`,
    );
    console.log(line("ours", ours));
    console.log(line("ours, plain", plain));
    if (torch.length === 0) console.log("  PyTorch      not measured: give --python");
    else {
      console.log(line("PyTorch", torch));
      console.log(ratios(ours, torch));
    }
  }
}
