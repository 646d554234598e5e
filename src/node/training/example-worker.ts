/** Makes batches of a training on a thread of its own: reads, exposes, randomizes. */
import { parentPort, workerData } from "node:worker_threads";
import { InputError } from "../../error/input-error.ts";
import { type Batch, batchOf } from "../../training/batch.ts";
import { exampleOrder } from "../../training/example-order.ts";
import type { Plan } from "../../training/plan.ts";
import { type Budget, strengthAt } from "../../training/schedule.ts";
import type { ExampleRequest } from "./example-request.ts";
import { openTrainingExamples } from "./training-examples.ts";

export interface ExampleWorkerData {
  readonly folder: string;
  readonly plan: Plan;
  readonly budget: Budget;
}

export type ExampleReply =
  | { readonly kind: "batch"; readonly request: ExampleRequest; readonly batch: Batch; readonly ms: number }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly input?: { readonly code: string; readonly remedy: string | undefined };
    };

const port = parentPort;
if (!port) throw new Error("example-worker runs in a worker thread");
const { folder, plan, budget } = workerData as ExampleWorkerData;
const examples = openTrainingExamples(folder, plan);
const requests: ExampleRequest[] = [];
let isBusy = false;

port.on("message", (request: ExampleRequest) => {
  requests.push(request);
  void work();
});

/** One after another, so that no more than a batch is in memory. */
async function work(): Promise<void> {
  if (isBusy) return;
  isBusy = true;
  for (let request = requests.shift(); request; request = requests.shift()) {
    try {
      const begun = performance.now();
      const batch = await batchFor(request);
      const { pixels, targets, points, visible } = batch;
      port?.postMessage(
        { kind: "batch", request, batch, ms: performance.now() - begun } satisfies ExampleReply,
        [
          pixels.buffer as ArrayBuffer,
          targets.buffer as ArrayBuffer,
          points.buffer as ArrayBuffer,
          visible.buffer as ArrayBuffer,
        ],
      );
    } catch (error) {
      port?.postMessage({
        kind: "failed",
        message: error instanceof Error ? error.message : String(error),
        ...(error instanceof InputError ? { input: { code: error.code, remedy: error.remedy } } : {}),
      } satisfies ExampleReply);
    }
  }
  isBusy = false;
}

let order: ReturnType<typeof exampleOrder> | undefined;

async function batchFor(request: ExampleRequest): Promise<Batch> {
  const { task, split, toLearnFrom, toValidate, toCalibrate } = await examples;
  const images = [];
  if (request.kind === "step") {
    order ??= exampleOrder(plan.seed, split.train.length, plan.batch);
    const strength = request.strength ?? strengthAt(plan, budget, request.step);
    for (const place of order(request.step)) images.push(await toLearnFrom(place, strength));
  } else {
    const make = request.kind === "calibration" ? toCalibrate : toValidate;
    for (let slot = 0; slot < plan.batch; slot++)
      // The last batch is filled up from the beginning: models are compiled for whole batches.
      images.push(await make((request.first + slot) % split.validation.length));
  }
  return batchOf(images, task);
}
