import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/error/input-error.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
} from "../../../src/network/weights/safetensors.ts";
import { askOracle, hasOracle } from "../../dataset/formats/oracle.ts";

const tensors: [string, StoredTensor][] = [
  ["mask", { shape: [3], data: Uint8Array.of(0, 1, 255) }],
  ["weight", { shape: [2, 3], data: Float32Array.of(0, -1.5, 3.25e-7, 65504, -0, 7) }],
  ["step", { shape: [], data: BigInt64Array.of(-(2n ** 60n)) }],
  ["double", { shape: [1, 1, 2], data: Float64Array.of(Math.PI, 1e-300) }],
  ["half-word", { shape: [1], data: Int16Array.of(-2) }],
  ["nothing", { shape: [0, 4], data: new Float32Array(0) }],
];
const metadata = { format: "pt", note: "größer" };
const file = encodeSafetensors(tensors, metadata);

function withHeader(header: object, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

describe("safetensors", () => {
  test("arrays and metadata come back bit for bit, the same arrays give the same bytes", () => {
    const read = decodeSafetensors(file, "weights.safetensors");
    expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(tensors));
    expect(read.metadata).toEqual(metadata);
    expect(encodeSafetensors(tensors, metadata)).toEqual(file);
  });

  test("arrays of one kind keep their order", () => {
    const names = ["z", "a", "m"];
    const made = encodeSafetensors(names.map((name) => [name, { shape: [1], data: Float32Array.of(1) }]));
    expect([...decodeSafetensors(made, "f").tensors.keys()]).toEqual(names);
  });

  test("bytes may begin anywhere in memory", () => {
    const memory = new Uint8Array(file.length + 1);
    memory.set(file, 1);
    const read = decodeSafetensors(memory.subarray(1), "weights.safetensors");
    expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(tensors));
  });

  test("a file cut short anywhere, or with a byte too many, is refused", () => {
    for (let length = 0; length < file.length; length++)
      expect(() => decodeSafetensors(file.subarray(0, length), "cut.safetensors")).toThrow(InputError);
    expect(() => decodeSafetensors(Uint8Array.of(...file, 0), "long.safetensors")).toThrow(
      /1 bytes follow its last array/,
    );
  });

  test("arrays that overlap, leave gaps or are of an unknown kind are refused by name", () => {
    const array = (dtype: string, shape: number[], from: number, to: number): object => ({
      dtype,
      shape,
      data_offsets: [from, to],
    });
    const read = (header: object): unknown => decodeSafetensors(withHeader(header, new Uint8Array(8)), "f");
    expect(() => read({ a: array("F32", [1], 0, 4), b: array("F32", [2], 0, 8) })).toThrow(
      /"b" begins at byte 0 of the data instead of 4/,
    );
    expect(() => read({ a: array("F32", [1], 4, 8) })).toThrow(/"a" begins at byte 4/);
    expect(() => read({ a: array("F8_E4M3", [8], 0, 8) })).toThrow(/"a" is of kind F8_E4M3/);
    expect(() => read({ a: array("toString", [4], 0, 8) })).toThrow(/"a" is of kind toString/);
    expect(() => read({ a: array("F32", [3], 0, 8) })).toThrow(/has 8 bytes instead of 12/);
    expect(() => read({ a: array("F32", [-2], 0, 8) })).toThrow(/shape or place of array "a" is missing/);
    expect(() => read({ a: null })).toThrow(InputError);
  });

  test("float16 and bfloat16 are widened exactly", () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x8000);
    const bytes = new Uint8Array(bits.buffer);
    const read = (dtype: string): unknown =>
      decodeSafetensors(
        withHeader({ a: { dtype, shape: [6], data_offsets: [0, 12] } }, bytes),
        "f",
      ).tensors.get("a")?.data;
    expect(read("F16")).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504, Number.NEGATIVE_INFINITY, -0));
    // 0x3c00 as bfloat16: exponent 0x78 = 120, so 2^(120 − 127).
    expect(read("BF16")).toEqual(
      Float32Array.from(bits, (half) => new Float32Array(Uint32Array.of(half << 16).buffer)[0]),
    );
    expect((read("BF16") as Float32Array)[0]).toBe(2 ** -7);
  });

  test.skipIf(!hasOracle("safetensors", "numpy"))("the published reader and writer agree", () => {
    const printed = askOracle(
      `
import json
from safetensors.numpy import load, save
from safetensors import safe_open
raw = open("ours.safetensors", "rb").read()
arrays = load(raw)
with safe_open("ours.safetensors", framework="numpy") as f:
    metadata = f.metadata()
print(json.dumps({"arrays": {k: [str(v.dtype), list(v.shape), v.tobytes().hex()] for k, v in arrays.items()},
  "metadata": metadata, "theirs": save(arrays, metadata).hex()}))`,
      { "ours.safetensors": file },
    ) as { arrays: Record<string, unknown>; metadata: unknown; theirs: string };
    const kinds: Record<string, string> = {
      Uint8Array: "uint8",
      Float32Array: "float32",
      BigInt64Array: "int64",
      Float64Array: "float64",
      Int16Array: "int16",
    };
    expect(printed.arrays).toEqual(
      Object.fromEntries(
        tensors.map(([name, { shape, data }]) => [
          name,
          [
            kinds[data.constructor.name],
            shape,
            Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
          ],
        ]),
      ),
    );
    expect(printed.metadata).toEqual(metadata);
    const theirs = decodeSafetensors(Buffer.from(printed.theirs, "hex"), "theirs.safetensors");
    expect(Object.fromEntries(theirs.tensors)).toEqual(Object.fromEntries(tensors));
  });
});
