import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Canvas } from "../image/canvas.ts";
import { windowed } from "../image/display-window.ts";
import { encodePng } from "../image/encode-png.ts";
import { encodeNpy } from "../image/npy.ts";
import { overlay } from "../image/overlay.ts";
import { maskPicture, type Picture } from "../image/picture.ts";
import { distractorPicture } from "../label/distractor-picture.ts";
import { imageSides } from "../label/image-sides.ts";
import { type Labels, labelsToJson } from "../label/labels.ts";
import { pathNames } from "../label/path-names.ts";
import type { Scene } from "../scene/scene.ts";
import { sceneRecord } from "../scene/scene-record.ts";
import type { Simulation } from "../scene/simulate.ts";
import { deflateData, deflateGrey } from "./deflate.ts";
import { writeAtomically } from "./write-atomically.ts";

/** A PNG by Node's own zlib. */
export const encodePngFast = (picture: Picture): Promise<Uint8Array> =>
  encodePng(picture, { deflate: picture.channels === 1 ? deflateGrey : deflateData, crc32 });

/** Overlays are at least this wide, so that outlines and names can be read. */
const OVERLAY_WIDTH_PX = 768;

/** Writes everything that one simulation gives into a folder; returns the names of the files. */
export async function writeSimulation(
  directory: string,
  scene: Scene,
  simulation: Simulation,
): Promise<string[]> {
  const { picture, image, labels } = simulation;
  const { widthPx, heightPx } = picture.camera;
  await removeOldResults(directory);
  const written: string[] = [];
  const write = async (name: string, bytes: Uint8Array | string): Promise<void> => {
    await writeAtomically(join(directory, name), bytes);
    written.push(name);
  };
  await write(
    "radiograph.png",
    await encodePngFast({ widthPx, heightPx, channels: 1, pixels: picture.pixels }),
  );
  await write("image.npy", encodeNpy(image.shape, image.values));
  if (labels && labels.structures.length > 0) {
    const names = pathNames(labels.structures.map(({ name }) => name));
    for (const [index, { mask }] of labels.structures.entries())
      await write(`masks/${names[index]}.png`, await encodePngFast(maskPicture(mask, widthPx, heightPx)));
    await write(
      "classes.png",
      await encodePngFast({ widthPx, heightPx, channels: 1, pixels: labels.classes }),
    );
    if (scene.thickness) await write("thickness.npy", thicknessArray(labels));
  }
  if (labels?.distractors)
    await write("distractors.png", await encodePngFast(distractorPicture(labels, labels.distractors)));
  if (labels?.field)
    await write("field.png", await encodePngFast(maskPicture(labels.field.mask, widthPx, heightPx)));
  await write("labels.json", json(labelRecord(simulation)));
  await write("overlay.png", await encodePngFast(overlayOf(simulation, Math.max(OVERLAY_WIDTH_PX, widthPx))));
  await write("scene.json", json(sceneRecord(scene, simulation)));
  return written;
}

/** Structures × rows × columns, float32, mm. */
function thicknessArray({ structures, widthPx, heightPx }: Labels): Uint8Array {
  const pixels = widthPx * heightPx;
  const values = new Float32Array(structures.length * pixels);
  for (const [index, { thicknessMm }] of structures.entries())
    if (thicknessMm) values.set(thicknessMm, index * pixels);
  return encodeNpy([structures.length, heightPx, widthPx], values);
}

/** The radiograph in 8 bits with outlines, landmarks and side letters. */
export function overlayOf({ picture, labels }: Simulation, widthPx: number): Canvas {
  const radiograph = windowed({
    values: picture.values,
    widthPx: picture.camera.widthPx,
    heightPx: picture.camera.heightPx,
    window: picture.window,
  });
  return overlay(radiograph, {
    structures: labels?.structures ?? [],
    landmarks: (labels?.landmarks ?? []).flatMap(({ name, pixel, status }) =>
      status === "visible" && pixel ? [{ name, pixel }] : [],
    ),
    sides: imageSides(picture.camera),
    widthPx,
    // A legend of many structures would cover the picture.
    legend: (labels?.structures.length ?? 0) <= 12,
  });
}

function labelRecord({ picture, labels, image, exposure, findings }: Simulation): object {
  const { camera } = picture;
  const { widthPx, heightPx } = camera;
  const rows = [0, 4, 8].map((start) => Array.from(camera.pixelFromLps.subarray(start, start + 4)));
  return {
    ...(labels ? labelsToJson(labels) : { widthPx, heightPx, landmarks: [], structures: [] }),
    pixelFromLps: rows,
    pixelPitchMm: camera.pixelPitchMm,
    sourceLps: camera.sourceLps,
    sourceToDetectorMm: camera.sourceToDetectorMm,
    image: { shape: image.shape, channels: image.channels },
    radiograph: { black: picture.window.black, white: picture.window.white },
    ...(exposure ? { exposure } : {}),
    findings,
  };
}

/** Results of an earlier simulation in this folder would mix with the new ones; a folder of anything else is left alone. */
async function removeOldResults(directory: string): Promise<void> {
  const isOurs = await stat(join(directory, "scene.json")).then(
    () => true,
    () => false,
  );
  if (!isOurs) return;
  for (const name of ["classes.png", "distractors.png", "field.png", "thickness.npy", "radiograph.dcm"])
    await rm(join(directory, name), { force: true });
  const masks = join(directory, "masks");
  const old = await readdir(masks).catch((): string[] => []);
  for (const name of old) if (name.endsWith(".png")) await rm(join(masks, name));
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
