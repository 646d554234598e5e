import type * as Ort from "onnxruntime-node";
import { InputError } from "../error/input-error.ts";
import { plainLowering } from "../network/lowering/plain-convolution.ts";
import { writeModel } from "../network/onnx/write-model.ts";
import { type OrtModule, ortRuntime } from "../network/ort-runtime.ts";
import { TensorGraph } from "../network/tensor-graph.ts";
import type { TensorRuntime } from "../network/tensor-runtime.ts";

export interface OnnxRuntimeOptions {
  /** auto: the processor. Graphics cards are used when they are named: their speed has not been measured. */
  readonly provider?: "auto" | "cpu" | "cuda" | "webgpu";
  /** Default 0: as many as there are cores. */
  readonly threads?: number;
}

/**
 * onnxruntime in Node. A session blocks its thread while it runs: training belongs into a worker thread.
 *
 * @throws InputError `provider-missing` where onnxruntime, or the provider that was asked for, cannot be used
 */
export async function onnxRuntime(options: OnnxRuntimeOptions = {}): Promise<TensorRuntime> {
  const { provider: wanted = "auto", threads = 0 } = options;
  const ort = await loadOrt();
  const provider = wanted === "auto" ? "cpu" : wanted;
  const runtime = ortRuntime(ort as unknown as OrtModule, { provider, threads, writesInPlace: true });
  if (provider !== "cpu") await expectUsable(runtime, provider);
  return runtime;
}

async function loadOrt(): Promise<typeof Ort> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw new InputError(
      "provider-missing",
      `onnxruntime-node cannot be loaded: ${(cause as Error).message}`,
      {
        remedy:
          "install the packages again with the environment variable ONNXRUNTIME_NODE_INSTALL=skip; it exists for Linux, Windows and macOS on ARM",
        cause,
      },
    );
  }
}

/** Whether a provider works shows when it is used: on a model that passes one number on. */
async function expectUsable(runtime: TensorRuntime, provider: string): Promise<void> {
  const graph = new TensorGraph(plainLowering);
  graph.output("y", graph.input("x", "float32", [1]));
  try {
    const session = await runtime.open(writeModel(graph), { isTrial: true });
    await session.run({ x: { type: "float32", shape: [1], data: Float32Array.of(1) } });
    await session.release();
  } catch (cause) {
    throw new InputError(
      "provider-missing",
      `onnxruntime cannot use ${provider} on this machine: ${(cause as Error).message}`,
      {
        remedy:
          provider === "cuda"
            ? "use the provider cpu, or install CUDA, cuDNN and onnxruntime's CUDA library, which its npm package downloads when it is installed without ONNXRUNTIME_NODE_INSTALL=skip"
            : "use the provider cpu; WebGPU needs a graphics card with Vulkan, Metal or Direct3D 12",
        cause,
      },
    );
  }
}
