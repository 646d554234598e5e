import { type Deflate, encodePng } from "../../image/encode-png.ts";
import { labelsToJson } from "../../label/labels.ts";
import { type EncodedFile, sampleName } from "./encoded-file.ts";
import { classPicture } from "./folder.ts";
import type { LabelledPicture } from "./labelled-picture.ts";
import { runLengths, runText } from "./run-lengths.ts";
import { encodeTiff } from "./tiff.ts";

/**
 * Members of one WebDataset sample, for `tarMembers`: `00000042.png` (16 bits, or `00000042.tiff` of 32-bit floats), `00000042.cls.png` (class
 * values) and `00000042.json` with subject, split, window, landmarks and, per structure, its whole mask as COCO run lengths.
 */
export async function webDatasetFiles(
  { id, subject, split, radiograph, labels }: LabelledPicture,
  options: { readonly images?: "png" | "tiff"; readonly deflate?: Deflate } = {},
): Promise<EncodedFile[]> {
  const { widthPx, heightPx, pixels, values, window } = radiograph;
  const key = sampleName(id);
  const isFloat = options.images === "tiff";
  const png = options.deflate ? { deflate: options.deflate } : {};
  const { structures, distractors, field, ...rest } = labelsToJson(labels);
  const coco = (mask: Uint8Array) => ({
    size: [heightPx, widthPx],
    counts: runText(runLengths(mask, widthPx, heightPx).counts),
  });
  const record = {
    id,
    subject,
    split,
    ...(isFloat ? {} : { window: { black: window.black, white: window.white } }),
    ...rest,
    structures: structures.map((structure, index) => ({
      ...structure,
      mask: coco(labels.structures[index].mask),
    })),
    ...(distractors && labels.distractors
      ? {
          distractors: labels.distractors.map(({ mask }, index) => ({
            ...distractors[index],
            mask: coco(mask),
          })),
        }
      : {}),
    ...(field && labels.field ? { field: { ...field, mask: coco(labels.field.mask) } } : {}),
  };
  return [
    isFloat
      ? { path: `${key}.tiff`, bytes: encodeTiff({ widthPx, heightPx, pixels: values }) }
      : { path: `${key}.png`, bytes: await encodePng({ widthPx, heightPx, channels: 1, pixels }, png) },
    { path: `${key}.cls.png`, bytes: await encodePng(classPicture(labels), png) },
    { path: `${key}.json`, bytes: new TextEncoder().encode(`${JSON.stringify(record)}\n`) },
  ];
}
