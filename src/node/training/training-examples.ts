import { augment } from "../../augmentation/augment.ts";
import { augmentationKey } from "../../augmentation/draws.ts";
import type { LabelledImage } from "../../augmentation/labelled-image.ts";
import { augmentationProfile } from "../../augmentation/profile.ts";
import { reflectPadded } from "../../augmentation/reflect-padded.ts";
import { resized } from "../../augmentation/resized.ts";
import { sideExchange } from "../../augmentation/side-exchange.ts";
import { InputError } from "../../error/input-error.ts";
import type { Task } from "../../training/batch.ts";
import type { ExamplePlace } from "../../training/example-order.ts";
import { exposureKey } from "../../training/examples/expose-anew.ts";
import { exposedExample } from "../../training/examples/exposed-example.ts";
import { asRecorded } from "../../training/examples/exposure-variation.ts";
import { type ExampleSplit, splitExamples } from "../../training/examples-split.ts";
import type { Plan } from "../../training/plan.ts";
import type { LabelledImages } from "../labelled-images/labelled-images.ts";
import { openLabelledImages } from "../labelled-images/open-labelled-images.ts";

/** Examples of a data set as a plan's network takes them. */
export interface TrainingExamples {
  readonly set: LabelledImages;
  readonly task: Task;
  readonly split: ExampleSplit;
  /** Whether pictures are exposed anew in every epoch. */
  readonly isExposedAnew: boolean;
  /** Randomized as a step learns from it. @param place.example of `split.train` */
  readonly toLearnFrom: (place: ExamplePlace, strength: number) => Promise<NamedImage>;
  /** As it is (or, if the plan wants it so, randomized). @param index of `split.validation` */
  readonly toValidate: (index: number) => Promise<NamedImage>;
  /** Randomized at full strength, as the hardest that a step learns from. @param index of `split.validation` */
  readonly toCalibrate: (index: number) => Promise<NamedImage>;
}

export interface NamedImage {
  readonly name: string;
  readonly image: LabelledImage;
  readonly pixelPitchMm: number | undefined;
}

/** Epochs of training begin with 0; what is looked at only has one of its own. */
const VALIDATION_EPOCH = 2 ** 31 - 1;

/**
 * @throws InputError what `openLabelledImages` and `splitExamples` refuse; `data-densities` where the plan wants area densities and there are none
 */
export async function openTrainingExamples(folder: string, plan: Plan): Promise<TrainingExamples> {
  const { data } = plan;
  const set = await openLabelledImages(folder, {
    targets: data.targets,
    ...(data.structures ? { structures: data.structures } : {}),
    ...(data.landmarks ? { landmarks: data.landmarks } : {}),
  });
  const { learnt, validated, calibrated, ...rest } = examplesOf(set, plan);
  const split = splitExamples(set, plan);
  return {
    ...rest,
    set,
    split,
    toLearnFrom: ({ example, epoch }, strength) => learnt(split.train[example], epoch, strength),
    toValidate: (example) => validated(split.validation[example]),
    toCalibrate: (example) => calibrated(split.validation[example]),
  };
}

/** Pictures as a plan's network takes them, by their numbers in the set. */
export interface PictureExamples {
  readonly task: Task;
  readonly isExposedAnew: boolean;
  readonly learnt: (index: number, epoch: number, strength: number) => Promise<NamedImage>;
  readonly validated: (index: number) => Promise<NamedImage>;
  readonly calibrated: (index: number) => Promise<NamedImage>;
}

/** @throws InputError `data-densities` where the plan wants area densities and there are none */
export function examplesOf(set: LabelledImages, plan: Plan): PictureExamples {
  const { data, input, augmentation, seed } = plan;
  const { sizePx } = input;
  const isExposedAnew = data.source !== "images" && set.readAreaDensity !== undefined;
  if (data.source === "area-densities" && !isExposedAnew)
    throw new InputError(
      "data-densities",
      `${set.name} holds no area densities, which the plan trains from`,
      {
        remedy: "generate it with the output area-density, or set data.source to images",
      },
    );
  const task: Task = {
    structures: set.structures,
    landmarks: set.landmarks,
    targets: set.targets,
    widthPx: sizePx,
    heightPx: sizePx,
  };
  const profile = augmentationProfile(augmentation.profile, {
    ...(augmentation.profile === "xray" ? { exchange: sideExchange(task) } : {}),
    probabilities: augmentation.probabilities,
    quarterTurns: augmentation.quarterTurns,
  });

  const picture = async (index: number, epoch: number, isVaried: boolean): Promise<NamedImage> => {
    if (!isExposedAnew || !set.readAreaDensity) {
      const read = await set.read(index);
      return {
        name: `${set.name}: ${read.id}`,
        image: squared(read, sizePx),
        pixelPitchMm: read.pixelPitchMm && (read.pixelPitchMm * longerSide(read)) / sizePx,
      };
    }
    const example = await set.readAreaDensity(index, sizePx);
    const name = `${set.name}: ${set.id(index)}`;
    const exposed = exposedExample(example, {
      key: exposureKey({ seed, epoch, sample: example.sample }),
      sizePx,
      variation: isVaried ? data.exposure : asRecorded,
      structures: task.structures,
      name,
    });
    return { name, image: squared(exposed, sizePx), pixelPitchMm: exposed.pixelPitchMm };
  };
  const randomized = (index: number, epoch: number, strength: number, { image, ...rest }: NamedImage) => ({
    ...rest,
    image: augment(image, profile, { key: augmentationKey({ seed, epoch, sample: index }), strength }),
  });
  const learnt = async (index: number, epoch: number, strength: number): Promise<NamedImage> =>
    randomized(index, epoch, strength, await picture(index, epoch, true));
  return {
    task,
    isExposedAnew,
    learnt,
    calibrated: (index) => learnt(index, VALIDATION_EPOCH, 1),
    async validated(index) {
      const plain = await picture(index, VALIDATION_EPOCH, false);
      return plan.validation.augmented ? randomized(index, VALIDATION_EPOCH, 1, plain) : plain;
    },
  };
}

/** The picture in the network's square: its longer side fills it, the shorter one is padded by reflection, labels there not known. */
function squared(image: LabelledImage, sizePx: number): LabelledImage {
  const factor = sizePx / longerSide(image);
  const small = resized(
    image,
    Math.max(1, Math.round(image.widthPx * factor)),
    Math.max(1, Math.round(image.heightPx * factor)),
  );
  return small.widthPx === sizePx && small.heightPx === sizePx
    ? small
    : reflectPadded(small, sizePx, sizePx, { labels: "unknown" });
}

const longerSide = ({ widthPx, heightPx }: { widthPx: number; heightPx: number }): number =>
  Math.max(widthPx, heightPx);
