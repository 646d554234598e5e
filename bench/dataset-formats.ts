/**
 * What it costs to encode a sample in each container of a data set, and how large it becomes:
 *
 *   node bench/dataset-formats.ts [--rounds N]
 *
 * Eight views of the demo pelvis, 360 × 360 pixels, 7 masks, 14 landmarks. Per sample: CPU time of the process (deflate runs on
 * a thread of its own and counts), wall time of one encoder alone, bytes. It measures and never judges.
 */
import { parseArgs } from "node:util";
import { encodeAreaDensity, readAreaDensity } from "../src/dataset/formats/area-density-record.ts";
import { memorySource } from "../src/dataset/formats/byte-source.ts";
import { cocoPart, cocoPartLine } from "../src/dataset/formats/coco.ts";
import { controlledStudyWriter } from "../src/dataset/formats/controlled-study.ts";
import type { DensityPrecision } from "../src/dataset/formats/density-plane.ts";
import { folderSample } from "../src/dataset/formats/folder.ts";
import { createHdf5 } from "../src/dataset/formats/hdf5-file.ts";
import type { LabelledPicture } from "../src/dataset/formats/labelled-picture.ts";
import { projectionParameters } from "../src/dataset/formats/projection-parameters.ts";
import { hipFiles } from "../src/dataset/formats/published-files.ts";
import { tarMembers } from "../src/dataset/formats/tar-shard.ts";
import { webDatasetFiles } from "../src/dataset/formats/web-dataset.ts";
import type { Camera } from "../src/geometry/camera.ts";
import type { Labels } from "../src/label/labels.ts";
import { deflateGrey as deflate } from "../src/node/deflate.ts";
import { demoCtPath, demoLabelsPath } from "../src/node/demo-data.ts";
import { nodeInflate } from "../src/node/inflate.ts";
import { nodeProjector } from "../src/node/node-projector.ts";
import { readCt, readLabels } from "../src/node/read-anatomy.ts";
import type { AreaDensityImage } from "../src/projector/area-density.ts";
import { openPatient } from "../src/scene/patient.ts";
import { parseScene } from "../src/scene/scene.ts";
import { simulate } from "../src/scene/simulate.ts";
import { withAssumedLabelNames } from "../src/volume/inspection/assumed-label-names.ts";

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Number(options.rounds);

interface Case extends LabelledPicture {
  readonly labels: Labels;
  readonly camera: Camera;
  readonly areaDensity: AreaDensityImage;
}

const cases = await render();
const study = async (name: string, deflateLevel: number): Promise<void> => {
  const { parameters } = projectionParameters(cases[0].camera);
  const landmarkNames = cases[0].labels.landmarks.map((landmark) => landmark.name);
  let writer = controlledStudyWriter(await createHdf5(), { parameters, landmarkNames, deflateLevel });
  let written = 0;
  await measure(name, async ({ radiograph, labels, camera }) => {
    writer.append("01", {
      values: radiograph.values,
      classes: labels.classes,
      landmarks: labels.landmarks,
      lpsFromCamera: projectionParameters(camera).lpsFromCamera,
    });
    // The file's bytes are known when it is closed.
    if (++written % cases.length !== 0) return 0;
    const bytes = writer.close()?.length ?? 0;
    writer = controlledStudyWriter(await createHdf5(), { parameters, landmarkNames, deflateLevel });
    return bytes;
  });
};

const sum = (files: readonly { bytes: Uint8Array }[]): number =>
  files.reduce((total, { bytes }) => total + bytes.length, 0);
const density =
  (precision: DensityPrecision) =>
  async ({ id, areaDensity }: Case) =>
    (await encodeAreaDensity({ id, areaDensity, sample: {} }, { precision, deflate })).length;

