import type { Camera } from "../geometry/camera.ts";
import type { Labels } from "../label/labels.ts";
import { type CollimatedField, collimatedField } from "./collimated-field.ts";
import { type DistractorShadow, distractorLabels, distractorShadows } from "./distractor-shadows.ts";
import { placedDistractor } from "./placed-distractor.ts";
import type { Scene } from "./scene.ts";

/** What is around a patient in a scene: the collimated field and the distractors, for the exposure and for the labels. */
export interface Surroundings {
  /** Undefined without collimation. */
  readonly fieldIn: (camera: Camera) => CollimatedField | undefined;
  /** Shadows on the exposure's panel. */
  readonly shadows: (energyKeV: number) => readonly DistractorShadow[];
  /** Labels with `distractors` and `field` where the scene has them; anatomical labels are not changed. */
  readonly label: (labels: Labels | undefined, pictureCamera: Camera) => Labels | undefined;
}

export function surroundingsOf(scene: Scene, camera: Camera): Surroundings {
  const distractors = (scene.distractors ?? []).map((distractor) => placedDistractor(distractor, camera));
  const fields = new Map<Camera, CollimatedField | undefined>();
  let cast: readonly DistractorShadow[] | undefined;
  const fieldIn = (pictureCamera: Camera): CollimatedField | undefined => {
    if (!fields.has(pictureCamera)) fields.set(pictureCamera, collimatedField(scene, camera, pictureCamera));
    return fields.get(pictureCamera);
  };
  return {
    fieldIn,
    shadows: (energyKeV) => (cast ??= distractorShadows(distractors, camera, energyKeV)),
    label: (labels, pictureCamera) => {
      const field = fieldIn(pictureCamera);
      if (!field && !scene.distractors) return labels;
      const { widthPx, heightPx } = pictureCamera;
      const shadows =
        cast && pictureCamera === camera ? cast : distractorShadows(distractors, pictureCamera, undefined);
      return {
        ...(labels ?? {
          widthPx,
          heightPx,
          structures: [],
          classes: new Uint16Array(widthPx * heightPx),
          landmarks: [],
        }),
        ...(scene.distractors ? { distractors: distractorLabels(pictureCamera, shadows) } : {}),
        ...(field ? { field: field.label } : {}),
      };
    },
  };
}
