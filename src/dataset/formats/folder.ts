import { type Deflate, encodePng } from "../../image/encode-png.ts";
import { maskPicture, type Picture } from "../../image/picture.ts";
import { distractorPicture } from "../../label/distractor-picture.ts";
import { type Labels, labelsToJson } from "../../label/labels.ts";
import { pathNames } from "../../label/path-names.ts";
import { type EncodedFile, sampleName } from "./encoded-file.ts";
import type { LabelledPicture } from "./labelled-picture.ts";
import { encodeTiff } from "./tiff.ts";

export interface FolderOptions {
  /** 16-bit PNG (values through the window of the record), or the values themselves as 32-bit floats. */
  readonly images: "png" | "tiff";
  /** One PNG a structure, 0 or 255; they may overlap, as classes cannot. */
  readonly masks: boolean;
  readonly deflate?: Deflate;
}

/** Files of one sample and the line that describes it. */
export interface FolderSample {
  readonly files: readonly EncodedFile[];
  /** For `samples.jsonl`, line end included. */
  readonly line: string;
}

/** `images/00000042.png` (or `.tiff`), `classes/00000042.png`, `masks/00000042/STRUCTURE.png`, and a line of `samples.jsonl`. */
export async function folderSample(sample: LabelledPicture, options: FolderOptions): Promise<FolderSample> {
  const { id, subject, split, radiograph, labels } = sample;
  const { widthPx, heightPx, pixels, values, window } = radiograph;
  const name = sampleName(id);
  const png = (picture: Picture): Promise<Uint8Array> =>
    encodePng(picture, options.deflate ? { deflate: options.deflate } : {});
  const image: EncodedFile =
    options.images === "png"
      ? { path: `images/${name}.png`, bytes: await png({ widthPx, heightPx, channels: 1, pixels }) }
      : { path: `images/${name}.tiff`, bytes: encodeTiff({ widthPx, heightPx, pixels: values }) };
  const classes = { path: `classes/${name}.png`, bytes: await png(classPicture(labels)) };
  const names = pathNames(labels.structures.map((structure) => structure.name));
  const masks: EncodedFile[] = [];
  if (options.masks)
    for (const [index, { mask }] of labels.structures.entries())
      masks.push({
        path: `masks/${name}/${names[index]}.png`,
        bytes: await png(maskPicture(mask, widthPx, heightPx)),
      });
  const beside: { field?: EncodedFile; distractors?: EncodedFile } = {
    ...(labels.field
      ? {
          field: {
            path: `fields/${name}.png`,
            bytes: await png(maskPicture(labels.field.mask, widthPx, heightPx)),
          },
        }
      : {}),
    ...(labels.distractors
      ? {
          distractors: {
            path: `distractors/${name}.png`,
            bytes: await png(distractorPicture(labels, labels.distractors)),
          },
        }
      : {}),
  };
  const { structures, ...rest } = labelsToJson(labels);
  const record = {
    id,
    subject,
    split,
    image: image.path,
    ...(options.images === "png" ? { window: { black: window.black, white: window.white } } : {}),
    classes: classes.path,
    ...(beside.field ? { fieldMask: beside.field.path } : {}),
    ...(beside.distractors ? { distractorClasses: beside.distractors.path } : {}),
    ...rest,
    structures: structures.map((structure, index) => ({
      ...structure,
      ...(options.masks ? { mask: masks[index].path } : {}),
    })),
  };
  return { files: [image, classes, ...Object.values(beside), ...masks], line: `${JSON.stringify(record)}\n` };
}

/** Class values as a picture: 8 bits where they suffice for every class of the set, else 16. */
export function classPicture({ widthPx, heightPx, structures, classes }: Labels): Picture {
  const pixels = structures.length <= 255 ? Uint8Array.from(classes) : classes;
  return { widthPx, heightPx, channels: 1, pixels };
}
