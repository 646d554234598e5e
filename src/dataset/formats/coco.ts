import { InputError } from "../../error/input-error.ts";
import { type InstrumentLabel, instrumentJson } from "../../label/labels.ts";
import type { LandmarkLabel } from "../../label/locate-landmarks.ts";
import type { LabelledPicture } from "./labelled-picture.ts";
import { areaOfRuns, runLengths, runText } from "./run-lengths.ts";

/** What one sample adds to a COCO data set: one line of a part file. */
export interface CocoPart {
  readonly image: CocoImage;
  readonly annotations: readonly CocoAnnotation[];
}

export interface CocoImage {
  readonly id: number;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
  readonly subject: string;
  readonly split: string;
}

export interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly iscrowd: 0;
  readonly area: number;
  readonly bbox: readonly [x: number, y: number, width: number, height: number];
  readonly segmentation: { readonly size: readonly [height: number, width: number]; readonly counts: string };
  readonly keypoints?: readonly number[];
  readonly num_keypoints?: number;
  /** Of an instrument, beyond COCO: its pose, and [u, v] along its centre line from base to tip (null behind the source). */
  readonly lps_from_tool?: readonly (readonly number[])[];
  readonly centre_line?: readonly (readonly number[] | null)[];
}

export interface CocoCategory {
  readonly id: number;
  readonly name: string;
  readonly supercategory: string;
  readonly keypoints?: readonly string[];
  readonly skeleton?: readonly never[];
}

const [NOT_IN_IMAGE, HIDDEN, VISIBLE] = [0, 1, 2];

/** Which structures and landmarks are an instrument's: its whole mask carries its keypoints. */
export type CocoInstrument = Pick<InstrumentLabel, "structures" | "keypoints">;

/**
 * Category k + 1 is structure k; that of an instrument carries its keypoints. Where there are other landmarks, one more category,
 * `patient`, carries them.
 */
export function cocoCategories(
  structures: readonly string[],
  landmarks: readonly string[],
  instruments: readonly CocoInstrument[] = [],
): CocoCategory[] {
  const categories: CocoCategory[] = structures.map((name, index) => {
    const owner = instruments.find((tool) => tool.structures.includes(name));
    const category = { id: index + 1, name, supercategory: owner ? "instrument" : "anatomy" };
    return owner?.structures[0] === name
      ? { ...category, keypoints: owner.keypoints.map((point) => point.name), skeleton: [] }
      : category;
  });
  const own = new Set(instruments.flatMap(({ keypoints }) => keypoints.map(({ landmark }) => landmark)));
  const ofPatient = landmarks.filter((name) => !own.has(name));
  if (ofPatient.length > 0)
    categories.push({
      id: structures.length + 1,
      name: "patient",
      supercategory: "patient",
      keypoints: ofPatient,
      skeleton: [],
    });
  return categories;
}

/**
 * The image and the annotations of one sample. Masks are whole (they overlap); a structure without a pixel gets no annotation.
 * Ids depend on the sample alone: image `id`, annotation `id · categories + category`.
 *
 * Keypoints are pixel indices, (0, 0) the centre of the first pixel; boxes reach from edge to edge. The `patient`'s mask is the
 * union of the anatomical structures, or, where none is in view, the pixels of its visible landmarks. A keypoint of an instrument that lies
 * behind another instrument has the visibility 1.
 */
export function cocoPart(
  { id, subject, split, radiograph, labels }: LabelledPicture,
  fileName: string,
): CocoPart {
  const { widthPx: width, heightPx: height } = radiograph;
  const { structures, instruments = [] } = labels;
  const own = new Set(instruments.flatMap(({ keypoints }) => keypoints.map((point) => point.landmark)));
  const landmarks = labels.landmarks.filter(({ name }) => !own.has(name));
  const categories = structures.length + (landmarks.length > 0 ? 1 : 0);
  const annotations: CocoAnnotation[] = [];
  const annotate = (category: number, mask: Uint8Array): CocoAnnotation | undefined => {
    const runs = runLengths(mask, width, height);
    const area = areaOfRuns(runs);
    if (area === 0) return undefined;
    return {
      id: id * categories + category,
      image_id: id,
      category_id: category,
      iscrowd: 0,
      area,
      bbox: boxOf(mask, width),
      segmentation: { size: [height, width], counts: runText(runs.counts) },
    };
  };
  const ofTools = new Set(instruments.flatMap((tool) => tool.structures));
  for (const [index, { name, mask }] of structures.entries()) {
    const annotation = annotate(index + 1, mask);
    if (!annotation) continue;
    const tool = instruments.find((candidate) => candidate.structures[0] === name);
    annotations.push(tool ? { ...annotation, ...instrumentAnnotation(tool, labels.landmarks) } : annotation);
  }
  if (landmarks.length > 0) {
    const patient = {
      structures: structures.filter(({ name }) => !ofTools.has(name)),
      landmarks,
    };
    const annotation = annotate(categories, patientMask(patient, width, height));
    const visible = landmarks.filter(({ status }) => status === "visible").length;
    if (annotation)
      annotations.push({ ...annotation, num_keypoints: visible, keypoints: landmarks.flatMap(keypoint) });
  }
  return { image: { id, file_name: fileName, width, height, subject, split }, annotations };
}

