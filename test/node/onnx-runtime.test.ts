import { describe, expect, test } from "vitest";
import { chooseLowering } from "../../src/network/choose-lowering.ts";
import { plainLowering } from "../../src/network/lowering/plain-convolution.ts";
import { writeModel } from "../../src/network/onnx/write-model.ts";
import { add, multiply } from "../../src/network/operators/elementwise.ts";
import { TensorGraph } from "../../src/network/tensor-graph.ts";
import type { TensorRuntime } from "../../src/network/tensor-runtime.ts";
import { onnxRuntime } from "../../src/node/onnx-runtime.ts";

const doubled = (): Uint8Array => {
  const graph = new TensorGraph(plainLowering);
  const x = graph.input("x", "float32", [3]);
  graph.output("sum", add(x, x));
  graph.output("square", multiply(x, x));
  return writeModel(graph);
};
const x = { type: "float32" as const, shape: [3], data: Float32Array.of(1, 2, 3) };

describe("onnxruntime in Node", () => {
  test("makes all results, or those that are asked for, in place where a place is given", async () => {
    const session = await (await onnxRuntime()).open(doubled());
    expect(session.inputs).toEqual(["x"]);
    const all = await session.run({ x });
    expect([...(all.square.data as Float32Array)]).toEqual([1, 4, 9]);
    const place = { type: "float32" as const, shape: [3], data: new Float32Array(3) };
    const some = await session.run({ x }, { sum: place });
    expect(Object.keys(some)).toEqual(["sum"]);
    expect([...place.data]).toEqual([2, 4, 6]);
    await session.release();
  });

  test("tells what is no model", async () => {
    const runtime = await onnxRuntime({ provider: "cpu", threads: 1 });
    await expect(runtime.open(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: "model-unreadable" });
  });

  test("a provider that this machine lacks is named, with what to do", async () => {
    const outcome = await onnxRuntime({ provider: "cuda" }).catch((error: unknown) => error);
    // On a machine with CUDA it is the runtime.
    expect(outcome).toMatchObject(
      outcome instanceof Error
        ? { code: "provider-missing", remedy: expect.stringMatching(/cpu/) }
        : { provider: "cuda" },
    );
  });
});

describe("the lowering of a machine", () => {
  test("is plain where asked for, and everywhere but on the processor", async () => {
    const cpu = await onnxRuntime({ threads: 1 });
    expect(await chooseLowering(cpu, "plain")).toBe(plainLowering);
    const elsewhere: TensorRuntime = { ...cpu, provider: "webgpu" };
    expect(await chooseLowering(elsewhere, "auto")).toBe(plainLowering);
  });

  test("is plain where blocked kernels are missing or wrong; asked for by name they are an error", async () => {
    const cpu = await onnxRuntime({ threads: 1 });
    const isBlocked = (model: Uint8Array): boolean =>
      new TextDecoder("latin1").decode(model).includes("nchwc");
    const missing: TensorRuntime = {
      ...cpu,
      open: async (model) =>
        isBlocked(model) ? Promise.reject(new Error("no such domain")) : cpu.open(model),
    };
    const wrong: TensorRuntime = {
      ...cpu,
      async open(model, options) {
        const session = await cpu.open(model, options);
        if (!isBlocked(model)) return session;
        return {
          ...session,
          async run(feeds, outputs) {
            const made = await session.run(feeds, outputs);
            (made.byWeight.data as Float32Array)[77] += 1;
            return made;
          },
        };
      },
    };
    for (const runtime of [missing, wrong]) {
      expect(await chooseLowering(runtime, "auto")).toBe(plainLowering);
      await expect(chooseLowering(runtime, "nchwc")).rejects.toMatchObject({ code: "lowering-missing" });
    }
  });
});
