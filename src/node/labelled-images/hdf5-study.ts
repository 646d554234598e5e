import { pointInside } from "../../augmentation/labelled-image.ts";
import { readControlledStudy } from "../../dataset/formats/controlled-study.ts";
import { openHdf5At } from "../../dataset/formats/hdf5-file.ts";
import { InputError } from "../../error/input-error.ts";
import type { ImageSource } from "./labelled-images.ts";

/** Class values 1 to 6 of the controlled hip study (Gao et al. 2023); files of the layout hold no names. */
export const HIP_STRUCTURES: readonly string[] = [
  "hip_left",
  "hip_right",
  "vertebrae",
  "upper_sacrum",
  "femur_left",
  "femur_right",
];

/**
 * A file in the layout of the controlled study, ours or as published, one picture at a time.
 *
 * @throws InputError those of `readControlledStudy`, and `study-part` where pictures or segmentations are in another file
 */
export async function openStudyFile(
  path: string,
  structures: readonly string[] = HIP_STRUCTURES,
): Promise<ImageSource> {
  const library = (await import("h5wasm/node")).default;
  const file = await openHdf5At({ library: library as never, path }, path);
  try {
    const study = readControlledStudy(file);
    const { specimens } = study;
    const missing = specimens.flatMap((specimen) =>
      ["projs", "segs"]
        .filter((part) => !file.has(`${specimen}/${part}`))
        .map((part) => `${specimen}/${part}`),
    );
    if (missing.length > 0)
      throw new InputError("study-part", `${path} holds no ${missing[0]}`, {
        remedy: "pictures and segmentations must be in one file: copy the missing group into it",
      });
    const places = specimens.flatMap((specimen) =>
      Array.from({ length: study.countOf(specimen) }, (_, n) => ({ specimen, n })),
    );
    const landmarks = file.has("land-names/num-lands") ? study.landmarkNames() : [];
    const pixelPitchMm = file.has("proj-params/pixel-col-spacing")
      ? Math.sqrt(study.parameters().pixelPitchMm[0] * study.parameters().pixelPitchMm[1])
      : undefined;
    return {
      name: path,
      kind: "hdf5-study",
      structures,
      landmarks,
      unions: {},
      targets: "classes",
      count: places.length,
      id: (index) => `${places[index].specimen}/${places[index].n}`,
      split: () => undefined,
      subject: (index) => places[index].specimen,
      patient: (index) => places[index].specimen,
      async readSource(index) {
        const { specimen, n } = places[index];
        const size = study.sizeOf(specimen);
        const classes = study.classes(specimen, n);
        const pixels = study.values(specimen, n);
        if (classes.length !== pixels.length)
          throw new InputError("labels-size", `${path}: projs and segs of ${specimen} differ in size`);
        const largest = classes.reduce((most, value) => Math.max(most, value), 0);
        if (largest > structures.length)
          throw new InputError(
            "labels-value",
            `${path}: picture ${n} of ${specimen} has the class ${largest}, there are ${structures.length} structures`,
          );
        const points =
          landmarks.length > 0 && file.has(`${specimen}/lands`) ? study.landmarks(specimen, n) : [];
        return {
          pixels,
          labels: {
            ...size,
            classes,
            landmarks: landmarks.map((_, landmark) => {
              const point = points[landmark];
              return point ? pointInside({ x: point[0], y: point[1] }, size) : "unknown";
            }),
            ...(pixelPitchMm === undefined ? {} : { pixelPitchMm }),
          },
        };
      },
      close: async () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
