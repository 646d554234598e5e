import { createHash } from "node:crypto";
import { sideExchange } from "../../augmentation/side-exchange.ts";
import { compileInference } from "../../network/inference.ts";
import type { ParameterLayout } from "../../network/parameters.ts";
import type { ModelThresholds } from "../../prediction/calibrate-model.ts";
import { METADATA_KEY, type ModelMetadata } from "../../prediction/model-metadata.ts";
import { networkOf } from "../../training/network-of.ts";
import type { Plan } from "../../training/plan.ts";
import type { TrainingPosition } from "../../training/train.ts";
import { softwareVersion } from "../software-version.ts";
import type { ComparedPlan } from "./compared-plan.ts";
import type { TrainingSource } from "./training-source.ts";

export interface ExportOptions {
  readonly plan: Plan;
  readonly compared: ComparedPlan;
  readonly source: Pick<TrainingSource, "task" | "fieldMm" | "sha256" | "examples">;
  readonly layout: ParameterLayout;
  /** Where the training stands whose parameters, averaged where they are, become the model. */
  readonly position: TrainingPosition;
  readonly landmarkStructures: ModelMetadata["landmarkStructures"];
  /** Of a landmark's Gaussian. */
  readonly sigmaPx: number;
  readonly thresholds?: ModelThresholds;
}

/** `model.onnx`: a trained network with its preprocessing, and with what it says of itself. */
export function exportedModel(options: ExportOptions): Uint8Array {
  const { plan, source, layout, position } = options;
  const { task } = source;
  const { state } = position;
  const parameters = state.get("average") ?? state.get("parameters");
  if (!parameters) throw new Error("a training has no parameters");
  const metadata = metadataOf(options);
  const exchange = sideExchange(task);
  return compileInference({
    network: networkOf(plan, task),
    layout,
    parameters,
    statistics: state.get("statistics"),
    targets: task.targets,
    heightPx: task.heightPx,
    widthPx: task.widthPx,
    standardises: true,
    findsPolarity: metadata.findsPolarity,
    mirrors: metadata.looksAtMirrored
      ? {
          planes: task.targets === "classes" ? exchange.classes : exchange.masks,
          landmarks: exchange.landmarks,
        }
      : undefined,
    metadata: { [METADATA_KEY]: JSON.stringify(metadata) },
  });
}

function metadataOf({
  plan,
  compared,
  source,
  position,
  landmarkStructures,
  sigmaPx,
  thresholds,
}: ExportOptions): ModelMetadata {
  const { task } = source;
  return {
    format: 1,
    name: plan.name,
    ...(plan.description ? { description: plan.description } : {}),
    structures: [...task.structures],
    targets: task.targets,
    landmarks: [...task.landmarks],
    landmarkStructures,
    sizePx: plan.input.sizePx,
    fieldMm: source.fieldMm,
    heatMapSigmaPx: sigmaPx,
    ...thresholds,
    polarity: "bone-bright",
    findsPolarity: true,
    looksAtMirrored: plan.looksAtMirrored,
    training: {
      plan: JSON.stringify(plan),
      planSha256: sha256(JSON.stringify(compared)),
      ...(source.sha256 ? { dataSha256: source.sha256 } : {}),
      steps: position.step,
      seed: plan.seed,
      examples: source.examples,
      software: `SyntheX ${softwareVersion()}`,
    },
  };
}

const sha256 = (data: string): string => createHash("sha256").update(data).digest("hex");