console.log("encoder                                        CPU ms   wall ms     bytes   (per sample)");
await measure("area densities, 65535 levels", density({ kind: "scaled", levels: 65535 }));
await measure("area densities, 8191 levels", density({ kind: "scaled", levels: 8191 }));
await measure("area densities, half floats", density({ kind: "half" }));
const records = await Promise.all(
  cases.map(async (each) => encodeAreaDensity({ ...each, sample: {} }, { deflate })),
);
await measure("  reading them (65535 levels)", async ({ id }) => {
  await readAreaDensity(memorySource(records[id], "record"), 0, { inflate: nodeInflate });
  return records[id].length;
});
await measure("folder, PNG", async (each) =>
  sum((await folderSample(each, { images: "png", masks: false, deflate })).files),
);
await measure("folder, PNG, one PNG a mask", async (each) =>
  sum((await folderSample(each, { images: "png", masks: true, deflate })).files),
);
await measure("folder, float TIFF", async (each) =>
  sum((await folderSample(each, { images: "tiff", masks: false, deflate })).files),
);
await measure("COCO part", async (each) => cocoPartLine(cocoPart(each, "images/00000000.png")).length);
await measure("folder, PNG + COCO part", async (each) => {
  const { files } = await folderSample(each, { images: "png", masks: false, deflate });
  return sum(files) + cocoPartLine(cocoPart(each, "images/00000000.png")).length;
});
await measure(
  "WebDataset tar members",
  async (each) => (await tarMembers(await webDatasetFiles(each, { deflate }))).length,
);
await study("HDF5, controlled study, deflate 9", 9);
await study("HDF5, controlled study, deflate 4", 4);
await study("HDF5, controlled study, deflate 1", 1);
await measure("hip files (TIFF, PNG, HDF5)", async (each) => sum(await hipFiles(each, each.id, { deflate })));

async function measure(name: string, encode: (sample: Case) => Promise<number>): Promise<void> {
  for (const each of cases) await encode(each);
  let bytes = 0;
  const startedCpu = process.cpuUsage();
  const started = performance.now();
  for (let round = 0; round < rounds; round++) for (const each of cases) bytes += await encode(each);
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(startedCpu);
  const count = rounds * cases.length;
  const column = (value: number, digits: number): string => value.toFixed(digits).padStart(10);
  console.log(
    `${name.padEnd(42)}${column((user + system) / 1000 / count, 1)}${column(wallMs / count, 1)}${column(bytes / count, 0)}`,
  );
}

async function render(): Promise<Case[]> {
  const { ct } = await readCt(demoCtPath("pelvis"));
  const labelMap = withAssumedLabelNames((await readLabels(demoLabelsPath("pelvis"))).labelMap, ct);
  const landmarks = Array.from({ length: 14 }, (_, n) => ({
    name: `point-${n}`,
    lpsMm: [20 * (n - 7), 5 * n, -10 * n] as const,
  }));
  const projector = nodeProjector();
  const patient = openPatient({ ct, labelMap, landmarks }, projector);
  const made: Case[] = [];
  for (let id = 0; id < 8; id++) {
    const scene = parseScene({
      ct: "demo",
      sizePx: 360,
      view: "AP",
      laoDeg: 10 * id - 40,
      craDeg: 5 * id - 20,
      structures: [
        "hip_left",
        "hip_right",
        "femur_left",
        "femur_right",
        "sacrum",
        "vertebrae_L5",
        "vertebrae_L4",
      ],
    });
    const { picture, labels } = await simulate(patient, scene);
    const { camera } = picture;
    const { image: areaDensity } = await patient.areaDensity({ kind: "tissue" }, camera);
    const { widthPx, heightPx } = camera;
    made.push({
      id,
      subject: "pelvis",
      split: "train",
      radiograph: {
        widthPx,
        heightPx,
        values: picture.values,
        pixels: picture.pixels,
        window: picture.window,
      },
      labels: labels as Labels,
      camera,
      areaDensity,
    });
  }
  await patient.release();
  await projector.close();
  return made;
}
