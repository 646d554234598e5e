import { basename, dirname, join, resolve } from "node:path";
import { confidence, isActivated, type LandmarkRule, ruleOfModel } from "../evaluation/landmark-rule.ts";
import { csvOf } from "../evaluation/tables/table.ts";
import { InputError } from "../error/input-error.ts";
import { windowed } from "../image/display-window.ts";
import { encodePng } from "../image/encode-png.ts";
import { overlay } from "../image/overlay.ts";
import { deflateData } from "../node/deflate.ts";
import { pictureFiles, readPicture } from "../node/labelled-images/read-picture.ts";
import { makeOutputFolder } from "../node/make-output-folder.ts";
import { onnxRuntime } from "../node/onnx-runtime.ts";
import { openModel } from "../node/prediction/open-model.ts";
import { writeAtomically } from "../node/write-atomically.ts";
import { type Model, predict, type PicturePrediction } from "../prediction/predict.ts";
import { printJson } from "./failure.ts";
import { progressLine } from "./progress.ts";

export interface PredictOptions {
  readonly model: readonly string[];
  readonly out: string;
  readonly provider: "auto" | "cpu" | "cuda" | "webgpu";
  /** Correlation from which landmarks count; default that of the model. */
  readonly landmarkThreshold?: number;
  readonly json?: boolean;
}

/** Less sure than this of what it found, a model is likely looking at something it was not trained for, unless its file says another number. */
const UNSURE = 0.75;
const OVERLAY_PX = 640;

/** Masks, landmarks and overlays of pictures; ends with 2 where some could not be read. */
export async function predictCommand(images: readonly string[], options: PredictOptions): Promise<void> {
  const files = await pictureFiles(images);
  if (files.length === 0)
    throw new InputError("predict-nothing", `there is no picture in ${images.join(", ")}`, {
      remedy: "give PNG, JPEG, TIFF or DICOM files, or folders with them",
    });
  const runtime = await onnxRuntime({ provider: options.provider });
  const models = await Promise.all(options.model.map((name) => openModel(name, runtime)));
  await makeOutputFolder(options.out);
  const rule: LandmarkRule =
    options.landmarkThreshold === undefined
      ? ruleOfModel(models[0].metadata)
      : { kind: "correlation", threshold: options.landmarkThreshold };
  const line = progressLine();
  const told = [];
  const used = new Map<string, number>();
  const unreadable: { file: string; message: string }[] = [];
  for (const [done, file] of files.entries()) {
    const pictures = await readPicture(file).catch((error: unknown) => {
      // One damaged file is no reason to leave all others out; a single one that was asked for is.
      if (!(error instanceof InputError) || files.length === 1) throw error;
      unreadable.push({ file, message: error.message });
      return [];
    });
    for (const read of pictures) {
      const { widthPx, heightPx, values } = read;
      const pixels = read.polarity === "bone-dark" ? values.map((value) => -value) : values;
      const prediction = await predict(models, { name: read.name, widthPx, heightPx, pixels });
      const name = uniqueName(basename(read.name).replace(/\.[^.]+$/, ""), dirname(file), used);
      told.push(
        await written(name, file, models[0], rule, { widthPx, heightPx, pixels }, prediction, options.out),
      );
    }
    line.update(() => `${done + 1}/${files.length} pictures`);
  }
  line.end();
  for (const { message } of unreadable) process.stderr.write(`synthex: ${message}; passed over\n`);
  if (unreadable.length > 0) process.exitCode = 2;
  const { metadata } = models[0];
  await writeAtomically(
    join(options.out, "predictions.json"),
    `${JSON.stringify({ model: metadata.name, structures: metadata.structures, pictures: told, unreadable }, undefined, 2)}\n`,
  );
  await writeAtomically(
    join(options.out, "landmarks.csv"),
    csvOf({
      columns: ["picture", "landmark", "x", "y", "correlation", "peak", "counts"],
      rows: told.flatMap(({ picture, landmarks }) =>
        landmarks.map(({ name, x, y, correlation, peak, counts }) => [
          picture,
          name,
          x,
          y,
          correlation,
          peak,
          counts ? 1 : 0,
        ]),
      ),
    }),
  );
  if (options.json) {
    printJson({ out: resolve(options.out), model: metadata.name, pictures: told, unreadable });
    return;
  }
  for (const { picture, found, confidence: sure, warning } of told)
    console.log(
      `${picture}: ${found.join(", ") || "nothing found"} (confidence ${sure.toFixed(2)})${warning ? `; ${warning}` : ""}`,
    );
  console.log(
    `${told.length} pictures in ${options.out}: NAME-overlay.png, NAME-mask.png, predictions.json, landmarks.csv`,
  );
}

