import { instantiateKernel, type JosephKernel, type KernelBuild } from "./kernel.ts";

/** What the host tells a worker; `memory` comes with the first run on it. */
export type WorkerRequest =
  | {
      readonly kind: "run";
      readonly memoryId: number;
      readonly memory?: WebAssembly.Memory;
      readonly block: number;
      readonly build: KernelBuild;
    }
  | { readonly kind: "release"; readonly memoryId: number };

/** `undefined` when a run is done, else why it failed. */
export interface WorkerReply {
  readonly error: string | undefined;
}

/** The body of every projector worker, whatever the host: answers each run once. */
export function kernelService(reply: (message: WorkerReply) => void): (request: WorkerRequest) => void {
  const kernels = new Map<number, JosephKernel>();
  return (request) => {
    if (request.kind === "release") {
      kernels.delete(request.memoryId);
      return;
    }
    try {
      let kernel = kernels.get(request.memoryId);
      if (!kernel) {
        if (!request.memory) throw new Error("the worker was not given the memory of this field");
        kernel = instantiateKernel(request.memory, request.build);
        kernels.set(request.memoryId, kernel);
      }
      kernel.run(request.block);
      reply({ error: undefined });
    } catch (error) {
      reply({ error: String(error) });
    }
  };
}
