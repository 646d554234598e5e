import { describe, expect, test } from "vitest";
import { gradients } from "../../src/network/gradients.ts";
import { plainLowering } from "../../src/network/lowering/plain-convolution.ts";
import { writeModel } from "../../src/network/onnx/write-model.ts";
import { conv2d, convTranspose2d } from "../../src/network/operators/convolution.ts";
import * as e from "../../src/network/operators/elementwise.ts";
import { matMul } from "../../src/network/operators/matrix.ts";
import { groupNorm, instanceNorm, layerNorm } from "../../src/network/operators/normalisation.ts";
import { averagePool, maxPool, maxPoolOverlapping } from "../../src/network/operators/pooling.ts";
import { reduceMean, reduceSum } from "../../src/network/operators/reductions.ts";
import { resizeBilinear } from "../../src/network/operators/resize.ts";
import { concat, expand, pad, reshape, slice, transpose } from "../../src/network/operators/shape.ts";
import { logSoftmax, softmax } from "../../src/network/operators/softmax.ts";
import { elementCount, type Tensor } from "../../src/network/tensor.ts";
import { TensorGraph } from "../../src/network/tensor-graph.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";
import { philox4x32 } from "../../src/random/philox.ts";
import { evaluate } from "./float64-evaluator.ts";

type Build = (...inputs: Tensor[]) => Tensor;

