import { mergeDataSet } from "../node/dataset/merge.ts";
import { printJson } from "./failure.ts";

/** Makes one data set of the shards. */
export async function mergeCommand(directory: string, options: { json?: boolean }): Promise<void> {
  const summary = await mergeDataSet(directory);
  if (options.json) printJson(summary);
  else
    console.log(
      `${summary.samples} samples of ${summary.subjects.length} subjects in ${directory}: manifest.jsonl, dataset.json${summary.outputs.includes("coco") ? ", annotations/instances.json" : ""}`,
    );
}
