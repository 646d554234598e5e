import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { transUNet } from "../../src/network/architectures/transunet.ts";
import { compileInference } from "../../src/network/inference.ts";
import { namedParts, type ParameterLayout } from "../../src/network/parameters.ts";
import { initialState, startTraining, type TrainingBatch } from "../../src/network/running-training.ts";
import { compileTrainingStep, networkLayout } from "../../src/network/training-step.ts";
import { decodeSafetensors } from "../../src/network/weights/safetensors.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";

const fixture = decodeSafetensors(
  new Uint8Array(readFileSync(new URL("fixtures/transunet.safetensors", import.meta.url))),
  "transunet.safetensors",
).tensors;
const floats = (name: string): Float32Array => fixture.get(name)?.data as Float32Array;
const doubles = (name: string): Float64Array => fixture.get(name)?.data as Float64Array;
const runtime = await onnxRuntime({ provider: "cpu", threads: 1 });

const [SIZE, BATCH, CLASSES, LANDMARKS] = [64, 2, 3, 2];
const network = transUNet({
  size: {
    width: 8,
    units: [1, 2, 1],
    hidden: 24,
    layers: 2,
    heads: 3,
    mlp: 40,
    dropout: 0,
    decoder: [20, 16, 12, 8, 8],
  },
  classes: CLASSES,
  landmarks: LANDMARKS,
  heightPx: SIZE,
  widthPx: SIZE,
});

const shape = {
  batch: BATCH,
  heightPx: SIZE,
  widthPx: SIZE,
  targets: "classes",
  classes: CLASSES,
  landmarks: LANDMARKS,
  losses: {
    dice: 0,
    crossEntropy: 1,
    heatMap: { kind: "mse", weight: 1, sigmaPx: 3 },
    absentClasses: "right",
  },
} as const;

/** The formula of tools/make-transunet-fixture.py. */
function fill(layout: ParameterLayout, vector: Float32Array): void {
  for (const [name, { data }] of namedParts(layout.parameters, vector))
    for (let i = 0; i < data.length; i++) {
      const noise = 43758.5453 * Math.sin(12.9898 * i + name.length);
      const wave = 2 * (noise - Math.floor(noise)) - 1;
      data[i] = name.endsWith("scale") ? 1 + 0.1 * wave : 0.3 * wave;
    }
}

function apart(found: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, at) => Math.max(most, Math.abs(found[at] - value)), 0) / largest;
}

describe("a tiny TransUNet of PyTorch in float64", () => {
  test("gradients, six steps and what it says afterwards", async () => {
    const compiled = compileTrainingStep({
      ...shape,
      network,
      optimiser: { kind: "sgd-nesterov", weightDecay: 1e-4, momentum: 0.9 },
    });
    const initial = initialState(compiled, 0);
    fill(compiled.layout, initial.get("parameters") as Float32Array);
    const training = await startTraining(runtime, compiled, initial);
    const batch: TrainingBatch = {
      pixels: floats("image"),
      targets: fixture.get("classes")?.data as Uint8Array,
      points: floats("points"),
      visible: floats("visible"),
    };
    const losses = doubles("losses");
    const norms = doubles("norms");
    for (const step of losses.keys()) {
      const { loss, gradientNorm } = await training.step(batch, { learningRate: 0.01, step });
      // Float32 through some 60 layers; that of PyTorch is apart by 3 · 10⁻⁷ here.
      expect(Math.abs(loss / losses[step] - 1), `loss ${step}`).toBeLessThan(5e-6);
      expect(Math.abs(gradientNorm / norms[step] - 1), `norm ${step}`).toBeLessThan(5e-6);
    }
    const state = training.state();
    await training.release();
    const model = compileInference({
      network,
      layout: compiled.layout,
      parameters: state.get("parameters") as Float32Array,
      statistics: state.get("statistics"),
      targets: "classes",
      heightPx: SIZE,
      widthPx: SIZE,
      standardises: false,
      findsPolarity: false,
    });
    const session = await runtime.open(model);
    const data = floats("image").slice(0, SIZE * SIZE);
    const { probabilities } = await session.run({
      image: { type: "float32", shape: [1, 1, SIZE, SIZE], data },
    });
    expect(apart(probabilities.data as Float32Array, floats("probabilities"))).toBeLessThan(1e-4);
    await session.release();
  });

  test("the gradient of every parameter, by its length", async () => {
    const compiled = compileTrainingStep({
      ...shape,
      network,
      optimiser: { kind: "sgd-nesterov", weightDecay: 0, momentum: 0 },
    });
    const initial = initialState(compiled, 0);
    fill(compiled.layout, initial.get("parameters") as Float32Array);
    const training = await startTraining(runtime, compiled, initial);
    const batch: TrainingBatch = {
      pixels: floats("image"),
      targets: fixture.get("classes")?.data as Uint8Array,
      points: floats("points"),
      visible: floats("visible"),
    };
    // Rate 1 without momentum or decay: the first moment is the gradient.
    await training.step(batch, { learningRate: 1, step: 0 });
    const gradient = namedParts(compiled.layout.parameters, training.vector("moment1"));
    const all = doubles("norms")[0];
    for (const [name, { data }] of gradient) {
      const length = Math.hypot(...data);
      const expected = doubles(`gradientNorm/${name}`)[0];
      expect(Math.abs(length - expected), name).toBeLessThan(1e-4 * expected + 1e-6 * all);
    }
    await training.release();
  });
});

test("the full size has the parameters of R50 + ViT-B/16 and the published decoder", () => {
  const full = transUNet({ size: "full", classes: 7, landmarks: 14, heightPx: 192, widthPx: 192 });
  const { layout } = networkLayout({ network: full, heightPx: 192, widthPx: 192 });
  const count = (prefix: string): number =>
    layout.parameters
      .filter(({ name }) => name.startsWith(prefix))
      .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  const block = 2 * 2 * 768 + 4 * (768 * 768 + 768) + (768 * 3072 + 3072) + (3072 * 768 + 768);
  expect(count("transformer.block0.")).toBe(block);
  expect(count("transformer.")).toBe(12 * block + 1024 * 768 + 768 + 144 * 768 + 2 * 768);
  expect(count("landmarkHead.")).toBe(23 * 21 + 21 * 14);
});
