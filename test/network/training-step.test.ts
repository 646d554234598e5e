import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { unet } from "../../src/network/architectures/unet.ts";
import { chooseLowering } from "../../src/network/choose-lowering.ts";
import { compileInference } from "../../src/network/inference.ts";
import { plainLowering } from "../../src/network/lowering/plain-convolution.ts";
import { readModel } from "../../src/network/onnx/read-model.ts";
import { initialValues, namedParts } from "../../src/network/parameters.ts";
import {
  initialState,
  startEvaluation,
  startTraining,
  type StepResult,
  type TrainingBatch,
} from "../../src/network/running-training.ts";
import type { Lowering } from "../../src/network/tensor.ts";
import {
  compileEvaluation,
  compileTrainingStep,
  type TrainingStep,
  type TrainingStepOptions,
} from "../../src/network/training-step.ts";
import { decodeSafetensors } from "../../src/network/weights/safetensors.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";

const fixture = decodeSafetensors(
  new Uint8Array(readFileSync(new URL("fixtures/training.safetensors", import.meta.url))),
  "training.safetensors",
).tensors;
const floats = (name: string): Float32Array => {
  const found = fixture.get(name)?.data;
  if (!found) throw new Error(`the fixture has no ${name}`);
  return found as Float32Array;
};
const bytes = (name: string): Uint8Array => fixture.get(name)?.data as Uint8Array;

const runtime = await onnxRuntime({ provider: "cpu", threads: 1 });
const STEPS = 12;
const [SIZE, BATCH, CLASSES, LANDMARKS] = [16, 3, 4, 2];

/** The two trainings of tools/make-training-fixture.py, between them every option. */
const trainings: Readonly<Record<"a" | "b", Omit<TrainingStepOptions, "network">>> = {
  a: {
    batch: BATCH,
    heightPx: SIZE,
    widthPx: SIZE,
    targets: "classes",
    classes: CLASSES,
    landmarks: LANDMARKS,
    losses: {
      dice: 0.5,
      crossEntropy: 0.7,
      heatMap: { kind: "ncc", weight: 0.4, sigmaPx: 2 },
      absentClasses: "right",
    },
    optimiser: { kind: "adamw", weightDecay: 1e-2, beta1: 0.9, beta2: 0.999 },
    clipNorm: 1,
    average: true,
  },
  b: {
    batch: BATCH,
    heightPx: SIZE,
    widthPx: SIZE,
    targets: "masks",
    classes: CLASSES,
    landmarks: LANDMARKS,
    losses: {
      dice: 0.5,
      crossEntropy: 0.7,
      heatMap: { kind: "mse", weight: 0.4, sigmaPx: 2 },
      absentClasses: "right",
    },
    optimiser: { kind: "sgd-nesterov", weightDecay: 1e-4, momentum: 0.9 },
    average: true,
  },
};

const networkOf = (name: "a" | "b") =>
  unet({
    inputChannels: 1,
    classes: CLASSES,
    landmarks: LANDMARKS,
    features: [8, 12, 16],
    normalisation: name === "a" ? "group" : "batch",
    up: name === "a" ? "bilinear" : "transposed",
  });

const compiledOf = (name: "a" | "b", lowering: Lowering = plainLowering): TrainingStep =>
  compileTrainingStep({ ...trainings[name], network: networkOf(name), lowering });

const batchOf = (name: "a" | "b"): TrainingBatch => ({
  pixels: floats("image"),
  targets: bytes(name === "a" ? "classes" : "masks"),
  points: floats("points"),
  visible: floats("visible"),
});

function startOf(name: "a" | "b", compiled: TrainingStep): Map<string, Float32Array> {
  const state = initialState(compiled, 0);
  for (const vector of ["parameters", "average"])
    for (const [part, { data }] of namedParts(compiled.layout.parameters, state.get(vector) as Float32Array))
      data.set(floats(`${name}/initial/${part}`));
  return state;
}

interface Run {
  readonly results: StepResult[];
  readonly state: ReadonlyMap<string, Float32Array>;
}

async function trained(name: "a" | "b", compiled: TrainingStep, steps = STEPS): Promise<Run> {
  const training = await startTraining(runtime, compiled, startOf(name, compiled));
  const results: StepResult[] = [];
  const learningRate = name === "a" ? 3e-3 : 2e-2;
  for (let step = 0; step < steps; step++)
    results.push(await training.step(batchOf(name), { learningRate, step, averageDecay: 0.75 }));
  const state = training.state();
  await training.release();
  return { results, state };
}

