import { Worker } from "node:worker_threads";
import { InputError } from "../../error/input-error.ts";
import type { Batch } from "../../training/batch.ts";
import { type ExampleRequest, requestKey } from "./example-request.ts";
import type { ExampleReply, ExampleWorkerData } from "./example-worker.ts";

/** Threads that make batches. */
export interface ExampleFeed {
  batch(request: ExampleRequest): Promise<Batch>;
  /** Time spent on a batch so far, mean, by one thread. */
  readonly meanMs: () => number;
  stop(): Promise<void>;
}

export function startExampleFeed(data: ExampleWorkerData, threads: number): ExampleFeed {
  const waiting = new Map<string, { resolve: (batch: Batch) => void; reject: (cause: Error) => void }>();
  let failure: Error | undefined;
  let [batches, milliseconds] = [0, 0];
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./example-worker.ts", import.meta.url), { workerData: data });
    worker.on("error", (cause) => fail(cause instanceof Error ? cause : new Error(String(cause))));
    worker.on("message", (reply: ExampleReply) => {
      if (reply.kind === "failed")
        return fail(
          reply.input
            ? new InputError(
                reply.input.code,
                reply.message,
                reply.input.remedy ? { remedy: reply.input.remedy } : {},
              )
            : new Error(reply.message),
        );
      batches++;
      milliseconds += reply.ms;
      const key = requestKey(reply.request);
      waiting.get(key)?.resolve(reply.batch);
      waiting.delete(key);
    });
    return worker;
  });
  let next = 0;
  return {
    batch(request) {
      if (failure) return Promise.reject(failure);
      const worker = workers[next++ % workers.length];
      return new Promise((resolve, reject) => {
        waiting.set(requestKey(request), { resolve, reject });
        worker.postMessage(request);
      });
    },
    meanMs: () => (batches > 0 ? milliseconds / batches : Number.NaN),
    async stop() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
