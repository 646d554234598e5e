import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pointInside } from "../../augmentation/labelled-image.ts";
import { readHipLandmarks } from "../../dataset/formats/published-files.ts";
import { InputError } from "../../error/input-error.ts";
import { HIP_STRUCTURES } from "./hdf5-study.ts";
import type { ImageSource } from "./labelled-images.ts";
import { bytesOfFile, readPng } from "./read-file.ts";
import { readPicture } from "./read-picture.ts";

/** Landmarks of the published hip files, in the order of their numbers; the files hold no names. */
export const HIP_LANDMARKS: readonly string[] = ["FH", "GSN", "IOF", "MOF", "SPS", "IPS", "ASIS"].flatMap(
  (name) => [`${name}-l`, `${name}-r`],
);

const PICTURE = /^(.+)\.tiff?$/;

/**
 * The hip layout: `proj/00000.tiff`, `seg/00000.png`, `lands/00000.h5`.
 *
 * @throws InputError `images-none`, `labels-file-missing`; by reading `labels-size`, `labels-value`, `study-shape`
 */
export async function openHipFiles(
  folder: string,
  names: { readonly structures?: readonly string[]; readonly landmarks?: readonly string[] } = {},
): Promise<ImageSource> {
  const { structures = HIP_STRUCTURES, landmarks = HIP_LANDMARKS } = names;
  const files = (await readdir(join(folder, "proj"))).filter((name) => PICTURE.test(name)).toSorted();
  const segmentations = new Set(await readdir(join(folder, "seg")).catch(() => []));
  const places = new Set(await readdir(join(folder, "lands")).catch(() => []));
  if (files.length === 0) throw new InputError("images-none", `${join(folder, "proj")} holds no TIFF`);
  const ids = files.map((name) => name.replace(PICTURE, "$1"));
  const missing = ids.find((id) => !segmentations.has(`${id}.png`));
  if (missing !== undefined)
    throw new InputError("labels-file-missing", `${join(folder, "seg", `${missing}.png`)} is not there`, {
      remedy: "add it, or remove the picture of this number",
    });
  return {
    name: folder,
    kind: "hip-files",
    structures,
    landmarks: places.size > 0 ? landmarks : [],
    unions: {},
    targets: "classes",
    count: ids.length,
    id: (n) => ids[n],
    split: () => undefined,
    subject: () => folder,
    patient: (n) => ids[n],
    async readSource(n) {
      const id = ids[n];
      const [picture] = await readPicture(join(folder, "proj", files[n]));
      const label = await readPng(folder, `seg/${id}.png`);
      const { widthPx, heightPx } = picture;
      const name = join(folder, "seg", `${id}.png`);
      if (label.widthPx !== widthPx || label.heightPx !== heightPx || label.channels !== 1)
        throw new InputError(
          "labels-size",
          `${name} is ${label.widthPx} × ${label.heightPx} pixels, its picture ${widthPx} × ${heightPx}`,
        );
      const classes = Uint8Array.from(label.pixels);
      const largest = classes.reduce((most, value) => Math.max(most, value), 0);
      if (largest > structures.length)
        throw new InputError(
          "labels-value",
          `${name} has the class ${largest}, there are ${structures.length} structures`,
        );
      const points = places.has(`${id}.h5`)
        ? await readHipLandmarks(
            await bytesOfFile(folder, `lands/${id}.h5`),
            join(folder, "lands", `${id}.h5`),
          )
        : [];
      if (points.length > 0 && points.length !== landmarks.length)
        throw new InputError(
          "study-shape",
          `${join(folder, "lands", `${id}.h5`)} has ${points.length} landmarks, not ${landmarks.length}`,
        );
      return {
        pixels: picture.values,
        labels: {
          widthPx,
          heightPx,
          classes,
          landmarks: (places.size > 0 ? landmarks : []).map((_, landmark) => {
            const point = points[landmark];
            return point ? pointInside({ x: point[0], y: point[1] }, { widthPx, heightPx }) : "unknown";
          }),
        },
      };
    },
    close: async () => undefined,
  };
}
