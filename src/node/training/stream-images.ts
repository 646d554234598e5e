import type { Recipe } from "../../dataset/recipe.ts";
import { InputError } from "../../error/input-error.ts";
import type { Plan } from "../../training/plan.ts";
import { aligned } from "../labelled-images/aligned.ts";
import type { LabelledImages } from "../labelled-images/labelled-images.ts";
import { type StreamPicture, streamsDensities } from "./stream-picture.ts";

/**
 * Samples of a recipe as a collection of labelled pictures, of which those can be read that are rendered at the time.
 *
 * @param first any of them, for its names
 * @throws InputError `labels-missing` where the recipe has not all that the plan trains; `data-densities`
 */
export function streamImages(
  recipe: Recipe,
  plan: Plan,
  first: StreamPicture,
  pictureOf: (id: number) => StreamPicture,
): LabelledImages {
  const { structures, landmarks, targets } = plan.data;
  const name = `recipe ${recipe.name}`;
  const checked = (id: number): StreamPicture => {
    const picture = pictureOf(id);
    if (
      String(picture.structures) !== String(first.structures) ||
      String(picture.landmarks) !== String(first.landmarks)
    )
      throw new InputError(
        "stream-labels",
        `${name}: sample ${id} (subject "${picture.subject}") has other structures or landmarks than sample ${first.id} (subject "${first.subject}")`,
        { remedy: "give all subjects the same structures and landmarks" },
      );
    return picture;
  };
  return aligned(
    {
      name,
      kind: "recipe",
      count: Number.MAX_SAFE_INTEGER,
      structures: first.structures,
      landmarks: first.landmarks,
      unions: {},
      targets,
      id: (id) => `sample ${id}`,
      split: () => undefined,
      subject: (id) => pictureOf(id).subject,
      patient: (id) => `${pictureOf(id).subject} ${Math.floor(id / recipe.imagesPerPatient)}`,
      async readSource(id) {
        const { pixels, labels } = checked(id);
        if (!pixels) throw new Error(`sample ${id} is kept as area densities`);
        return { pixels, labels };
      },
      readDensities: streamsDensities(recipe, plan)
        ? async (id) => {
            const { record, labels } = checked(id);
            if (!record) throw new Error(`sample ${id} is kept as a picture`);
            return { sample: id, record, labels };
          }
        : undefined,
      close: async () => undefined,
    },
    { targets, ...(structures ? { structures } : {}), ...(landmarks ? { landmarks } : {}) },
  );
}
