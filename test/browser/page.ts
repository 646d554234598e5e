/** Runs inside a browser: every back end on every conformance case. */
import type { Projector } from "../../src/projector/projector.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { wasmProjector } from "../../src/projector/wasm/wasm-projector.ts";
import type { KernelThread } from "../../src/projector/wasm/worker-pool.ts";
import { webgpuProjector } from "../../src/projector/webgpu/webgpu-projector.ts";
import { conformanceCases, worstDifference } from "../projector/cases.ts";

/** Differences are fractions of the reference's peak. */
export interface CaseReport {
  readonly name: string;
  readonly peak: number;
  readonly wasm: number;
  readonly threadsChangeBits: boolean;
  /** Undefined without an adapter. */
  readonly webgpu: number | undefined;
}

export interface BrowserReport {
  readonly crossOriginIsolated: boolean;
  readonly adapterName: string | undefined;
  readonly withoutAdapter: string;
  readonly cases: readonly CaseReport[];
}

export async function conform(): Promise<BrowserReport> {
  const reference = referenceProjector();
  const single = wasmProjector();
  const threaded = wasmProjector({ threads: 3, startThread: startWebWorker });
  const gpu = await navigator.gpu.requestAdapter().then(async (adapter) => {
    return adapter ? await webgpuProjector({ gpu: navigator.gpu, allowSoftwareAdapter: true }) : undefined;
  });
  const cases: CaseReport[] = [];
  for (const { name, field, camera } of conformanceCases()) {
    const integrate = async (projector: Projector) => {
      const loaded = await projector.load(field);
      const { values } = await loaded.integrate(camera);
      await loaded.release();
      return values;
    };
    const expected = await integrate(reference);
    const channels = field.channels.length;
    const [one, many] = [await integrate(single), await integrate(threaded)];
    cases.push({
      name,
      peak: Math.max(...expected),
      wasm: worstDifference(one, expected, channels),
      threadsChangeBits: many.some((value, index) => value !== one[index]),
      webgpu: gpu && worstDifference(await integrate(gpu), expected, channels),
    });
  }
  for (const projector of [reference, single, threaded, gpu]) await projector?.close();
  return {
    crossOriginIsolated,
    adapterName: gpu?.adapterName,
    withoutAdapter: await webgpuProjector({ gpu: navigator.gpu }).then(
      (projector) => projector.name,
      (error) => error.code,
    ),
    cases,
  };
}

function startWebWorker(): KernelThread {
  const worker = new Worker(new URL("./kernel-web-worker.js", import.meta.url), { type: "module" });
  return {
    post: (request) => worker.postMessage(request),
    onReply: (listener) => worker.addEventListener("message", (event) => listener(event.data)),
    onFailure: (listener) => worker.addEventListener("error", (event) => listener(new Error(event.message))),
    terminate: async () => worker.terminate(),
  };
}
