import * as ort from "onnxruntime-web";
import { expect, test } from "vitest";
import { unet } from "../../src/network/architectures/unet.ts";
import { type OrtModule, ortRuntime } from "../../src/network/ort-runtime.ts";
import { initialState, startTraining } from "../../src/network/running-training.ts";
import type { TensorRuntime } from "../../src/network/tensor-runtime.ts";
import { compileTrainingStep } from "../../src/network/training-step.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";

const [SIZE, BATCH, CLASSES, LANDMARKS] = [16, 2, 3, 2];
const compiled = compileTrainingStep({
  network: unet({
    inputChannels: 1,
    classes: CLASSES,
    landmarks: LANDMARKS,
    features: [8, 16],
    normalisation: "group",
    up: "bilinear",
  }),
  batch: BATCH,
  heightPx: SIZE,
  widthPx: SIZE,
  targets: "classes",
  classes: CLASSES,
  landmarks: LANDMARKS,
  losses: {
    dice: 0.5,
    crossEntropy: 0.5,
    heatMap: { kind: "ncc", weight: 0.5, sigmaPx: 2 },
    absentClasses: "right",
  },
  optimiser: { kind: "adamw", weightDecay: 1e-2, beta1: 0.9, beta2: 0.999 },
  clipNorm: 1,
  average: true,
});
const batch = {
  pixels: Float32Array.from(
    { length: BATCH * SIZE * SIZE },
    (_, at) => Math.sin(at * 0.37) * Math.cos(at * 0.011),
  ),
  targets: Uint8Array.from({ length: BATCH * SIZE * SIZE }, (_, at) => Math.floor(at / 40) % CLASSES),
  points: Float32Array.of(3, 4, 8.5, 2, 12, 13, 1, 1),
  visible: Float32Array.of(1, 1, 1, 0),
};

async function losses(runtime: TensorRuntime): Promise<number[]> {
  const training = await startTraining(runtime, compiled, initialState(compiled, 1));
  const found: number[] = [];
  for (let step = 0; step < 6; step++)
    found.push((await training.step(batch, { learningRate: 3e-3, step })).loss);
  await training.release();
  return found;
}

test("onnxruntime for browsers, in WebAssembly, learns from the same model as onnxruntime for Node", async () => {
  ort.env.wasm.numThreads = 1;
  const web = ortRuntime(ort as unknown as OrtModule, { provider: "wasm", threads: 1, writesInPlace: false });
  const [inBrowser, inNode] = [await losses(web), await losses(await onnxRuntime({ threads: 1 }))];
  expect(inNode.at(-1)).toBeLessThan(inNode[0]);
  // Both are float32, summed in another order; six steps of Adam magnify that.
  for (const [step, loss] of inBrowser.entries())
    expect(Math.abs(loss / inNode[step] - 1)).toBeLessThan(2e-4);
});
