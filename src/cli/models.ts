import { readFile } from "node:fs/promises";
import { readModel } from "../network/onnx/read-model.ts";
import { shippedModelNames, shippedModelPath } from "../node/prediction/open-model.ts";
import { shippedPlanNames } from "../node/training/shipped-plans.ts";
import { METADATA_KEY, readModelMetadata } from "../prediction/model-metadata.ts";
import { printJson } from "./failure.ts";
import { sizeInWords } from "./progress.ts";

/** Models and plans that come with SyntheX. */
export async function modelsCommand(options: { json?: boolean }): Promise<void> {
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
