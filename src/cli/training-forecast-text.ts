import type { TrainingForecast } from "../training/log/training-forecast.ts";
import { durationInWords, sizeInWords } from "./progress.ts";

/** A forecast for people; `--json` prints it as it is. */
export function trainingForecastText(forecast: TrainingForecast): string {
  const { steps, parameters, seconds, memory, disk } = forecast;
  const waits = forecast.isInputBound
    ? `; ${(100 * forecast.inputShare).toFixed(0)} % of it waits for examples: more workers, or a quicker source, would help`
    : "";
  const parts = [
    `state ${sizeInWords(memory.state)}`,
    `activations ${sizeInWords(memory.activations)}`,
    `workers ${sizeInWords(memory.workers)}`,
    `rest ${sizeInWords(memory.base)}`,
  ];
  return [
    `${steps} steps of ${(1000 * forecast.secondsPerStep).toPrecision(3)} ms, ${forecast.examplesPerSecond.toPrecision(3)} examples a second${waits}`,
    `time: ${durationInWords(seconds)}`,
    memory.isMeasured
      ? `memory: ${sizeInWords(memory.total)}, as measured`
      : `memory: ${sizeInWords(memory.total)} (${parts.join(", ")})`,
    `disk: ${sizeInWords(disk.total)} of checkpoints, ${sizeInWords(disk.checkpoint)} each`,
    `parameters: ${parameters.toLocaleString("en-GB")}`,
  ].join("\n");
}
