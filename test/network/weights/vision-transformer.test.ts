import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { transUNet } from "../../../src/network/architectures/transunet.ts";
import { namedParts } from "../../../src/network/parameters.ts";
import { networkLayout } from "../../../src/network/training-step.ts";
import { assignWeights } from "../../../src/network/weights/assign-weights.ts";
import { type NamedArray, readNpz } from "../../../src/network/weights/npz.ts";
import { visionTransformerWeights } from "../../../src/network/weights/vision-transformer.ts";

const read = async (name: string): Promise<Map<string, NamedArray>> =>
  readNpz(new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url))), name);
const published = await read("vision-transformer.npz");
const array = (name: string): NamedArray => published.get(name) as NamedArray;

const size = {
  width: 4,
  units: [1, 2, 1],
  hidden: 6,
  layers: 1,
  heads: 2,
  mlp: 8,
  dropout: 0,
  decoder: [8, 8, 8, 8, 8],
} as const;
const shape = { heightPx: 64, widthPx: 80 };
const network = transUNet({ size, classes: 2, landmarks: 1, ...shape });
const { layout } = networkLayout({ network, ...shape });

describe("npz files", () => {
  test("arrays of numpy.savez are read as they were written, scalars too", async () => {
    const stored = await read("stored.npz");
    expect(stored.get("one")).toEqual({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(stored.get("none")).toEqual({ shape: [], data: Float32Array.of(7) });
  });

  test("arrays of other kinds of numbers are left out", () => {
    expect(published.has("expected/other-kind")).toBe(false);
  });

  test("a file that is cut off or no zip is refused", async () => {
    const bytes = new Uint8Array(readFileSync(new URL("../fixtures/stored.npz", import.meta.url)));
    await expect(readNpz(bytes.subarray(0, 300), "cut.npz")).rejects.toThrow(
      /cut\.npz is no readable npz file/,
    );
    const damaged = bytes.slice();
    damaged[bytes.length - 6] = 250;
    await expect(readNpz(damaged, "bent.npz")).rejects.toThrow(/bent\.npz is no readable npz file/);
  });
});

describe("public weights of a hybrid vision transformer", () => {
  const weights = visionTransformerWeights(published, layout.parameters, [4, 5]);

  test("fill the ResNet and the transformer, all of them and nothing else", () => {
    const vector = new Float32Array(layout.parameterCount).fill(Number.NaN);
    const { assigned, missing, misfits, unused } = assignWeights(layout.parameters, vector, weights);
    expect(misfits).toEqual([]);
    expect(unused).toEqual([]);
    expect(assigned.every((name) => /^(resnet|transformer)\./.test(name))).toBe(true);
    expect(missing.every((name) => /^(decoder|classHead|landmarkHead)\./.test(name))).toBe(true);
    const asked = [...published.keys()].filter((name) => !name.startsWith("expected/") && name !== "cls");
    expect(assigned).toHaveLength(asked.length);
    expect(namedParts(layout.parameters, vector).get("transformer.norm.scale")?.data).toEqual(
      array("Transformer/encoder_norm/scale").data,
    );
  });

  test("position embeddings are resized as SciPy zooms them", () => {
    const found = weights.get("transformer.positions") as NamedArray;
    const expected = array("expected/positions");
    expect(found.shape).toEqual(expected.shape);
    for (const [at, value] of expected.data.entries())
      expect(Math.abs(found.data[at] - value)).toBeLessThan(1e-6);
  });

  test("heads of attention stand side by side", () => {
    const kernel = (weights.get("transformer.block0.attention.query.kernel") as NamedArray).data;
    const bias = (weights.get("transformer.block0.attention.query.bias") as NamedArray).data;
    const token = array("expected/token").data;
    for (const [output, value] of array("expected/attention").data.entries()) {
      const sum = token.reduce(
        (total, each, input) => total + each * kernel[input * 6 + output],
        bias[output],
      );
      expect(Math.abs(sum - value)).toBeLessThan(1e-6);
    }
  });

  test("convolutions have outputs first", () => {
    const { data } = weights.get("resnet.block1.unit1.conv2.weight") as NamedArray;
    const source = array("block1/unit1/conv2/kernel").data;
    // output 2, input 1, row 0, column 2 of 4 × 4 × 3 × 3
    expect(data[((2 * 4 + 1) * 3 + 0) * 3 + 2]).toBe(source[((0 * 3 + 2) * 4 + 1) * 4 + 2]);
  });

  test("an array that is missing or of another size is named", () => {
    const less = new Map(published);
    less.delete("embedding/bias");
    expect(() => visionTransformerWeights(less, layout.parameters, [4, 5])).toThrow(
      /embedding\/bias is missing/,
    );
    const other = new Map(published).set("gn_root/scale", { shape: [3], data: new Float32Array(3) });
    expect(() => visionTransformerWeights(other, layout.parameters, [4, 5])).toThrow(
      /gn_root\/scale of \(3\)/,
    );
  });
});

test("weights of another number of classes are told and left out", () => {
  const vector = new Float32Array(layout.parameterCount);
  const arrays = new Map([["classHead.bias", { shape: [5], data: new Float32Array(5).fill(1) }]]);
  const { misfits } = assignWeights(layout.parameters, vector, arrays);
  expect(misfits).toEqual([{ name: "classHead.bias", found: [5], wanted: [2] }]);
  expect(vector.every((value) => value === 0)).toBe(true);
});
