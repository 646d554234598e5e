import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readModel } from "../network/onnx/read-model.ts";
import { shippedModelNames, shippedModelPath } from "../node/prediction/open-model.ts";
import { writtenModelCard } from "../node/prediction/written-model-card.ts";
import { shippedPlanNames } from "../node/training/shipped-plans.ts";
import { writeAtomically } from "../node/write-atomically.ts";
import { METADATA_KEY, readModelMetadata } from "../prediction/model-metadata.ts";
import { printJson } from "./failure.ts";
import { sizeInWords } from "./progress.ts";

export interface ModelsOptions {
  readonly card?: string;
  readonly evaluation?: readonly string[];
  readonly notes?: string;
  readonly recipe?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Models and plans that come with SyntheX; or the card of a model. */
export async function modelsCommand(options: ModelsOptions): Promise<void> {
  if (options.card !== undefined) {
    await cardCommand(options.card, options);
    return;
  }
  const models = await Promise.all(
    (await shippedModelNames()).map(async (name) => {
      const path = shippedModelPath(name);
      const bytes = await readFile(path);
      const metadata = readModelMetadata(readModel(bytes, path).metadata.get(METADATA_KEY), path);
      return { name, path, bytes: bytes.length, metadata };
    }),
  );
  const plans = await shippedPlanNames();
  if (options.json) {
    printJson({ models, plans });
    return;
  }
  for (const { name, bytes, metadata } of models) {
    console.log(`${name} (${sizeInWords(bytes)}): ${metadata.description ?? metadata.name}`);
    console.log(`  ${metadata.structures.join(", ")}`);
    if (metadata.landmarks.length > 0) console.log(`  landmarks ${metadata.landmarks.join(", ")}`);
  }
  if (models.length === 0) console.log("no model comes with this version");
  console.log(`plans to train: ${plans.join(", ")}`);
}

async function cardCommand(model: string, options: ModelsOptions): Promise<void> {
  const { evaluation = [], notes, recipe, out, json } = options;
  const card = await writtenModelCard({ model, evaluations: evaluation, notes, recipe });
  if (out !== undefined) await writeAtomically(out, card);
  if (json) printJson({ card, ...(out === undefined ? {} : { out: resolve(out) }) });
  else if (out === undefined) process.stdout.write(card);
  else console.log(out);
}
