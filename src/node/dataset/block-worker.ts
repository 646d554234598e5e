/** Renders blocks of a data set, one after another, on a thread of its own. */
import { parentPort, workerData } from "node:worker_threads";
import type { RecipeMeshes } from "../../dataset/draw-instruments.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import { nodeProjector } from "../node-projector.ts";
import { writeBlockRecord } from "./block-files.ts";
import { folderFailure } from "../folder-failure.ts";
import { patientShelf } from "./patient-shelf.ts";
import { fileSink, renderBlock } from "./render-block.ts";
import { subjectLibrary } from "./subject-library.ts";
import type { RecipeSources } from "./subject-sources.ts";

export interface BlockWorkerData {
  readonly recipe: Recipe;
  readonly recipeHash: string;
  readonly folder: string;
  readonly sources: RecipeSources;
  readonly directory: string;
  /** Where files grow until they are whole. */
  readonly partialFolder: string;
  /** Files of the instruments: read and hashed once, by the main thread. */
  readonly meshes: RecipeMeshes;
}

export type BlockWorkerReply =
  | { readonly kind: "sample"; readonly rejections: readonly number[] }
  | { readonly kind: "done"; readonly block: number; readonly bytes: number }
  | {
      readonly kind: "failed";
      readonly block: number;
      readonly message: string;
      readonly input?: { readonly code: string; readonly remedy: string | undefined };
    };

const port = parentPort;
if (!port) throw new Error("block-worker runs in a worker thread");
const { recipe, recipeHash, folder, sources, directory, partialFolder, meshes } =
  workerData as BlockWorkerData;
const subjects = subjectLibrary(recipe, folder, sources, { directory, partialFolder });
// One thread: the workers themselves fill the cores.
const patients = patientShelf(nodeProjector({ threads: 1 }));
const reply = (message: BlockWorkerReply): void => port.postMessage(message);

port.on("message", (block: number) => void render(block));

async function render(block: number): Promise<void> {
  try {
    const record = await renderBlock({
      recipe,
      recipeHash,
      block,
      subjects,
      patients,
      meshes,
      sink: fileSink(directory, partialFolder),
      onSample: ({ rejections }) => reply({ kind: "sample", rejections }),
    });
    await writeBlockRecord(directory, record, partialFolder);
    const files = [...record.samples.flatMap((sample) => sample.files), ...record.parts];
    reply({ kind: "done", block, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
  } catch (cause) {
    const error = cause instanceof InputError ? cause : folderFailure(cause, directory);
    const message = error instanceof Error ? error.message : String(error);
    reply({
      kind: "failed",
      block,
      message,
      ...(error instanceof InputError ? { input: { code: error.code, remedy: error.remedy } } : {}),
    });
  }
}