async function written(
  name: string,
  file: string,
  { metadata }: Model,
  rule: LandmarkRule,
  picture: { widthPx: number; heightPx: number; pixels: Float32Array },
  prediction: PicturePrediction,
  out: string,
) {
  const { widthPx, heightPx } = picture;
  const { structures } = metadata;
  const masks = structures.map((_, index) =>
    prediction.masks
      ? prediction.masks[index]
      : (prediction.classes ?? new Uint8Array(widthPx * heightPx)).map((value) =>
          value === index + 1 ? 1 : 0,
        ),
  );
  const landmarks = metadata.landmarks.map((landmark, index) => {
    const found = prediction.landmarks[index];
    return {
      name: landmark,
      x: found?.x ?? null,
      y: found?.y ?? null,
      correlation: found ? confidence(found, "correlation") : null,
      peak: found ? confidence(found, "peak") : null,
      counts: found ? isActivated(found, rule) : false,
    };
  });
  const shown = prediction.wasInverted ? picture.pixels.map((value) => -value) : picture.pixels;
  const drawn = overlay(windowed({ values: shown, widthPx, heightPx }), {
    widthPx: Math.max(widthPx, OVERLAY_PX),
    structures: structures.map((structure, index) => ({ name: structure, mask: masks[index] })),
    landmarks: landmarks.flatMap(({ name: landmark, x, y, counts }) =>
      counts && x !== null && y !== null ? [{ name: landmark, pixel: [x, y] as const }] : [],
    ),
  });
  const write = async (path: string, content: Parameters<typeof encodePng>[0]): Promise<void> =>
    writeAtomically(join(out, path), await encodePng(content, { deflate: deflateData }));
  await write(`${name}-overlay.png`, drawn);
  if (prediction.classes)
    await write(`${name}-mask.png`, { widthPx, heightPx, channels: 1, pixels: prediction.classes });
  else
    for (const [index, structure] of structures.entries())
      await write(`${name}-mask-${structure}.png`, {
        widthPx,
        heightPx,
        channels: 1,
        pixels: masks[index].map((value) => 255 * value),
      });
  const areas = masks.map((mask) => mask.reduce((sum, value) => sum + value, 0));
  const warning = areas.every((area) => area === 0)
    ? "nothing was found: is this a picture of what the model knows?"
    : prediction.confidence < (metadata.confidenceThreshold ?? UNSURE)
      ? "the model is not sure: is this a picture of what it knows?"
      : undefined;
  return {
    picture: name,
    file,
    widthPx,
    heightPx,
    confidence: prediction.confidence,
    wasInverted: prediction.wasInverted,
    found: structures.filter((_, index) => areas[index] > 0),
    areasPx: Object.fromEntries(structures.map((structure, index) => [structure, areas[index]])),
    landmarks,
    ...(warning ? { warning } : {}),
  };
}

/** Two pictures of one name, from two folders, keep apart. */
function uniqueName(name: string, folder: string, used: Map<string, number>): string {
  const count = used.get(name) ?? 0;
  used.set(name, count + 1);
  return count === 0 ? name : `${basename(folder)}-${name}-${count + 1}`;
}
