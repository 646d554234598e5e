import type { WorkerReply, WorkerRequest } from "./kernel-worker.ts";

/** A thread of the host: a Node worker thread or a Web Worker, made to look the same. */
export interface KernelThread {
  post(request: WorkerRequest): void;
  onReply(listener: (reply: WorkerReply) => void): void;
  onFailure(listener: (reason: Error) => void): void;
  terminate(): Promise<void>;
}

/** Threads that run the same block beside the calling thread. */
export interface WorkerPool {
  /** Starts a run on every thread; resolves when all are done, rejects when one failed. */
  run(request: Omit<Extract<WorkerRequest, { kind: "run" }>, "kind">): Promise<void>;
  forget(memoryId: number): void;
  close(): Promise<void>;
}

export function workerPool(startThread: () => KernelThread, count: number): WorkerPool {
  const workers = Array.from({ length: count }, () => {
    const thread = startThread();
    const known = new Set<number>();
    let settle: { done: () => void; failed: (reason: Error) => void } | undefined;
    let dead: Error | undefined;
    thread.onReply(({ error }) => {
      if (error === undefined) settle?.done();
      else settle?.failed(new Error(`a projector worker failed: ${error}`));
    });
    thread.onFailure((reason) => {
      dead = reason;
      settle?.failed(new Error(`a projector worker died: ${reason.message}`));
    });
    return {
      thread,
      known,
      start: (callbacks: typeof settle) => {
        settle = callbacks;
        if (dead) settle?.failed(new Error(`a projector worker died: ${dead.message}`));
      },
    };
  });
  return {
    run: async ({ memoryId, memory, ...run }) => {
      await Promise.all(
        workers.map(
          ({ thread, known, start }) =>
            new Promise<void>((done, failed) => {
              start({ done, failed });
              thread.post({
                kind: "run",
                memoryId,
                ...run,
                ...(known.has(memoryId) || !memory ? {} : { memory }),
              });
              known.add(memoryId);
            }),
        ),
      );
    },
    forget(memoryId) {
      for (const { thread, known } of workers)
        if (known.delete(memoryId)) thread.post({ kind: "release", memoryId });
    },
    close: async () => {
      await Promise.all(workers.map(({ thread }) => thread.terminate()));
    },
  };
}
