import type { Camera } from "../src/geometry/camera.ts";
import { maskPicture } from "../src/image/picture.ts";
import { labelsToJson } from "../src/label/labels.ts";
import { encodePngFast } from "../src/node/write-simulation.ts";
import type { Patient } from "../src/scene/patient.ts";
import { parseScene, type Scene } from "../src/scene/scene.ts";
import { simulate } from "../src/scene/simulate.ts";

/** The realistic simulator at 100 kV with noise, and every label of the phantom. */
export function sampleScene(camera: Camera): Scene {
  const [a, b, c, d, e, f, g, h, i, j, k, l] = camera.pixelFromLps;
  return parseScene({
    ct: "phantom",
    pixelFromLps: [
      [a, b, c, d],
      [e, f, g, h],
      [i, j, k, l],
    ],
    widthPx: camera.widthPx,
    heightPx: camera.heightPx,
    sourceToDetectorMm: camera.sourceToDetectorMm,
    beam: { kv: 100 },
    structures: "all",
  });
}

/** One sample of a data set, in memory: a 16-bit radiograph and a mask for each structure as PNG, and the labels as text. */
export async function makeSample(patient: Patient, scene: Scene): Promise<{ files: number; bytes: number }> {
  const { picture, labels } = await simulate(patient, scene);
  if (!labels) throw new Error("the phantom has labels");
  const { widthPx, heightPx } = picture.camera;
  const files: { length: number }[] = [
    await encodePngFast({ widthPx, heightPx, channels: 1, pixels: picture.pixels }),
    JSON.stringify(labelsToJson(labels)),
  ];
  for (const { mask } of labels.structures)
    files.push(await encodePngFast(maskPicture(mask, widthPx, heightPx)));
  return { files: files.length, bytes: files.reduce((sum, { length }) => sum + length, 0) };
}
