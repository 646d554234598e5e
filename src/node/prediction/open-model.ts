import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { closestNames } from "../../error/closest-names.ts";
import { InputError } from "../../error/input-error.ts";
import { readModel } from "../../network/onnx/read-model.ts";
import type { TensorRuntime } from "../../network/tensor-runtime.ts";
import { METADATA_KEY, readModelMetadata } from "../../prediction/model-metadata.ts";
import type { Model } from "../../prediction/predict.ts";

const FOLDER = fileURLToPath(new URL("../../../models/", import.meta.url));
const EXTENSION = ".onnx";

/** Names of the models that come with SyntheX. */
export async function shippedModelNames(): Promise<string[]> {
  const names = await readdir(FOLDER).catch(() => []);
  return names
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .toSorted();
}

export const shippedModelPath = (name: string): string => `${FOLDER}${name}${EXTENSION}`;

/**
 * The file of a model by its path, or of one that comes with SyntheX by its name.
 *
 * @throws InputError `model-missing`
 */
export async function modelFile(nameOrPath: string): Promise<{ path: string; bytes: Uint8Array }> {
  const shipped = await shippedModelNames();
  const path = shipped.includes(nameOrPath) ? shippedModelPath(nameOrPath) : nameOrPath;
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const names = shipped.length > 0 ? closestNames(nameOrPath, shipped, 3).join(", ") : undefined;
    throw new InputError("model-missing", `cannot read the model ${path}: ${cause.code ?? cause.message}`, {
      remedy: `give an ONNX file${names ? `, or one of those that come with SyntheX: ${names}` : ""}`,
      cause,
    });
  });
  return { path, bytes: new Uint8Array(bytes) };
}

/**
 * Opens a model by its file, or one that comes with SyntheX by its name.
 *
 * @throws InputError `model-missing`, `onnx-unreadable`, `model-metadata`, `model-unreadable`
 */
export async function openModel(nameOrPath: string, runtime: TensorRuntime): Promise<Model> {
  const { path, bytes } = await modelFile(nameOrPath);
  const { metadata } = readModel(bytes, path);
  return {
    metadata: readModelMetadata(metadata.get(METADATA_KEY), path),
    session: await runtime.open(bytes),
  };
}