/** Every case: shapes of its inputs, what is made of them. Inputs are in ±1; `positive` in 0.5 to 1.5. */
const cases: Readonly<Record<string, { shapes: number[][]; build: Build; positive?: boolean }>> = {
  add: {
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    build: (a, b) => e.add(a, b),
  },
  subtract: {
    shapes: [
      [3, 1],
      [2, 3, 4],
    ],
    build: (a, b) => e.subtract(a, b),
  },
  multiply: {
    shapes: [
      [2, 3, 4],
      [1, 3, 1],
    ],
    build: (a, b) => e.multiply(a, b),
  },
  "multiply with itself": { shapes: [[5]], build: (a) => e.multiply(a, a) },
  divide: {
    shapes: [
      [2, 3],
      [2, 1],
    ],
    build: (a, b) => e.divide(a, b),
    positive: true,
  },
  power: { shapes: [[2, 3]], build: (a) => e.power(a, 2.5), positive: true },
  "negate, abs": { shapes: [[7]], build: (a) => e.add(e.negate(a), e.multiply(e.abs(a), 0.3)) },
  exp: { shapes: [[7]], build: e.exp },
  log: { shapes: [[7]], build: e.log, positive: true },
  sqrt: { shapes: [[7]], build: e.sqrt, positive: true },
  relu: { shapes: [[9]], build: e.relu },
  sigmoid: { shapes: [[9]], build: e.sigmoid },
  tanh: { shapes: [[9]], build: e.tanh },
  erf: { shapes: [[9]], build: e.erf },
  gelu: { shapes: [[9]], build: e.gelu },
  where: { shapes: [[2, 4], [4]], build: (a, b) => e.where(e.greater(a, 0.1), e.multiply(a, b), b) },
  "cast between numbers": { shapes: [[4]], build: (a) => e.multiply(e.cast(a, "float32"), a) },
  reshape: { shapes: [[2, 6]], build: (a) => reshape(a, [3, -1]) },
  expand: { shapes: [[1, 3, 1]], build: (a) => expand(a, [2, 3, 4]) },
  transpose: { shapes: [[2, 3, 4]], build: (a) => transpose(a, [2, 0, 1]) },
  concat: {
    shapes: [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    build: (a, b, c) => concat([a, b, c], 1),
  },
  slice: {
    shapes: [[5, 4]],
    build: (a) =>
      slice(a, [
        { axis: 0, from: 1, to: 4 },
        { axis: 1, from: 2, to: 4 },
      ]),
  },
  "slice with steps": {
    shapes: [[7, 8]],
    build: (a) =>
      slice(a, [
        { axis: 0, from: 1, to: 7, step: 2 },
        { axis: 1, from: 0, to: 8, step: 3 },
      ]),
  },
  pad: { shapes: [[2, 3]], build: (a) => pad(a, [1, 0], [0, 2]) },
  "sum over some axes": { shapes: [[2, 3, 4]], build: (a) => reduceSum(a, { axes: [0, 2] }) },
  "mean over some axes": { shapes: [[2, 3, 4]], build: (a) => reduceMean(a, { axes: [1], keepAxes: true }) },
  "product of matrices": {
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    build: matMul,
  },
  "product with repeated matrix": {
    shapes: [
      [2, 2, 3, 4],
      [4, 5],
    ],
    build: matMul,
  },
  "product with repeated pictures": {
    shapes: [
      [6, 3],
      [2, 3, 5],
    ],
    build: matMul,
  },
  "softmax along the last axis": { shapes: [[3, 5]], build: (a) => softmax(a, -1) },
  "softmax along channels": { shapes: [[2, 4, 3]], build: (a) => softmax(a, 1) },
  "log softmax": { shapes: [[2, 4, 3]], build: (a) => logSoftmax(a, 1) },
  convolution: {
    shapes: [[2, 3, 6, 7], [4, 3, 3, 3], [4]],
    build: (x, w, b) => conv2d(x, w, b, { padding: "same" }),
  },
  "convolution without padding, 1 × 1": {
    shapes: [
      [2, 3, 4, 4],
      [5, 3, 1, 1],
    ],
    build: (x, w) => conv2d(x, w),
  },
  "convolution with stride": {
    shapes: [
      [2, 3, 7, 8],
      [4, 3, 3, 3],
    ],
    build: (x, w) => conv2d(x, w, undefined, { stride: 2, padding: 1 }),
  },
  "convolution 7 × 7 with stride, rows left over": {
    shapes: [
      [1, 2, 12, 13],
      [3, 2, 7, 7],
    ],
    build: (x, w) => conv2d(x, w, undefined, { stride: 2, padding: 3 }),
  },
  "convolution 1 × 1 with stride": {
    shapes: [
      [1, 2, 6, 6],
      [3, 2, 1, 1],
    ],
    build: (x, w) => conv2d(x, w, undefined, { stride: 2 }),
  },
  "convolution with dilation": {
    shapes: [
      [1, 2, 8, 8],
      [3, 2, 3, 3],
    ],
    build: (x, w) => conv2d(x, w, undefined, { dilation: 2, padding: 2 }),
  },
  "convolution in groups": {
    shapes: [
      [2, 4, 5, 5],
      [6, 2, 3, 3],
    ],
    build: (x, w) => conv2d(x, w, undefined, { groups: 2, padding: 1 }),
  },
  "convolution by channel with stride": {
    shapes: [
      [1, 4, 6, 6],
      [4, 1, 3, 3],
    ],
    build: (x, w) => conv2d(x, w, undefined, { groups: 4, padding: 1, stride: 2 }),
  },
  "convolution with uneven padding": {
    shapes: [
      [1, 2, 5, 5],
      [2, 2, 2, 2],
    ],
    build: (x, w) => conv2d(x, w, undefined, { padding: "same" }),
  },
  "transposed convolution": {
    shapes: [[2, 3, 4, 5], [3, 2, 2, 2], [2]],
    build: (x, w, b) => convTranspose2d(x, w, b, { stride: 2 }),
  },
  "transposed convolution that overlaps": {
    shapes: [
      [1, 2, 4, 4],
      [2, 3, 4, 4],
    ],
    build: (x, w) => convTranspose2d(x, w, undefined, { stride: 2, padding: 1 }),
  },
  "largest of 2 × 2": { shapes: [[2, 2, 4, 6]], build: (x) => maxPool(x) },
  "mean of 2 × 2": { shapes: [[2, 2, 4, 6]], build: (x) => averagePool(x) },
  "bilinear up": { shapes: [[1, 2, 3, 4]], build: (x) => resizeBilinear(x, 6, 8) },
  "bilinear to any size": { shapes: [[1, 2, 5, 4]], build: (x) => resizeBilinear(x, 7, 3) },
  "bilinear, centres of corners kept": {
    shapes: [[1, 2, 3, 4]],
    build: (x) => resizeBilinear(x, 6, 8, "centres"),
  },
  "largest of overlapping 3 × 3": { shapes: [[1, 2, 8, 7]], build: (x) => maxPoolOverlapping(x, 3, 2) },
  "group normalisation": {
    shapes: [[2, 6, 3, 4], [6], [6]],
    build: (x, s, t) => groupNorm(x, 3, s, t),
  },
  "instance normalisation": { shapes: [[2, 3, 3, 4], [3], [3]], build: (x, s, t) => instanceNorm(x, s, t) },
  "layer normalisation": { shapes: [[2, 3, 8], [8], [8]], build: (x, s, t) => layerNorm(x, s, t) },
};

/** Numbers in ±1 that depend on the case's name only. */
function numbers(name: string, index: number, count: number, positive: boolean): Float32Array {
  const key = new TextEncoder().encode(name).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
  return Float32Array.from({ length: count }, (_, at) => {
    const unit = philox4x32([at, index, 0, 0], [key, 1])[0] / 2 ** 32;
    return positive ? 0.5 + unit : 2 * unit - 1;
  });
}

interface Built {
  readonly graph: TensorGraph;
  readonly inputs: readonly Tensor[];
  readonly loss: Tensor;
  readonly derivatives: readonly Tensor[];
  readonly feeds: Record<string, Float32Array>;
}

/** Weighs every number of the result differently, so that no error can cancel. */
function built(name: string): Built {
  const { shapes, build, positive = false } = cases[name];
  const graph = new TensorGraph(plainLowering);
  const inputs = shapes.map((shape, index) => graph.input(`input${index}`, "float32", shape));
  const result = build(...inputs);
  const weights = graph.constant(numbers(name, 99, elementCount(result.shape), false), result.shape);
  const loss = reduceSum(e.multiply(result, weights));
  const derivatives = gradients(loss, inputs);
  const feeds = Object.fromEntries(
    inputs.map((input, index) => [input.name, numbers(name, index, elementCount(input.shape), positive)]),
  );
  return { graph, inputs, loss, derivatives, feeds };
}

describe("derivatives are the limits of differences", () => {
  test.each(Object.keys(cases))("%s", (name) => {
    const { graph, inputs, loss, derivatives, feeds } = built(name);
    const found = evaluate(graph, feeds, derivatives);
    for (const [index, input] of inputs.entries()) {
      const values = Float64Array.from(feeds[input.name]);
      for (const at of values.keys()) {
        const at2 = (shift: number): number => {
          const moved = values.with(at, values[at] + shift);
          return evaluate(graph, { ...feeds, [input.name]: moved }, [loss])[0].data[0];
        };
        // Central differences: truncation h² f‴ / 6 ≈ 10⁻¹⁰, rounding 10⁻¹⁵ / h ≈ 10⁻¹⁰, constants in float32: interpolation weights,
        // exponents and 2/√π are rounded to 6 · 10⁻⁸.
        const difference = (at2(1e-5) - at2(-1e-5)) / 2e-5;
        expect(Math.abs(found[index].data[at] - difference)).toBeLessThan(
          2e-7 * Math.max(1, Math.abs(difference)),
        );
      }
    }
  });
});

describe("onnxruntime's derivatives are those of float64", () => {
  test.each(Object.keys(cases))("%s", async (name) => {
    // Sums of some hundred float32 products: rounding of 6 · 10⁻⁸ each, relative to the largest.
    expect(await errorOfEngine(name)).toBeLessThan(2e-5);
  });
});

/** Largest difference between derivatives of the engine and those in float64, relative to the largest number or 1. */
async function errorOfEngine(name: string): Promise<number> {
  const { graph, inputs, derivatives, feeds } = built(name);
  const right = evaluate(graph, feeds, derivatives);
  for (const [index, derivative] of derivatives.entries()) graph.output(`derivative${index}`, derivative);
  const session = await (await onnxRuntime({ provider: "cpu", threads: 1 })).open(writeModel(graph));
  const made = await session.run(
    Object.fromEntries(
      inputs.map(({ name, shape }) => [name, { type: "float32" as const, shape, data: feeds[name] }]),
    ),
  );
  await session.release();
  let worst = 0;
  for (const [index, { data }] of right.entries()) {
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const values = made[`derivative${index}`].data as Float32Array;
    if (!values.every(Number.isFinite)) return Number.NaN;
    worst = values.reduce((most, value, at) => Math.max(most, Math.abs(value - data[at]) / largest), worst);
  }
  return worst;
}

describe("rules of graphs", () => {
  test("shapes that do not fit are refused when the graph is built", () => {
    const graph = new TensorGraph(plainLowering);
    const a = graph.input("a", "float32", [2, 3]);
    expect(() => e.add(a, graph.input("b", "float32", [2, 2]))).toThrow(/do not fit/);
    expect(() => reshape(a, [4, 2])).toThrow(/cannot become/);
    expect(() => matMul(a, a)).toThrow(/no matrix product/);
  });

  test("a tensor without influence and an operation without a derivative are told", () => {
    const graph = new TensorGraph(plainLowering);
    const a = graph.input("a", "float32", [2]);
    const b = graph.input("b", "float32", [2]);
    expect(() => gradients(reduceSum(a), [b])).toThrow(/no influence/);
    const odd = graph.node("Floor", [a], "float32", [2]);
    expect(() => gradients(reduceSum(odd), [a])).toThrow(/Floor has no derivative/);
  });

  test("a tie of the largest gives its derivative once", async () => {
    const graph = new TensorGraph(plainLowering);
    const x = graph.input("x", "float32", [1, 1, 2, 2]);
    graph.output("d", gradients(reduceSum(maxPool(x)), [x])[0]);
    const session = await (await onnxRuntime({ provider: "cpu" })).open(writeModel(graph));
    const { d } = await session.run({
      x: { type: "float32", shape: [1, 1, 2, 2], data: Float32Array.of(1, 1, 1, 1) },
    });
    expect([...(d.data as Float32Array)]).toEqual([1, 0, 0, 0]);
  });
});
