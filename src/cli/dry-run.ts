import { availableParallelism } from "node:os";
import { dryRun } from "../node/dataset/dry-run.ts";
import type { LoadedRecipe } from "../node/dataset/load-recipe.ts";
import { printJson } from "./failure.ts";
import { durationInWords, progressLine, sizeInWords } from "./progress.ts";

/** What a recipe will make and cost, before it does. */
export async function dryRunCommand(
  loaded: LoadedRecipe,
  options: { out: string; workers?: number; json?: boolean },
): Promise<void> {
  const line = progressLine();
  const result = await dryRun({
    loaded,
    directory: options.out,
    workers: options.workers ?? availableParallelism(),
    onProgress: (samples, total) => line.update(() => `${samples}/${total} samples drawn`),
  });
  line.end();
  if (options.json) {
    printJson(result);
    return;
  }
  const { splits, subjects, measured, forecast, rejections } = result;
  const lines = [
    `${result.samples} samples of ${result.patients} patients: ${Object.entries(splits)
      .map(([split, samples]) => `${samples} ${split}`)
      .join(", ")}`,
    ...subjects.map(({ name, split, samples }) => `  ${name} (${split}): ${samples}`),
    `measured on ${measured.samples} samples of ${measured.patients} patients: ${measured.secondsPerSample.toFixed(3)} s a sample and ${measured.secondsPerPatient.toFixed(2)} s a patient on one core, ${sizeInWords(measured.bytesPerSample)} in ${measured.filesPerSample.toFixed(1)} files a sample`,
    `time: ${forecast.coreHours.toPrecision(3)} core-hours, ${durationInWords(forecast.seconds)} on ${forecast.workers} workers`,
    `memory: ${sizeInWords(forecast.memoryBytes)} on ${forecast.workers} workers`,
    `disk: ${sizeInWords(forecast.diskBytes)} in ${forecast.files} files`,
    ...(rejections.length === 0 ? [] : [`views accepted: ${(100 * result.accepted).toFixed(0)} %`]),
    ...rejections.map(({ constraint, refused }) => `  ${constraint}: refused ${refused}`),
    `pictures: ${result.pictures.join(", ")}`,
  ];
  console.log(lines.join("\n"));
}
