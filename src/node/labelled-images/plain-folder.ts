import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { UNKNOWN_CLASS } from "../../augmentation/labelled-image.ts";
import { InputError } from "../../error/input-error.ts";
import type { Picture } from "../../image/picture.ts";
import { csvColumn } from "./csv-column.ts";
import {
  checkLabelDescription,
  conventionalDescription,
  knownDescription,
  type LabelDescription,
  type MaskFile,
  structuresOf,
} from "./label-description.ts";
import type { ImageSource, SourceLabels } from "./labelled-images.ts";
import { type PictureLandmarks, readLandmarkPlaces } from "./landmark-file.ts";
import { readPng } from "./read-file.ts";
import { readPicture } from "./read-picture.ts";

const LABELS = "labels.json";
const PICTURE = /\.(png|jpe?g|tiff?|dcm|dicom)$/i;
const EXTENSION = /\.[^.]+$/;

interface PictureFile {
  /** Path inside the folder. */
  readonly path: string;
  /** The same without its ending: NAME. */
  readonly stem: string;
}

/**
 * A folder of pictures with label pictures beside them, described by its labels.json, by the names of a known collection, or by the general
 * convention (NAME.png and NAME_lung.png).
 *
 * @throws InputError `images-none`, `labels-unnamed`, `labels-description`, `labels-file-missing`, `landmark-file`, `csv-column`; by reading
 *   `labels-size`, `labels-value`, `labels-picture`
 */
export async function openPlainFolder(
  folder: string,
  options: { readonly labels?: unknown; readonly labelled?: boolean } = {},
): Promise<ImageSource> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && PICTURE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "/").length))
    .filter((path) => !path.split(/[/\\]/).some((part) => part.startsWith(".")))
    .toSorted();
  const all = paths.map((path): PictureFile => ({ path, stem: path.replace(EXTENSION, "") }));
  const description = await descriptionOf(folder, all, options.labels);
  const suffixes = [...description.masks.map(({ suffix }) => suffix), ...description.beside];
  const stems = new Set(all.map(({ stem }) => stem));
  // A label file is one whose picture is there: v7_000_lung beside v7_000.
  const isBeside = ({ stem }: PictureFile): boolean =>
    suffixes.some((suffix) => stem.endsWith(suffix) && stems.has(stem.slice(0, -suffix.length)));
  const pictures = all.filter((file) => !isBeside(file));
  if (pictures.length === 0)
    throw new InputError("images-none", `${folder} holds no PNG, JPEG, TIFF or DICOM picture`, {
      remedy: "give a data set of synthex generate, or a folder of pictures with masks",
    });
  if (options.labelled !== false) requireLabels(folder, description, pictures, stems);
  const structures = structuresOf(description);
  const landmarks = await landmarksOf(folder, description);
  const landmarkNames = [
    ...new Set([...landmarks.values()].flatMap((places) => [...places.keys()])),
  ].toSorted();
  const subjectOf = await subjects(folder, description);
  const isClasses = description.masks.some(({ kind }) => kind === "classes");

  return {
    name: folder,
    kind: "plain-folder",
    structures,
    landmarks: landmarkNames,
    unions: description.unions,
    targets: isClasses ? "classes" : "masks",
    count: pictures.length,
    id: (n) => pictures[n].stem,
    split: () => undefined,
    subject: (n) => subjectOf(pictures[n].stem),
    patient: (n) => subjectOf(pictures[n].stem),
    async readSource(n) {
      const { path, stem } = pictures[n];
      const [picture] = await readPicture(join(folder, path));
      const { widthPx, heightPx, values: pixels } = picture;
      const masks: Uint8Array[] = [];
      let classes: Uint8Array | undefined;
      for (const mask of description.masks) {
        const labelPath = `${stem}${mask.suffix}.png`;
        if (!stems.has(`${stem}${mask.suffix}`)) continue;
        const values = valuesOf(await readPng(folder, labelPath), join(folder, labelPath), picture);
        if (mask.kind === "classes") classes = classesOf(values, mask, structures, join(folder, labelPath));
        else addMasks(masks, values, mask, structures, join(folder, labelPath));
      }
      const places = landmarks.get(stem) ?? landmarks.get(basename(stem));
      const pixelPitchMm = picture.pixelPitchMm ?? description.pixelPitchMm;
      const labels: SourceLabels = {
        widthPx,
        heightPx,
        ...(classes ? { classes, unknownClass: UNKNOWN_CLASS } : {}),
        ...(isClasses ? {} : { masks }),
        landmarks: landmarkNames.map((landmark) =>
          places?.has(landmark) ? places.get(landmark) : "unknown",
        ),
        ...(pixelPitchMm === undefined ? {} : { pixelPitchMm }),
      };
      return { pixels, labels };
    },
    close: async () => undefined,
  };
}

async function descriptionOf(
  folder: string,
  all: readonly PictureFile[],
  given: unknown,
): Promise<LabelDescription> {
  if (given !== undefined) return checkLabelDescription(given, "the description of labels");
  const path = join(folder, LABELS);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text !== undefined) {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (cause) {
      throw new InputError("labels-description", `${path} is not JSON`, { cause });
    }
    return checkLabelDescription(content, path);
  }
  return (
    knownDescription(all.map(({ path: file }) => basename(file))) ??
    conventionalDescription(
      all.map(({ stem }) => stem),
      folder,
    ) ??
    checkLabelDescription({}, folder)
  );
}

