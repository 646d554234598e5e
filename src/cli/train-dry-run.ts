import { resolve } from "node:path";
import { dryRunTraining } from "../node/training/dry-run-training.ts";
import { printJson } from "./failure.ts";
import { trainingForecastText } from "./training-forecast-text.ts";

/** What a training will cost, and what it will be shown, before it starts. */
export async function trainDryRunCommand(
  options: Parameters<typeof dryRunTraining>[0] & { readonly json?: boolean },
): Promise<void> {
  const { forecast, facts, sheet, measured } = await dryRunTraining(options);
  if (options.json) {
    printJson({ forecast, facts, measured, sheet: resolve(sheet) });
    return;
  }
  for (const [name, fact] of Object.entries(facts)) console.log(`${name}: ${fact}`);
  console.log(trainingForecastText(forecast));
  console.log(
    `measured on ${measured.steps} steps; one worker makes an example in ${measured.exampleMs.toPrecision(3)} ms`,
  );
  console.log(`pictures: ${sheet}`);
}
