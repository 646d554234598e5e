import { InputError } from "../../error/input-error.ts";
import type { CaseScore, EvaluatedNames, ScoreOptions } from "../../evaluation/score-case.ts";
import { scoreCase } from "../../evaluation/score-case.ts";
import type { Prediction } from "../../evaluation/prediction.ts";
import { PUBLISHED_TOOL_RULE, withToolRule } from "../../evaluation/tool-rule.ts";
import { type Truth, UNKNOWN_PIXEL } from "../../evaluation/truth.ts";
import { type Degradation, degradedPicture } from "../../prediction/degraded-picture.ts";
import { type Model, type Picture, predict } from "../../prediction/predict.ts";
import type { ReadImage } from "../labelled-images/labelled-images.ts";
import { openLabelledImages } from "../labelled-images/open-labelled-images.ts";
import { type ComparedStructure, comparedStructures } from "./compared-structures.ts";

export interface EvaluateOptions {
  readonly models: readonly Model[];
  readonly data: string;
  readonly degradation?: Degradation | undefined;
  /** Only these, where a data set has splits. */
  readonly split?: "train" | "validation" | "test" | undefined;
  readonly score?: ScoreOptions;
  /** Landmarks of a picture count only where the published rule of tools lets them. */
  readonly hasToolRule?: boolean | undefined;
  readonly onPicture?: (done: number, all: number) => void;
}

/** One picture again, for drawing: what was seen, said and true. */
export interface EvaluatedPicture {
  readonly picture: Picture;
  readonly prediction: Prediction;
  readonly truth: Truth;
}

export interface ModelEvaluation {
  readonly names: EvaluatedNames;
  readonly scores: readonly CaseScore[];
  readonly hasPitch: boolean;
  /** Share of the pictures that were taken for negatives. */
  readonly inverted: number;
  /** Pictures whose landmarks the rule of tools left out. */
  readonly leftOut: number;
  again(name: string): Promise<EvaluatedPicture>;
  close(): Promise<void>;
}

/**
 * Holds models (one, or an ensemble) against a collection of labelled pictures: structures and landmarks by the names that both have.
 *
 * @throws InputError what `openLabelledImages`, `comparedStructures` and `predict` refuse; `tool-landmarks`, `tool-pitch`
 */
export async function evaluateModel(options: EvaluateOptions): Promise<ModelEvaluation> {
  const { models, degradation } = options;
  const [{ metadata }] = models;
  const own = await openLabelledImages(options.data);
  const compared = comparedStructures(own, metadata.structures);
  const landmarks = metadata.landmarks.filter((name) => own.landmarks.includes(name));
  await own.close();
  const set = await openLabelledImages(options.data, {
    structures: compared.map(({ name }) => name),
    landmarks,
  });
  const places = landmarks.map((name) => metadata.landmarks.indexOf(name));
  const names = { structures: compared.map(({ name }) => name), landmarks };
  const indices = Array.from({ length: set.count }, (_, index) => index).filter(
    (index) => options.split === undefined || set.split(index) === options.split,
  );
  if (indices.length === 0) {
    await set.close();
    throw new InputError("evaluation-nothing", `${set.name} has no picture in the split ${options.split}`, {
      remedy: "choose another split, or leave it out to take all pictures",
    });
  }
  if (options.hasToolRule && landmarks.length !== 2) {
    await set.close();
    throw new InputError(
      "tool-landmarks",
      `the rule of tools is about two landmarks, the model and ${set.name} have ${landmarks.length} in common`,
      { remedy: "leave --tool out" },
    );
  }
  let inverted = 0;
  let leftOut = 0;

  const looked = async (
    index: number,
  ): Promise<EvaluatedPicture & { wasInverted: boolean; read: ReadImage }> => {
    const read = await set.read(index);
    const plain: Picture = {
      name: read.id,
      widthPx: read.widthPx,
      heightPx: read.heightPx,
      pixels: read.pixels,
    };
    const picture = degradation ? degradedPicture(plain, degradation, index) : plain;
    const said = await predict(models, picture);
    return {
      read,
      picture,
      wasInverted: said.wasInverted,
      prediction: {
        widthPx: said.widthPx,
        heightPx: said.heightPx,
        masks: compared.map((structure) => unionMask(said, structure)),
        landmarks: places.map((place) => said.landmarks[place]),
      },
      truth: truthOf(read, names),
    };
  };
  const scores: CaseScore[] = [];
  for (const [done, index] of indices.entries()) {
    const { read, prediction, truth, wasInverted } = await looked(index);
    if (wasInverted) inverted++;
    const score = scoreCase(
      { name: read.id, subject: set.subject(index), prediction, truth },
      names,
      options.score,
    );
    const judged = options.hasToolRule ? judgedAsTool(score, read) : score;
    if (judged !== score) leftOut++;
    scores.push(judged);
    options.onPicture?.(done + 1, indices.length);
  }
  return {
    names,
    scores,
    hasPitch: scores.some(({ landmarks: found }) =>
      found.some((score) => score.kind === "compared" && score.errorMm !== undefined),
    ),
    inverted: inverted / indices.length,
    leftOut,
    async again(name) {
      const index = indices.find((candidate) => set.id(candidate) === name);
      if (index === undefined) throw new RangeError(`no picture is called ${name}`);
      return await looked(index);
    },
    close: () => set.close(),
  };
}

function judgedAsTool(score: CaseScore, { id, pixelPitchMm }: ReadImage): CaseScore {
  if (pixelPitchMm === undefined)
    throw new InputError(
      "tool-pitch",
      `the rule of tools is in mm, and the size of a pixel of ${id} is not known`,
      {
        remedy: "state pixelPitchMm in labels.json, or leave --tool out",
      },
    );
  return withToolRule(score, { ...PUBLISHED_TOOL_RULE, pixelPitchMm });
}

function unionMask(
  { classes, masks, widthPx, heightPx }: Prediction,
  { members }: ComparedStructure,
): Uint8Array {
  const union = new Uint8Array(widthPx * heightPx);
  for (const member of members)
    for (let pixel = 0; pixel < union.length; pixel++)
      if (masks ? masks[member][pixel] !== 0 : classes?.[pixel] === member + 1) union[pixel] = 1;
  return union;
}

function truthOf(read: ReadImage, names: EvaluatedNames): Truth {
  const { widthPx, heightPx, classes, masks, landmarks, annotatedLandmarks, pixelPitchMm } = read;
  return {
    widthPx,
    heightPx,
    masks:
      masks ??
      names.structures.map((_, structure) =>
        (classes ?? new Uint8Array(widthPx * heightPx).fill(UNKNOWN_PIXEL)).map((value) =>
          value === UNKNOWN_PIXEL ? UNKNOWN_PIXEL : value === structure + 1 ? 1 : 0,
        ),
      ),
    landmarks: landmarks.map((point, index) => (annotatedLandmarks[index] ? point : "unknown")),
    ...(pixelPitchMm === undefined ? {} : { pixelPitchMm }),
  };
}
