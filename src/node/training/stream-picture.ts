import type { AreaDensityRecord } from "../../dataset/formats/area-density-record.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import type { Sample } from "../../dataset/render-sample.ts";
import { InputError } from "../../error/input-error.ts";
import type { AreaDensityImage } from "../../projector/area-density.ts";
import { reducedDensities } from "../../training/examples/reduced-densities.ts";
import type { Plan } from "../../training/plan.ts";
import { pitchOf } from "../labelled-images/generated-folder.ts";
import type { SourceLabels } from "../labelled-images/labelled-images.ts";

/** What is kept of a rendered sample while its patient is shown: area densities at the size of the network, or the picture; labels. */
export interface StreamPicture {
  readonly id: number;
  readonly subject: string;
  readonly structures: readonly string[];
  readonly landmarks: readonly string[];
  readonly record: AreaDensityRecord | undefined;
  /** Undefined where there are area densities. */
  readonly pixels: Float32Array | undefined;
  readonly labels: SourceLabels;
}

/** Whether a training exposes the pictures of a recipe anew: where its simulators know materials, unless the plan wants pictures. */
export const streamsDensities = (recipe: Recipe, plan: Plan): boolean =>
  plan.data.source !== "images" && [recipe.simulator].flat().every((name) => name === "realistic");

/** @throws InputError `stream-labels`, `stream-cropped` */
export function streamPicture(sample: Sample, recipe: Recipe, plan: Plan): StreamPicture {
  const { picture, labels, areaDensity } = sample.simulation;
  const { widthPx, heightPx } = picture.camera;
  const subject = sample.subject.name ?? sample.subject.ct;
  if (!labels)
    throw new InputError("stream-labels", `subject "${subject}" of the recipe has no labels to learn`, {
      remedy: "give it a label map or landmarks",
    });
  const isExposedAnew = streamsDensities(recipe, plan) && areaDensity !== undefined;
  if (isExposedAnew && (areaDensity.widthPx !== widthPx || areaDensity.heightPx !== heightPx))
    throw new InputError(
      "stream-cropped",
      `the recipe's processing crops its pictures to ${widthPx} × ${heightPx} pixels, its area densities are of ${areaDensity.widthPx} × ${areaDensity.heightPx}`,
      { remedy: "set data.source to images in the plan, or processing to log in the recipe" },
    );
  const pixelPitchMm = pitchOf(recipe, { widthPx, heightPx });
  return {
    id: sample.id,
    subject,
    structures: labels.structures.map(({ name }) => name),
    landmarks: labels.landmarks.map(({ name }) => name),
    record: isExposedAnew
      ? { id: sample.id, areaDensity: reduced(areaDensity, plan.input.sizePx), sample: sample.scene }
      : undefined,
    pixels: isExposedAnew ? undefined : picture.values,
    labels: {
      widthPx,
      heightPx,
      ...(plan.data.targets === "masks"
        ? { masks: labels.structures.map(({ mask }) => mask) }
        : { classes: labels.classes }),
      landmarks: labels.landmarks.map(({ status, pixel }) =>
        status === "visible" && pixel ? { x: pixel[0], y: pixel[1] } : undefined,
      ),
      ...(pixelPitchMm === undefined ? {} : { pixelPitchMm }),
    },
  };
}

/** The materials that occur, averaged to the size at which they are exposed anew. */
function reduced(image: AreaDensityImage, sizePx: number): AreaDensityImage {
  const factor = Math.max(1, Math.max(image.widthPx, image.heightPx) / sizePx);
  const size = {
    widthPx: Math.max(1, Math.round(image.widthPx / factor)),
    heightPx: Math.max(1, Math.round(image.heightPx / factor)),
  };
  const planes = reducedDensities(image, size);
  const count = size.widthPx * size.heightPx;
  const gPerCm2 = new Float32Array(planes.length * count);
  for (const [index, plane] of planes.entries()) gPerCm2.set(plane.gPerCm2, index * count);
  return { ...size, materials: planes.map(({ material }) => material), gPerCm2 };
}
