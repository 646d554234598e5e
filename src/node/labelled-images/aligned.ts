import { UNKNOWN_CLASS } from "../../augmentation/labelled-image.ts";
import { namesHere } from "../../error/closest-names.ts";
import { InputError } from "../../error/input-error.ts";
import type {
  ImageSource,
  LabelledImages,
  OpenOptions,
  ReadLabels,
  SourceLabels,
} from "./labelled-images.ts";

const MOST_CLASSES = 254;

/**
 * A collection with the structures and landmarks of a task, by their names and in its order. What is not wanted becomes background.
 *
 * @throws InputError `labels-missing` where a name is not there, `labels-overlap` where classes are to become masks, `labels-too-many`; by
 *   `read`, `picture-not-finite`
 */
export function aligned(source: ImageSource, options: OpenOptions): LabelledImages {
  const { name, unions, readDensities } = source;
  const structures = options.structures ?? source.structures;
  const landmarks = options.landmarks ?? source.landmarks;
  const targets = options.targets ?? source.targets;
  if (structures.length > MOST_CLASSES && targets === "classes")
    throw new InputError(
      "labels-too-many",
      `${name} has ${structures.length} structures, classes of a network end at ${MOST_CLASSES}`,
      { remedy: "name the structures that are wanted" },
    );
  const missingStructures = structures.filter((structure) => !source.structures.includes(structure));
  const missingLandmarks = landmarks.filter((landmark) => !source.landmarks.includes(landmark));
  if (options.missing !== "unknown") {
    refuseMissing(source, "structure", missingStructures, source.structures);
    refuseMissing(source, "landmark", missingLandmarks, source.landmarks);
  }
  if (targets === "masks" && source.targets === "classes")
    throw new InputError(
      "labels-overlap",
      `${name} has one class a pixel, and whole masks are asked for: what lies behind another structure is not in it`,
      { remedy: "train classes, or generate the data set with the output folder-masks" },
    );
  const structurePlaces = structures.map((structure) => source.structures.indexOf(structure));
  const landmarkPlaces = landmarks.map((landmark) => source.landmarks.indexOf(landmark));
  const convert = labelConversion({ structurePlaces, from: source.targets, to: targets });
  const labelsOf = (index: number, labels: SourceLabels): ReadLabels => ({
    id: source.id(index),
    subject: source.subject(index),
    widthPx: labels.widthPx,
    heightPx: labels.heightPx,
    ...convert(labels),
    landmarks: landmarkPlaces.map((place) => {
      const point = labels.landmarks[place];
      return point === "unknown" ? undefined : point;
    }),
    annotatedLandmarks: landmarkPlaces.map((place) => place >= 0 && labels.landmarks[place] !== "unknown"),
    ...(labels.pixelPitchMm === undefined ? {} : { pixelPitchMm: labels.pixelPitchMm }),
  });
  return {
    ...source,
    structures,
    landmarks,
    targets,
    missingStructures,
    unions,
    async read(index) {
      const { pixels, labels } = await source.readSource(index);
      checkFinite(pixels, labels.widthPx, `${name}: picture ${source.id(index)}`);
      return { ...labelsOf(index, labels), pixels };
    },
    ...(readDensities
      ? {
          async readAreaDensity(index: number, sizePx?: number) {
            const { sample, record, labels } = await readDensities(index, sizePx);
            return { sample, record, labels: labelsOf(index, labels) };
          },
        }
      : {}),
  };
}

function refuseMissing(
  { name }: ImageSource,
  what: string,
  missing: readonly string[],
  here: readonly string[],
): void {
  if (missing.length === 0) return;
  throw new InputError(
    "labels-missing",
    `${name} has no ${what} ${missing.map((each) => `"${each}"`).join(", ")}`,
    { remedy: here.length > 0 ? `${what}s here: ${namesHere(missing[0], here)}` : `it has no ${what}s` },
  );
}

/** Class values or masks of a collection as those of the task. */
function labelConversion(options: {
  structurePlaces: readonly number[];
  from: "classes" | "masks";
  to: "classes" | "masks";
}): (labels: SourceLabels) => { classes?: Uint8Array; masks?: Uint8Array[] } {
  const { structurePlaces, from, to } = options;
  if (from === "classes") return classTable(structurePlaces);
  const masksOf = ({ masks = [], widthPx, heightPx }: SourceLabels): Uint8Array[] =>
    structurePlaces.map((place) => masks[place] ?? new Uint8Array(widthPx * heightPx).fill(UNKNOWN_CLASS));
  return to === "masks"
    ? (labels) => ({ masks: masksOf(labels) })
    : (labels) => ({ classes: firstOf(masksOf(labels), labels.widthPx * labels.heightPx) });
}

function classTable(places: readonly number[]): (labels: SourceLabels) => { classes?: Uint8Array } {
  const table = new Uint8Array(65_536);
  for (const [index, place] of places.entries()) if (place >= 0) table[place + 1] = index + 1;
  return ({ classes, unknownClass }) => {
    if (!classes) return {};
    const result = new Uint8Array(classes.length);
    for (let n = 0; n < result.length; n++)
      result[n] = classes[n] === unknownClass ? UNKNOWN_CLASS : table[classes[n]];
    return { classes: result };
  };
}

/** Of overlapping masks the first counts; a pixel that a mask before it does not know is not known. */
function firstOf(masks: readonly Uint8Array[], count: number): Uint8Array {
  const classes = new Uint8Array(count);
  for (let index = masks.length - 1; index >= 0; index--)
    for (let n = 0; n < count; n++) {
      if (masks[index][n] === 1) classes[n] = index + 1;
      else if (masks[index][n] === UNKNOWN_CLASS) classes[n] = UNKNOWN_CLASS;
    }
  return classes;
}

function checkFinite(pixels: Float32Array, widthPx: number, name: string): void {
  for (let n = 0; n < pixels.length; n++) {
    if (Number.isFinite(pixels[n])) continue;
    throw new InputError(
      "picture-not-finite",
      `${name} has ${pixels[n]} at column ${n % widthPx}, row ${Math.floor(n / widthPx)}`,
      { remedy: "mend or remove this picture; a network can neither learn from it nor look at it" },
    );
  }
}