function requireLabels(
  folder: string,
  { masks }: LabelDescription,
  pictures: readonly PictureFile[],
  stems: ReadonlySet<string>,
): void {
  for (const { suffix } of masks) {
    const missing = pictures.filter(({ stem }) => !stems.has(`${stem}${suffix}`));
    if (missing.length === 0) continue;
    const others =
      missing.length === 1
        ? ""
        : ` (nor the labels of ${missing.length - 1} other pictures of ${pictures.length})`;
    throw new InputError(
      "labels-file-missing",
      `${join(folder, `${missing[0].stem}${suffix}.png`)} is not there${others}`,
      { remedy: "add it, or take the picture out of the folder" },
    );
  }
}

/** Values of a label picture, which must be grey and as large as its picture. */
function valuesOf(
  label: Picture,
  name: string,
  picture: { readonly widthPx: number; readonly heightPx: number },
): ArrayLike<number> {
  if (label.widthPx !== picture.widthPx || label.heightPx !== picture.heightPx)
    throw new InputError(
      "labels-size",
      `${name} is ${label.widthPx} × ${label.heightPx} pixels, its picture ${picture.widthPx} × ${picture.heightPx}`,
      { remedy: "labels must lie on the pixels of their picture: export them again" },
    );
  if (label.channels === 1) return label.pixels;
  const { channels, pixels } = label;
  const count = pixels.length / channels;
  const grey = new Uint16Array(count);
  for (let n = 0; n < count; n++) {
    const at = n * channels;
    if (pixels[at] !== pixels[at + 1] || pixels[at] !== pixels[at + 2])
      throw new InputError("labels-picture", `${name} has colours where numbers of classes are expected`, {
        remedy: "save it as a grey PNG",
      });
    grey[n] = pixels[at];
  }
  return grey;
}

function classesOf(
  values: ArrayLike<number>,
  { values: names, ignore }: Extract<MaskFile, { kind: "classes" }>,
  structures: readonly string[],
  name: string,
): Uint8Array {
  const table = new Int16Array(65_536).fill(-1);
  table[0] = 0;
  for (const [key, structure] of Object.entries(names))
    table[Number(key)] = structures.indexOf(structure) + 1;
  for (const value of ignore) table[value] = UNKNOWN_CLASS;
  const classes = new Uint8Array(values.length);
  for (let n = 0; n < values.length; n++) {
    const known = table[values[n]];
    if (known < 0) throw unnamedValue(name, values[n]);
    classes[n] = known;
  }
  return classes;
}

const unnamedValue = (name: string, value: number): InputError =>
  new InputError("labels-value", `${name} has the value ${value}, and nothing says what it is`, {
    remedy: "name it in labels.json, or list it under ignore",
  });

/** Adds what one file says to the masks, which are made when they are first met. */
function addMasks(
  masks: Uint8Array[],
  values: ArrayLike<number>,
  mask: Exclude<MaskFile, { kind: "classes" }>,
  structures: readonly string[],
  name: string,
): void {
  const bits: [number, string][] =
    mask.kind === "mask"
      ? [[0xffff, mask.structure]]
      : Object.entries(mask.values).map(([bit, structure]) => [Number(bit), structure]);
  const all = bits.reduce((sum, [bit]) => sum | bit, 0);
  for (const [bit, structure] of bits) {
    const place = structures.indexOf(structure);
    masks[place] ??= new Uint8Array(values.length);
    const target = masks[place];
    for (let n = 0; n < values.length; n++) {
      if (mask.ignore.includes(values[n])) target[n] = UNKNOWN_CLASS;
      else if (values[n] & ~all) throw unnamedValue(name, values[n]);
      else if (values[n] & bit && target[n] !== UNKNOWN_CLASS) target[n] = 1;
    }
  }
}

async function landmarksOf(
  folder: string,
  { landmarks }: LabelDescription,
): Promise<ReadonlyMap<string, PictureLandmarks>> {
  const path = join(folder, landmarks ?? "landmarks.json");
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (landmarks === undefined && cause.code === "ENOENT") return undefined;
    throw new InputError("landmark-file", `cannot read ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  return text === undefined ? new Map() : readLandmarkPlaces(text, path);
}

/** The subject of a picture; its own name where nobody says. */
async function subjects(
  folder: string,
  { subjects: given }: LabelDescription,
): Promise<(stem: string) => string> {
  if (!given) return (stem) => stem;
  if ("pattern" in given) {
    const pattern = new RegExp(given.pattern);
    return (stem) => pattern.exec(basename(stem))?.[1] ?? stem;
  }
  const path = join(folder, given.table);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new InputError("file-missing", `cannot read ${path}: ${cause.code ?? cause.message}`, { cause });
  });
  const column = csvColumn(text, given.column, path);
  return (stem) => column.get(stem) || column.get(basename(stem)) || stem;
}
