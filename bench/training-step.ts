/**
 * A training step of a U-Net by this package and by PyTorch, in turns:
 *
 *   node bench/training-step.ts [--python PYTHON] [--rounds 3] [--batch 8] [--size 96] [--threads 1,2]
 *
 * Each contender is a process of its own that makes steps on one random batch; the first three do not count, the median of the others
 * does. Printed are ms of wall time a step, as median over the rounds with the range, and peak memory. It measures and never judges.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { unet } from "../src/network/architectures/unet.ts";
import { chooseLowering, type LoweringName } from "../src/network/choose-lowering.ts";
import { initialState, startTraining } from "../src/network/running-training.ts";
import { compileTrainingStep } from "../src/network/training-step.ts";
import { onnxRuntime } from "../src/node/onnx-runtime.ts";
import { randomStream } from "../src/random/random-stream.ts";

const { values: options } = parseArgs({
  options: {
    python: { type: "string" },
    rounds: { type: "string", default: "3" },
    batch: { type: "string", default: "8" },
    size: { type: "string", default: "96" },
    threads: { type: "string", default: "1,2" },
    /** What a child process measures: settings as JSON. */
    child: { type: "string" },
  },
});

interface Settings {
  readonly batch: number;
  readonly sizePx: number;
  readonly threads: number;
  readonly lowering: LoweringName;
  readonly classes: number;
  readonly landmarks: number;
  readonly features: readonly number[];
  readonly repetitions: number;
}

const NOT_COUNTED = 3;

interface Measured {
  readonly ms: number;
  readonly peakMegabytes?: number;
}

async function measure(settings: Settings): Promise<Measured> {
  const { batch, sizePx, classes, landmarks, features, repetitions } = settings;
  const runtime = await onnxRuntime({ provider: "cpu", threads: settings.threads });
  const compiled = compileTrainingStep({
    network: unet({ inputChannels: 1, classes, landmarks, features, normalisation: "group", up: "bilinear" }),
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
  const times: number[] = [];
  for (let step = 0; step < repetitions; step++) {
    const start = performance.now();
    await training.step(examples, { learningRate: 3e-3, step });
    times.push(performance.now() - start);
  }
  await training.release();
  return { ms: median(times.slice(NOT_COUNTED)), peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function inChild(settings: Settings): Measured {
  const words = [import.meta.filename, "--child", JSON.stringify(settings)];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })) as Measured;
}

function inPython(python: string, settings: Settings): Measured {
  const folder = mkdtempSync(join(tmpdir(), "synthex-bench-"));
  try {
    const path = join(folder, "settings.json");
    writeFileSync(path, JSON.stringify(settings));
    const script = join(import.meta.dirname, "training_step.py");
    const times = JSON.parse(execFileSync(python, [script, path], { encoding: "utf8" })) as number[];
    return { ms: median(times.slice(NOT_COUNTED)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const described = (values: readonly number[], digits = 0): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

if (options.child) {
  console.log(JSON.stringify(await measure(JSON.parse(options.child) as Settings)));
} else {
  const { python } = options;
  for (const threads of options.threads.split(",").map(Number)) {
    const settings: Settings = {
      batch: Number(options.batch),
      sizePx: Number(options.size),
      threads,
      lowering: "auto",
      classes: 7,
      landmarks: 14,
      features: [16, 24, 48, 96, 128],
      repetitions: 13,
    };
    const rounds = Array.from({ length: Number(options.rounds) }, () => ({
      ours: inChild(settings),
      plain: inChild({ ...settings, lowering: "plain" }),
      torch: python ? inPython(python, settings) : undefined,
    }));
    const ours = rounds.map(({ ours }) => ours.ms);
    console.log(
      `batch ${settings.batch}, ${settings.sizePx} × ${settings.sizePx}, ${threads} threads, ms a step:`,
    );
    console.log(
      `  ours         ${described(ours)}, ${described(rounds.map(({ ours }) => ours.peakMegabytes ?? 0))} MB`,
    );
    console.log(
      `  ours, plain  ${described(rounds.map(({ plain }) => plain.ms))}, ${described(rounds.map(({ plain }) => plain.peakMegabytes ?? 0))} MB`,
    );
    const torch = rounds.flatMap(({ torch }) => torch?.ms ?? []);
    if (torch.length === 0) console.log("  PyTorch      not measured: give --python");
    else {
      console.log(`  PyTorch      ${described(torch)}`);
      console.log(
        `  ours / PyTorch within a round: ${described(
          ours.map((ms, round) => ms / torch[round]),
          2,
        )}`,
      );
    }
  }
}
