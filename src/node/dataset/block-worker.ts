/** Renders blocks of a data set, one after another, on a thread of its own. */
import { parentPort, workerData } from "node:worker_threads";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { nodeProjector } from "../node-projector.ts";
import { writeBlockRecord } from "./block-files.ts";
import { fileSink, renderBlock } from "./render-block.ts";
import { subjectLibrary } from "./subject-library.ts";

export interface BlockWorkerData {
  readonly recipe: Recipe;
  readonly recipeHash: string;
  readonly folder: string;
  readonly directory: string;
}

export type BlockWorkerReply =
  | { readonly kind: "sample"; readonly rejected: number }
  | { readonly kind: "done"; readonly block: number; readonly bytes: number }
  | {
      readonly kind: "failed";
      readonly block: number;
      readonly message: string;
      readonly input?: { readonly code: string; readonly remedy: string | undefined };
    };

const port = parentPort;
if (!port) throw new Error("block-worker runs in a worker thread");
const { recipe, recipeHash, folder, directory } = workerData as BlockWorkerData;
const subjects = subjectLibrary(recipe, folder);
// One thread: the workers themselves fill the cores.
const projector = nodeProjector({ threads: 1 });
const reply = (message: BlockWorkerReply): void => port.postMessage(message);

port.on("message", (block: number) => void render(block));

async function render(block: number): Promise<void> {
  try {
    const record = await renderBlock({
      recipe,
      recipeHash,
      block,
      subjects,
      projector,
      sink: fileSink(directory),
      onSample: ({ rejections }) =>
        reply({ kind: "sample", rejected: rejections.reduce((sum, count) => sum + count, 0) }),
    });
    await writeBlockRecord(directory, record);
    const files = [...record.samples.flatMap((sample) => sample.files), ...record.parts];
    reply({ kind: "done", block, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({
      kind: "failed",
      block,
      message,
      ...(error instanceof InputError ? { input: { code: error.code, remedy: error.remedy } } : {}),
    });
  }
}
