import type { Anatomy } from "../../anatomy/anatomy.ts";
import type { RecipeMeshes } from "../../dataset/draw-instruments.ts";
import { drawPatient } from "../../dataset/draw-patient.ts";
import type { Recipe } from "../../dataset/recipe.ts";
import { renderSample } from "../../dataset/render-sample.ts";
import { variedPatient } from "../../dataset/varied-patient.ts";
import type { Plan } from "../../training/plan.ts";
import type { PatientShelf } from "../dataset/patient-shelf.ts";
import type { SubjectLibrary } from "../dataset/subject-library.ts";
import { type StreamPicture, streamPicture } from "./stream-picture.ts";

/** Pictures of the patients that a training shows at the time, and no others. */
export interface StreamPatients {
  /** Renders the first pictures of a block, one after another; those that are there already are not made again. */
  readonly render: (block: number, count: number) => Promise<void>;
  /** @throws Error where it was not rendered, or was dropped */
  readonly picture: (id: number) => StreamPicture;
  /** Any picture that was rendered; undefined before the first. */
  readonly any: () => StreamPicture | undefined;
  /** Pictures of a block that are there. */
  readonly countOf: (block: number) => number;
  /** Forgets all other blocks. */
  readonly keep: (blocks: ReadonlySet<number>) => void;
}

export function streamPatients(options: {
  recipe: Recipe;
  plan: Plan;
  subjects: SubjectLibrary;
  patients: PatientShelf;
  meshes: RecipeMeshes;
}): StreamPatients {
  const { recipe, plan, subjects, patients, meshes } = options;
  const { imagesPerPatient } = recipe;
  const blocks = new Map<number, StreamPicture[]>();
  let any: StreamPicture | undefined;
  // Pictures of a patient are asked for in several goes, one after another.
  let varied: { readonly block: number; readonly anatomy: Anatomy } | undefined;
  return {
    any: () => any,
    countOf: (block) => blocks.get(block)?.length ?? 0,
    async render(block, count) {
      const pictures = blocks.get(block) ?? [];
      blocks.set(block, pictures);
      if (pictures.length >= count) return;
      const { subject, first } = drawPatient(recipe, block);
      if (varied?.block !== block) {
        varied = undefined;
        varied = { block, anatomy: variedPatient(recipe, block, await subjects.anatomy(subject)).anatomy };
      }
      const { patient, facts } = await patients.open(varied.anatomy);
      while (pictures.length < count) {
        const id = first + pictures.length;
        const sample = await renderSample({ recipe, id, subject, patient, facts, meshes });
        const picture = streamPicture(sample, recipe, plan);
        any ??= picture;
        pictures.push(picture);
      }
    },
    picture(id) {
      const found = blocks.get(Math.floor(id / imagesPerPatient))?.[id % imagesPerPatient];
      if (!found) throw new Error(`sample ${id} is not rendered`);
      return found;
    },
    keep(wanted) {
      for (const block of blocks.keys()) if (!wanted.has(block)) blocks.delete(block);
    },
  };
}
