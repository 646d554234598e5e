import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Projector } from "../projector/projector.ts";
import type { KernelBuild } from "../projector/wasm/kernel.ts";
import type { KernelThread } from "../projector/wasm/worker-pool.ts";
import { wasmProjector } from "../projector/wasm/wasm-projector.ts";

/** The WebAssembly engine on worker threads; by default on every core. */
export function nodeProjector(
  options: { threads?: number; skipEmptySpace?: boolean; kernel?: KernelBuild } = {},
): Projector {
  return wasmProjector({ ...options, threads: options.threads ?? availableParallelism(), startThread });
}

function startThread(): KernelThread {
  // Beside this file, in whatever form this file runs: source or compiled.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./projector-worker.${extension}`, import.meta.url));
  return {
    post(request) {
      if (request.kind === "run") worker.ref();
      worker.postMessage(request);
    },
    onReply(listener) {
      worker.on("message", (reply) => {
        worker.unref();
        listener(reply);
      });
      // Idle threads must not keep a process alive; after the listener, which would hold it again.
      worker.unref();
    },
    onFailure(listener) {
      worker.on("error", listener);
      worker.on("exit", (code) => listener(new Error(`it ended with code ${code}`)));
    },
    terminate: async () => void (await worker.terminate()),
  };
}
