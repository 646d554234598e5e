import { InputError } from "../error/input-error.ts";
import { combineMembers, type MemberOutput } from "../evaluation/ensemble.ts";
import { findLandmarks } from "../evaluation/find-landmarks.ts";
import type { DetectedLandmark, Prediction } from "../evaluation/prediction.ts";
import type { TensorSession } from "../network/tensor-runtime.ts";
import type { ModelMetadata } from "./model-metadata.ts";
import { framed, pointInPicture, squareFrame, unframed } from "./square-frame.ts";

/** A grey picture in any unit, bone bright or dark: the model finds out. */
export interface Picture {
  /** For messages. */
  readonly name?: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixels: Float32Array;
}

export interface Model {
  readonly metadata: ModelMetadata;
  readonly session: TensorSession;
}

/** What a model says of a picture, on the picture's own pixels. */
export interface PicturePrediction extends Prediction {
  /** Mean over what was found of the probability there: how sure the model is of it. 0 where nothing was found. */
  readonly confidence: number;
  /** True where the negative of the picture looked more like what the model knows. */
  readonly wasInverted: boolean;
  /** In pixels of the picture; undefined: no pixel of the landmark's structure was found. */
  readonly landmarks: readonly (DetectedLandmark | undefined)[];
}

/**
 * Masks and landmarks of one picture by one model, or by several trained alike, whose probabilities and heat-maps are averaged.
 *
 * The picture is brought into the model's square (its longer side fills it), everything else is in the model's file.
 *
 * @throws InputError `picture-not-finite`, `picture-empty`, `models-differ`
 */
export async function predict(models: readonly Model[], picture: Picture): Promise<PicturePrediction> {
  checkPicture(picture);
  const { metadata } = alike(models);
  const { sizePx, structures, landmarks, targets } = metadata;
  const frame = squareFrame(picture, sizePx);
  const square = framed(picture.pixels, frame);
  const members: MemberOutput[] = [];
  let polarity = 0;
  for (const { session } of models) {
    const out = await session.run({
      image: { type: "float32", shape: [1, 1, sizePx, sizePx], data: square },
    });
    members.push({
      probabilities: out.probabilities.data as Float32Array,
      ...(landmarks.length > 0 ? { heatMaps: out.heatMaps.data as Float32Array } : {}),
    });
    polarity += out.polarity ? Number(out.polarity.data[0]) : 1;
  }
  const inSquare = combineMembers(members, { widthPx: sizePx, heightPx: sizePx, targets });
  const { heatMaps } = inSquare;
  const found = heatMaps
    ? findLandmarks(
        { ...inSquare, heatMaps },
        {
          sigmaPx: metadata.heatMapSigmaPx,
          structures: metadata.landmarkStructures.map((structure) => structure ?? undefined),
          isRefined: true,
        },
      )
    : [];
  const area = sizePx * sizePx;
  const pictureArea = picture.widthPx * picture.heightPx;
  const planes = targets === "classes" ? structures.length + 1 : structures.length;
  const probabilities = new Float32Array(planes * pictureArea);
  for (let plane = 0; plane < planes; plane++)
    probabilities.set(
      unframed(inSquare.probabilities.subarray(plane * area, (plane + 1) * area), frame),
      plane * pictureArea,
    );
  const { widthPx, heightPx } = picture;
  return {
    ...combineMembers([{ probabilities }], { widthPx, heightPx, targets }),
    landmarks: found.map((landmark) => landmark && { ...landmark, ...pointInPicture(landmark, frame) }),
    confidence: confidenceOf(inSquare.probabilities, planes, targets),
    wasInverted: polarity < 0,
  };
}

/** Mean of the probabilities of all that was chosen but background, pixel by pixel and, where structures overlap, structure by structure. */
function confidenceOf(
  probabilities: Float32Array,
  planes: number,
  targets: ModelMetadata["targets"],
): number {
  let [sum, found] = [0, 0];
  const add = (probability: number): void => {
    sum += probability;
    found++;
  };
  if (targets === "masks") {
    for (const value of probabilities) if (value > 0.5) add(value);
    return found === 0 ? 0 : sum / found;
  }
  const area = probabilities.length / planes;
  for (let pixel = 0; pixel < area; pixel++) {
    let most = 0;
    for (let plane = 1; plane < planes; plane++)
      if (probabilities[plane * area + pixel] > probabilities[most * area + pixel]) most = plane;
    if (most > 0) add(probabilities[most * area + pixel]);
  }
  return found === 0 ? 0 : sum / found;
}

/** Folds measure their field of view on different pictures, which gives other last digits. */
const ROUNDING = 1e-6;

function alike(models: readonly Model[]): Model {
  const [first, ...others] = models;
  for (const [index, { metadata }] of others.entries()) {
    const refuse = (what: string): never => {
      throw new InputError(
        "models-differ",
        `model 1 (${first.metadata.name}) and model ${index + 2} (${metadata.name}) differ in ${what}, so that their predictions cannot be averaged`,
        { remedy: "give models of one plan and data set, as folds are" },
      );
    };
    for (const field of ["structures", "landmarks", "targets", "sizePx"] as const)
      if (JSON.stringify(first.metadata[field]) !== JSON.stringify(metadata[field])) refuse(field);
    const ratio = metadata.heatMapSigmaPx / first.metadata.heatMapSigmaPx;
    if (Math.abs(ratio - 1) > ROUNDING) refuse("heatMapSigmaPx");
  }
  return first;
}

function checkPicture({ name = "the picture", widthPx, heightPx, pixels }: Picture): void {
  if (!(widthPx >= 8 && heightPx >= 8) || pixels.length !== widthPx * heightPx)
    throw new InputError(
      "picture-empty",
      `${name}, of ${widthPx} × ${heightPx} pixels with ${pixels.length} values, cannot be looked at`,
    );
  const broken = pixels.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0)
    throw new InputError(
      "picture-not-finite",
      `${name} has ${pixels[broken]} at column ${broken % widthPx}, row ${Math.floor(broken / widthPx)}`,
    );
}
