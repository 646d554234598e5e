import { Worker } from "node:worker_threads";
import { InputError } from "../../error/input-error.ts";
import { type Batch, batchOf, type Task } from "../../training/batch.ts";
import { type ExampleRequest, requestKey } from "./example-request.ts";
import type {
  RenderingTime,
  StreamExample,
  StreamReply,
  StreamRequest,
  StreamWorkerData,
} from "./stream-worker.ts";

/** Threads that render patients and make batches of their pictures; each makes its share of every batch. */
export interface StreamFeed {
  readonly task: Task;
  readonly isExposedAnew: boolean;
  /** Side of the field of view on the panel. */
  readonly fieldMm: number;
  batch(request: ExampleRequest): Promise<Batch>;
  readonly spent: () => StreamCosts;
  stop(): Promise<void>;
}

/** Of one thread, means so far. */
export interface StreamCosts {
  /** To make an example of a rendered picture. */
  readonly exampleMs: number;
  /** To render a picture, its share of the patient included. */
  readonly pictureMs: number;
}

interface Waiting {
  readonly request: ExampleRequest;
  readonly parts: StreamExample[];
  missing: number;
  readonly resolve: (batch: Batch) => void;
  readonly reject: (cause: unknown) => void;
}

type Described = Extract<StreamReply, { kind: "described" }>;

/** @throws InputError what recipe, plan or their files are to blame for */
export async function startStreamFeed(
  data: Omit<StreamWorkerData, "index" | "count">,
  threads: number,
): Promise<StreamFeed> {
  const waiting = new Map<string, Waiting>();
  const rendering: (RenderingTime | undefined)[] = [];
  let [examples, exampleMs] = [0, 0];
  let failure: Error | undefined;
  let { promise: described, resolve: describe, reject: failDescription } = Promise.withResolvers<Described>();
  // Told by whoever waits; a failure after the description is told by the batches.
  described.catch(() => undefined);
  const fail = (error: Error): void => {
    failure ??= error;
    failDescription(failure);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const workers = Array.from({ length: threads }, (_, index) => {
    const worker = new Worker(new URL("./stream-worker.ts", import.meta.url), {
      workerData: { ...data, index, count: threads } satisfies StreamWorkerData,
    });
    worker.on("error", (cause) => fail(cause instanceof Error ? cause : new Error(String(cause))));
    worker.on("message", (reply: StreamReply) => {
      if (reply.kind === "failed") fail(failureOf(reply));
      else if (reply.kind === "described") describe(reply);
      else {
        rendering[index] = reply.rendering;
        examples += reply.examples.length;
        exampleMs += reply.ms;
        gather(reply);
      }
    });
    return worker;
  });
  const gather = ({ request, examples: made }: Extract<StreamReply, { kind: "examples" }>): void => {
    const batch = waiting.get(requestKey(request));
    if (!batch) return;
    batch.parts.push(...made);
    batch.missing--;
    if (batch.missing > 0) return;
    waiting.delete(requestKey(request));
    try {
      batch.resolve(
        batchOf(
          batch.parts.toSorted((a, b) => a.slot - b.slot),
          task,
        ),
      );
    } catch (error) {
      batch.reject(error);
    }
  };
  const stop = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  workers[0].postMessage({ kind: "describe" } satisfies StreamRequest);
  let task: Task;
  try {
    ({ task } = await described);
  } catch (error) {
    await stop();
    throw error;
  }
  const { isExposedAnew, fieldMm } = await described;
  return {
    task,
    isExposedAnew,
    fieldMm,
    batch(request) {
      if (failure) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        waiting.set(requestKey(request), { request, parts: [], missing: threads, resolve, reject });
        for (const worker of workers) worker.postMessage(request satisfies StreamRequest);
      });
    },
    spent: () => ({
      exampleMs: exampleMs / examples,
      pictureMs: pictureMsOf(rendering, data.shape.pictures),
    }),
    stop,
  };
}

function failureOf({ message, input }: Extract<StreamReply, { kind: "failed" }>): Error {
  if (!input) return new Error(message);
  return new InputError(input.code, message, input.remedy === undefined ? {} : { remedy: input.remedy });
}

/** Of a patient with so many pictures; the last patients are not at their end yet. */
function pictureMsOf(times: readonly (RenderingTime | undefined)[], pictures: number): number {
  const mean = (which: keyof RenderingTime): number => {
    const known = times.flatMap((time) => time?.[which] ?? []);
    const count = known.reduce((sum, time) => sum + time.pictures, 0);
    return count === 0 ? 0 : known.reduce((sum, { ms }) => sum + ms, 0) / count;
  };
  return (mean("first") + (pictures - 1) * mean("later")) / pictures;
}
