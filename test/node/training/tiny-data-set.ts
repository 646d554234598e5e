import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RecipeInput } from "../../../src/dataset/recipe.ts";
import { readCheckpoint } from "../../../src/node/training/checkpoint-file.ts";
import { readTrainingFolder } from "../../../src/node/training/log-files.ts";
import type { Checkpoint } from "../../../src/training/log/checkpoint.ts";
import { InputError } from "../../../src/error/input-error.ts";
import {
  type TrainedModel,
  trainModel,
  type TrainModelOptions,
} from "../../../src/node/training/train-model.ts";
import { demoCtPath, demoLabelsPath } from "../../../src/node/demo-data.ts";
import { checkPlan, type Plan } from "../../../src/training/plan.ts";
import { make } from "../../dataset/small-data-set.ts";

export interface TinyPlace {
  readonly at: (...names: string[]) => string;
  /** Twelve views of the demo pelvis, six patients, 48 pixels. */
  readonly data: string;
  remove(): void;
}

const RECIPE: RecipeInput = {
  name: "tiny",
  count: 12,
  seed: 3,
  subjects: [{ name: "demo", ct: demoCtPath("pelvis"), labels: demoLabelsPath("pelvis") }],
  imagesPerPatient: 2,
  structures: "hip",
  landmarks: "hip",
  device: "cios-fusion-cropped",
  sizePx: 48,
  view: { kind: "rotated-patient", view: "AP", axis: "sphere", angleDeg: { uniform: [-20, 20] } },
  isocentre: { landmarks: ["GSN-l", "GSN-r", "SPS-l", "SPS-r"] },
  beam: { kv: { uniform: [65, 90] } },
  outputs: ["folder", "area-density"],
};

/** A folder of its own with a data set that is made in a few seconds. */
export async function tinyPlace(changes: Partial<RecipeInput> = {}): Promise<TinyPlace> {
  const folder = mkdtempSync(join(tmpdir(), "synthex-training-"));
  const at = (...names: string[]): string => join(folder, ...names);
  writeFileSync(at("recipe.yaml"), stringify({ ...RECIPE, ...changes }));
  await make(at("recipe.yaml"), at("data"));
  return { at, data: at("data"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Twelve steps of a U-Net that is as small as can be. */
export const tinyPlan = (fields: object = {}): Plan =>
  checkPlan({
    name: "tiny",
    seed: 11,
    steps: 12,
    batch: 4,
    input: { sizePx: 48 },
    network: { kind: "unet", features: [4, 6, 8] },
    data: { structures: ["hip_left", "hip_right"], landmarks: ["FH-l", "FH-r"], validationShare: 0.3 },
    validation: { everySteps: 6 },
    ...fields,
  });

/** A training of one thread and one kind of convolution, whatever the machine has, so that its numbers are the same when it runs twice. */
export const trained = (
  place: TinyPlace,
  out: string,
  options: Partial<TrainModelOptions> = {},
): Promise<TrainedModel> =>
  trainModel({
    plan: tinyPlan(),
    planText: "",
    data: place.data,
    out: place.at(out),
    provider: "cpu",
    threads: 1,
    workers: 1,
    lowering: "plain",
    ...options,
  });

/** What an action is refused with. */
export async function refusal(action: Promise<unknown>): Promise<InputError> {
  const error = await action.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof InputError) return error;
  throw error ?? new Error("it was not refused");
}

/** Name of the last checkpoint of `tinyPlan`. */
export const LAST = "step-00000012.safetensors";

/** Everything that a training logged but times. */
export async function losses(place: TinyPlace, out: string): Promise<unknown[]> {
  const { records } = await readTrainingFolder(place.at(out));
  return records.map((record) => {
    const { step, loss, terms, epoch } = record;
    return record.kind === "step"
      ? [step, epoch, loss, terms, record.gradientNorm, record.learningRate, record.strength]
      : ["validation", step, epoch, loss, terms, record.dice, record.isBest];
  });
}

export const modelBytes = (place: TinyPlace, out: string): Uint8Array =>
  new Uint8Array(readFileSync(place.at(out, "model.onnx")));

export const vectors = async (place: TinyPlace, out: string, name: string): Promise<Checkpoint["vectors"]> =>
  (await readCheckpoint(place.at(out, "checkpoints", name))).vectors;
