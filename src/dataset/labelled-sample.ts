import type { Labels } from "../label/labels.ts";
import type { LabelledPicture } from "./formats/labelled-picture.ts";
import type { Sample } from "./render-sample.ts";

/** A sample as the writers of containers take it. */
export function labelledPicture({ id, subject, simulation: { picture, labels } }: Sample): LabelledPicture {
  const { widthPx, heightPx } = picture.camera;
  return {
    id,
    subject: subject.name ?? "",
    split: subject.split,
    radiograph: {
      widthPx,
      heightPx,
      values: picture.values,
      pixels: picture.pixels,
      window: picture.window,
    },
    labels: labels ?? emptyLabels(widthPx, heightPx),
  };
}

const emptyLabels = (widthPx: number, heightPx: number): Labels => ({
  widthPx,
  heightPx,
  structures: [],
  classes: new Uint16Array(widthPx * heightPx),
  landmarks: [],
});