function keypoint({ status, pixel, hiddenBy = [] }: LandmarkLabel): [number, number, number] {
  if (status !== "visible") return [0, 0, NOT_IN_IMAGE];
  return [
    Math.round(pixel[0] * 1e4) / 1e4,
    Math.round(pixel[1] * 1e4) / 1e4,
    hiddenBy.length > 0 ? HIDDEN : VISIBLE,
  ];
}

/** Keypoints of a tool, and beyond COCO its pose and its centre line. */
function instrumentAnnotation(
  tool: InstrumentLabel,
  landmarks: readonly LandmarkLabel[],
): Pick<CocoAnnotation, "keypoints" | "num_keypoints" | "lps_from_tool" | "centre_line"> {
  const points = tool.keypoints.flatMap(({ landmark }) => landmarks.filter(({ name }) => name === landmark));
  const { lpsFromTool, centreLine } = instrumentJson(tool);
  return {
    keypoints: points.flatMap(keypoint),
    num_keypoints: points.filter(({ status }) => status === "visible").length,
    ...(lpsFromTool && centreLine ? { lps_from_tool: lpsFromTool, centre_line: centreLine.pixels } : {}),
  };
}

function patientMask(
  labels: Pick<LabelledPicture["labels"], "structures" | "landmarks">,
  widthPx: number,
  heightPx: number,
): Uint8Array {
  const union = new Uint8Array(widthPx * heightPx);
  for (const { mask, box } of labels.structures)
    if (box)
      for (let v = box.y; v < box.y + box.h; v++)
        for (let n = v * widthPx + box.x, end = n + box.w; n < end; n++) union[n] |= mask[n];
  if (labels.structures.some(({ areaPx }) => areaPx > 0)) return union;
  for (const { status, pixel } of labels.landmarks)
    if (status === "visible") union[Math.round(pixel[1]) * widthPx + Math.round(pixel[0])] = 1;
  return union;
}

function boxOf(mask: Uint8Array, widthPx: number): [number, number, number, number] {
  let [left, right, top, bottom] = [widthPx, -1, -1, -1];
  for (let from = 0, v = 0; from < mask.length; from += widthPx, v++) {
    const row = mask.subarray(from, from + widthPx);
    let first = 0;
    while (first < widthPx && row[first] === 0) first++;
    if (first === widthPx) continue;
    let last = widthPx - 1;
    while (row[last] === 0) last--;
    [left, right] = [Math.min(left, first), Math.max(right, last)];
    if (top < 0) top = v;
    bottom = v;
  }
  return [left, top, right - left + 1, bottom - top + 1];
}

/** The line of a part file. */
export const cocoPartLine = (part: CocoPart): string => `${JSON.stringify(part)}\n`;

/**
 * `instances.json` from lines of part files in ascending order of image ids, a piece of text at a time: what it keeps in
 * memory does not grow with the data set.
 *
 * @param options.lines called twice, since COCO lists all images before all annotations
 * @throws InputError `coco-part-damaged` with the line's number, `coco-order` where ids do not ascend (a sample given twice)
 */
export async function* mergeCoco(options: {
  readonly description: string;
  readonly categories: readonly CocoCategory[];
  readonly lines: () => AsyncIterable<string> | Iterable<string>;
}): AsyncGenerator<string> {
  const { description, categories, lines } = options;
  yield `{"info":${JSON.stringify({ description })},\n"licenses":[],\n"categories":${JSON.stringify(categories)},\n"images":[`;
  let separator = "\n";
  let lastId = -1;
  for await (const { image } of parts(lines())) {
    if (!(image.id > lastId))
      throw new InputError("coco-order", `image ${image.id} follows image ${lastId} in the part files`, {
        remedy: "give the part files in the order of their samples, each sample once",
      });
    lastId = image.id;
    yield `${separator}${JSON.stringify(image)}`;
    separator = ",\n";
  }
  yield `\n],\n"annotations":[`;
  separator = "\n";
  for await (const { annotations } of parts(lines()))
    for (const annotation of annotations) {
      yield `${separator}${JSON.stringify(annotation)}`;
      separator = ",\n";
    }
  yield "\n]}\n";
}

async function* parts(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<CocoPart> {
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    let part: Partial<CocoPart> | null = null;
    try {
      part = JSON.parse(line) as Partial<CocoPart> | null;
    } catch {}
    if (!Number.isInteger(part?.image?.id) || !Array.isArray(part?.annotations))
      throw new InputError("coco-part-damaged", `line ${number} of the COCO parts is not one sample`, {
        remedy: "generate this shard again",
      });
    yield part as CocoPart;
  }
}