/** Largest difference, relative to the largest number. */
function apart(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(found[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return found.length === expected.length ? difference / largest : Number.NaN;
}

const blocked = await chooseLowering(runtime, "nchwc").catch(() => undefined);

describe.each([
  ["plain", plainLowering],
  ["blocked", blocked],
] as const)("with %s convolutions", (_, lowering) => {
  describe.skipIf(!lowering).each(["a", "b"] as const)("training %s of PyTorch in float64", (name) => {
    const compiled = compiledOf(name, lowering);

    test("the first gradient", async () => {
      // A step of plain gradient descent shows it: rate 1, no momentum yet, no decay, no clipping.
      const { clipNorm: _, ...options } = trainings[name];
      const plain = compileTrainingStep({
        ...options,
        network: networkOf(name),
        lowering: lowering as Lowering,
        optimiser: { kind: "sgd-nesterov", weightDecay: 0, momentum: 0 },
      });
      const training = await startTraining(runtime, plain, startOf(name, plain));
      await training.step(batchOf(name), { learningRate: 1, step: 0 });
      const before = namedParts(
        plain.layout.parameters,
        startOf(name, plain).get("parameters") as Float32Array,
      );
      const after = namedParts(plain.layout.parameters, training.vector("parameters"));
      for (const [part, { data }] of before) {
        const moved = after.get(part)?.data as Float32Array;
        const found = data.map((value, at) => value - moved[at]);
        const expected = floats(`${name}/gradient/${part}`);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const size = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        // Float32: rounding of sums of 768 pixels through some 15 layers, and of the difference of parameters themselves.
        const tolerance = 5e-4 * largest + 2.4e-7 * size + 1e-7;
        for (const [at, value] of found.entries())
          expect(Math.abs(value - expected[at]), `${part}[${at}]`).toBeLessThan(tolerance);
      }
      await training.release();
    });

    test("losses and gradient norms of twelve steps, parameters, average and statistics after them", async () => {
      const { results, state } = await trained(name, compiled);
      const losses = fixture.get(`${name}/losses`)?.data as Float64Array;
      const norms = fixture.get(`${name}/norms`)?.data as Float64Array;
      for (const [step, { loss, gradientNorm, firstBroken }] of results.entries()) {
        expect(Math.abs(loss / losses[step] - 1)).toBeLessThan(1e-4);
        expect(Math.abs(gradientNorm / norms[step] - 1)).toBeLessThan(2e-3);
        expect(firstBroken).toBeUndefined();
      }
      // Rounding grows from step to step; Adam makes a difference of sign of a tiny gradient one of 2 η.
      const part = "decoder0.convolution1.weight";
      const values = (vector: string): Float32Array =>
        namedParts(compiled.layout.parameters, state.get(vector) as Float32Array).get(part)
          ?.data as Float32Array;
      expect(apart(values("parameters"), floats(`${name}/final/${part}`))).toBeLessThan(2e-3);
      expect(apart(values("average"), floats(`${name}/average/${part}`))).toBeLessThan(2e-3);
      for (const [statistic, { data }] of namedParts(
        compiled.layout.statistics,
        state.get("statistics") ?? new Float32Array(),
      ))
        expect(apart(data, floats(`${name}/statistics/${statistic}`)), statistic).toBeLessThan(1e-3);
    });
  });
});

describe("a training", () => {
  test("is the same to the last bit when it is run again, and when it goes on from a saved state", async () => {
    const compiled = compiledOf("a", blocked);
    const [first, again] = [await trained("a", compiled, 6), await trained("a", compiled, 6)];
    expect(again).toEqual(first);
    const half = await trained("a", compiled, 3);
    const training = await startTraining(runtime, compiled, half.state);
    for (let step = 3; step < 6; step++) {
      const result = await training.step(batchOf("a"), { learningRate: 3e-3, step, averageDecay: 0.75 });
      expect(result).toEqual(first.results[step]);
    }
    expect(training.state()).toEqual(first.state);
    await training.release();
  });

  test("names the first parameter whose gradient is no number", async () => {
    const compiled = compiledOf("a");
    const state = startOf("a", compiled);
    namedParts(compiled.layout.parameters, state.get("parameters") as Float32Array)
      .get("landmarkHead.hidden.weight")
      ?.data.fill(Number.NaN);
    const training = await startTraining(runtime, compiled, state);
    const { loss, firstBroken } = await training.step(batchOf("a"), { learningRate: 1e-3, step: 0 });
    expect(loss).toBeNaN();
    expect(compiled.layout.parameters.map(({ name }) => name)).toContain(firstBroken);
    await training.release();
  });

  test("begins with parameters that depend on the seed and their names only", () => {
    const { layout } = compiledOf("a");
    const values = initialValues(layout.parameters, 3);
    expect(initialValues(layout.parameters, 3)).toEqual(values);
    expect(initialValues(layout.parameters, 4)).not.toEqual(values);
    // He: variance 2 / (8 · 9) over 12 · 8 · 9 numbers; the sample variance has a relative spread of √(2 / 864) = 5 %.
    const weight = namedParts(layout.parameters, values).get("encoder1.convolution1.weight")
      ?.data as Float32Array;
    const variance = weight.reduce((sum, value) => sum + value * value, 0) / weight.length;
    expect(Math.abs(variance * 36 - 1)).toBeLessThan(0.25);
  });
});

describe("losses", () => {
  const pixels = SIZE * SIZE;
  const evaluated = async (
    logits: (k: number, pixel: number) => number,
    targets: Uint8Array,
    absentClasses: "right" | "published",
  ) => {
    // A network without parameters of effect: its picture is its logits.
    const network = {
      name: "picture",
      inputChannels: 2,
      sizeMultiple: 1,
      forward: (image: import("../../src/network/tensor.ts").Tensor) => ({ classLogits: image }),
    };
    const compiled = compileEvaluation({
      network: {
        ...network,
        forward: (image, scope) => {
          scope.parameter("unused", [1], { kind: "constant", value: 0 });
          return network.forward(image);
        },
      },
      batch: 1,
      heightPx: SIZE,
      widthPx: SIZE,
      targets: "classes",
      classes: 2,
      landmarks: 0,
      losses: { dice: 1, crossEntropy: 1, heatMap: { kind: "mse", weight: 0, sigmaPx: 1 }, absentClasses },
    });
    const evaluation = await startEvaluation(runtime, compiled);
    const result = await evaluation.evaluate(
      {
        pixels: Float32Array.from({ length: 2 * pixels }, (_, at) =>
          logits(Math.floor(at / pixels), at % pixels),
        ),
        targets,
        points: new Float32Array(),
        visible: new Float32Array(),
      },
      { parameters: new Float32Array(1) },
    );
    await evaluation.release();
    return result;
  };

  test("are 0 where all is right; a class that is absent and not predicted has Dice 1, or −1 as published", async () => {
    const background = (k: number) => (k === 0 ? 50 : -50);
    const right = await evaluated(background, new Uint8Array(pixels), "right");
    expect(right.loss).toBeCloseTo(0, 6);
    expect([...right.dice]).toEqual([1, 1]);
    const published = await evaluated(background, new Uint8Array(pixels), "published");
    expect(published.dice[1]).toBe(-1);
  });

  test("without knowledge are log 2 for even odds, and do not see unknown pixels", async () => {
    const half = Uint8Array.from({ length: pixels }, (_, at) => (at < 100 ? 1 : 255));
    const even = await evaluated(() => 0, half, "right");
    expect(even.terms.crossEntropy).toBeCloseTo(Math.LN2, 6);
    // Dice of class 1: 2 · 100 · ½ / (100 + 100 · ¼)
    expect(even.dice[1]).toBeCloseTo(0.8, 5);
    const sure = await evaluated((k, pixel) => (k === 1 && pixel < 100 ? 50 : 0), half, "right");
    expect(sure.terms.crossEntropy).toBeCloseTo(0, 6);
  });
});

describe("an exported model", () => {
  test("says what PyTorch's network says with running statistics, and keeps its texts", async () => {
    const { results, state } = await trained("b", compiledOf("b"));
    expect(results).toHaveLength(STEPS);
    const { layout } = compiledOf("b");
    const model = compileInference({
      network: networkOf("b"),
      layout,
      parameters: state.get("parameters") as Float32Array,
      statistics: state.get("statistics"),
      targets: "masks",
      heightPx: SIZE,
      widthPx: SIZE,
      standardises: false,
      findsPolarity: false,
      metadata: { synthex: '{"name":"Prüfung"}' },
    });
    const session = await runtime.open(model);
    const expected = floats("b/probabilities");
    for (let picture = 0; picture < BATCH; picture++) {
      const data = floats("image").slice(picture * SIZE * SIZE, (picture + 1) * SIZE * SIZE);
      const made = await session.run({ image: { type: "float32", shape: [1, 1, SIZE, SIZE], data } });
      const count = CLASSES * SIZE * SIZE;
      expect(
        apart(
          made.probabilities.data as Float32Array,
          expected.subarray(picture * count, (picture + 1) * count),
        ),
      ).toBeLessThan(3e-3);
    }
    await session.release();
    const content = readModel(model, "model.onnx");
    expect(content.metadata.get("synthex")).toBe('{"name":"Prüfung"}');
    expect(content.weights.get("classHead.weight")?.shape).toEqual([CLASSES, 8, 1, 1]);
  });

  test("finds out whether a picture is the negative of what it learnt", async () => {
    const compiled = compiledOf("a");
    const { state } = await trained("a", compiled, 40);
    const model = compileInference({
      network: networkOf("a"),
      layout: compiled.layout,
      parameters: state.get("parameters") as Float32Array,
      targets: "classes",
      heightPx: SIZE,
      widthPx: SIZE,
      standardises: true,
      findsPolarity: true,
    });
    const session = await runtime.open(model);
    const answers: { polarity: number; probabilities: Float32Array }[] = [];
    for (const sign of [1, -1]) {
      const data = floats("image")
        .slice(0, SIZE * SIZE)
        .map((value) => 40 + 7 * sign * value);
      const made = await session.run({ image: { type: "float32", shape: [1, 1, SIZE, SIZE], data } });
      answers.push({
        polarity: (made.polarity.data as Float32Array)[0],
        probabilities: made.probabilities.data as Float32Array,
      });
    }
    // Whichever it takes, it takes the same picture both times, in any unit.
    expect(answers[1].polarity).toBe(-answers[0].polarity);
    expect(apart(answers[1].probabilities, answers[0].probabilities)).toBeLessThan(1e-3);
    await session.release();
  });

  test("that looks at the mirrored picture, too, says of a mirrored picture what it says of the picture, sides exchanged", async () => {
    const compiled = compiledOf("b");
    const { state } = await trained("b", compiled);
    const order = [1, 0, ...Array.from({ length: CLASSES - 2 }, (_, index) => index + 2)];
    const model = compileInference({
      network: networkOf("b"),
      layout: compiled.layout,
      parameters: state.get("parameters") as Float32Array,
      statistics: state.get("statistics"),
      targets: "masks",
      heightPx: SIZE,
      widthPx: SIZE,
      standardises: true,
      findsPolarity: true,
      mirrors: { planes: order, landmarks: Array.from({ length: LANDMARKS }, (_, index) => index) },
    });
    const session = await runtime.open(model);
    const rows = (values: Float32Array): number[][] =>
      Array.from({ length: values.length / SIZE }, (_, row) => [
        ...values.subarray(row * SIZE, (row + 1) * SIZE),
      ]);
    const of = async (data: Float32Array): Promise<Float32Array> =>
      (await session.run({ image: { type: "float32", shape: [1, 1, SIZE, SIZE], data } })).probabilities
        .data as Float32Array;
    const picture = floats("image").slice(0, SIZE * SIZE);
    const plain = rows(await of(picture));
    const flipped = rows(await of(Float32Array.from(rows(picture).flatMap((row) => row.toReversed()))));
    for (const [plane, other] of order.entries())
      for (let v = 0; v < SIZE; v++)
        expect(
          apart(
            Float32Array.from(flipped[other * SIZE + v].toReversed()),
            Float32Array.from(plain[plane * SIZE + v]),
          ),
        ).toBeLessThan(1e-4);
    await session.release();
  });

  test("cannot be made for pictures that do not halve", () => {
    expect(() => compileEvaluation({ ...trainings.a, network: networkOf("a"), heightPx: 18 })).toThrow(
      /cannot look at/,
    );
  });
});
