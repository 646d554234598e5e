import { compileInference } from "../../src/network/inference.ts";
import { initialState } from "../../src/network/running-training.ts";
import { compileTrainingStep } from "../../src/network/training-step.ts";
import { METADATA_KEY, type ModelMetadata } from "../../src/prediction/model-metadata.ts";
import type { Task } from "../../src/training/batch.ts";
import { networkOf, planesOf } from "../../src/training/network-of.ts";
import { checkPlan, type Plan } from "../../src/training/plan.ts";

/** A model file with random weights: whatever it says of a picture, it says it of that picture. */
export function tinyModel(
  changes: { plan?: object; metadata?: Partial<ModelMetadata>; seed?: number } = {},
): Uint8Array {
  const plan: Plan = checkPlan({
    name: "tiny",
    recipe: "hip",
    steps: 12,
    input: { sizePx: 32 },
    network: { kind: "unet", features: [4, 6, 8] },
    ...changes.plan,
  });
  const task: Task = {
    structures: ["hip_left", "hip_right"],
    landmarks: ["FH-l", "FH-r"],
    targets: "classes",
    widthPx: plan.input.sizePx,
    heightPx: plan.input.sizePx,
  };
  const network = networkOf(plan, task);
  const compiled = compileTrainingStep({
    ...task,
    network,
    batch: 1,
    classes: planesOf(task),
    landmarks: task.landmarks.length,
    losses: {
      dice: 1,
      crossEntropy: 1,
      heatMap: { kind: "ncc", weight: 1, sigmaPx: 2 },
      absentClasses: "right",
    },
    optimiser: { kind: "adamw", weightDecay: 0, beta1: 0.9, beta2: 0.999 },
    average: false,
  });
  const parameters = initialState(compiled, changes.seed ?? 1).get("parameters") as Float32Array;
  const metadata: ModelMetadata = {
    format: 1,
    name: plan.name,
    structures: [...task.structures],
    targets: task.targets,
    landmarks: [...task.landmarks],
    landmarkStructures: [null, null],
    sizePx: plan.input.sizePx,
    fieldMm: 320,
    heatMapSigmaPx: 2,
    polarity: "bone-bright",
    findsPolarity: true,
    looksAtMirrored: false,
    training: {
      plan: JSON.stringify(plan),
      planSha256: "0".repeat(64),
      steps: 12,
      seed: plan.seed,
      examples: 10,
      software: "SyntheX test",
    },
    ...changes.metadata,
  };
  return compileInference({
    network,
    layout: compiled.layout,
    parameters,
    statistics: undefined,
    targets: task.targets,
    heightPx: task.heightPx,
    widthPx: task.widthPx,
    standardises: true,
    findsPolarity: metadata.findsPolarity,
    metadata: { [METADATA_KEY]: JSON.stringify(metadata) },
  });
}
