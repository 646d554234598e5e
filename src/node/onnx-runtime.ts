import type * as Ort from "onnxruntime-node";
import { InputError } from "../error/input-error.ts";
import type { TensorRuntime, TensorValue } from "../network/tensor-runtime.ts";

export interface OnnxRuntimeOptions {
  /** auto: CUDA where it works, else the processor. */
  readonly provider?: "auto" | "cpu" | "cuda" | "webgpu";
  /** Default: as many as there are cores. */
  readonly threads?: number;
}

/**
 * onnxruntime in Node. A session blocks its thread while it runs: training belongs into a worker thread.
 *
 * @throws InputError `provider-missing` where the provider that was asked for cannot be used
 */
export async function onnxRuntime(options: OnnxRuntimeOptions = {}): Promise<TensorRuntime> {
  const { provider: wanted = "auto", threads = 0 } = options;
  const ort = await loadOrt();
  const provider = wanted === "auto" ? "cpu" : wanted;
  const listed = ort.listSupportedBackends?.().map(({ name }) => name) ?? ["cpu"];
  if (!listed.includes(provider)) throw providerMissing(provider, `it offers ${listed.join(", ")}`);
  return {
    provider,
    threads,
    async open(model) {
      let session: Ort.InferenceSession;
      try {
        session = await ort.InferenceSession.create(model, {
          executionProviders: [provider],
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
          ...(threads > 0 ? { intraOpNumThreads: threads, interOpNumThreads: 1 } : {}),
        });
      } catch (cause) {
        const { message } = cause as Error;
        if (provider !== "cpu") throw providerMissing(provider, message);
        throw new InputError("model-unreadable", `onnxruntime cannot load the model: ${message}`, { cause });
      }
      return {
        inputs: session.inputNames,
        outputs: session.outputNames,
        async run(feeds, outputs) {
          const given = Object.fromEntries(
            Object.entries(feeds).map(([name, value]) => [name, asOrtTensor(ort, value)]),
          );
          const wantedOutputs =
            outputs &&
            Object.fromEntries(
              Object.entries(outputs).map(([name, value]) => [name, value && asOrtTensor(ort, value)]),
            );
          const made = wantedOutputs ? await session.run(given, wantedOutputs) : await session.run(given);
          return Object.fromEntries(
            Object.entries(made).map(([name, { type, dims, data }]) => [
              name,
              { type, shape: dims, data } as unknown as TensorValue,
            ]),
          );
        },
        release: () => session.release(),
      };
    },
  };
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
          "install it with ONNXRUNTIME_NODE_INSTALL=skip npm install; docs/training-engine.md lists the systems that it supports",
        cause,
      },
    );
  }
}

const providerMissing = (provider: string, what: string): InputError =>
  new InputError("provider-missing", `onnxruntime cannot use ${provider} on this machine: ${what}`, {
    remedy: "use --provider cpu, or install the drivers and libraries that onnxruntime's documentation names",
  });

function asOrtTensor(ort: typeof Ort, value: TensorValue): Ort.Tensor {
  return new ort.Tensor(value.type as "float32", value.data as Float32Array, value.shape);
}
