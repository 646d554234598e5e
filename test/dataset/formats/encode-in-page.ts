import { encodeAreaDensity, readAreaDensity } from "../../../src/dataset/formats/area-density-record.ts";
import { memorySource } from "../../../src/dataset/formats/byte-source.ts";
import { controlledStudyWriter, readControlledStudy } from "../../../src/dataset/formats/controlled-study.ts";
import { createHdf5, openHdf5 } from "../../../src/dataset/formats/hdf5-file.ts";
import { indexTar, tarMembers } from "../../../src/dataset/formats/tar-shard.ts";
import { webDatasetFiles } from "../../../src/dataset/formats/web-dataset.ts";
import { HEIGHT_PX, labelledSample, WIDTH_PX } from "./labelled-sample.ts";

/** Writes and reads one sample in the containers that lean on a library. Runs in a browser and in Node. */
export async function encodeInPage(): Promise<Record<string, unknown>> {
  const sample = labelledSample(1);
  const { values } = sample.radiograph;
  const writer = controlledStudyWriter(await createHdf5(), {
    parameters: {
      widthPx: WIDTH_PX,
      heightPx: HEIGHT_PX,
      intrinsic: new Float64Array(9),
      pixelPitchMm: [1, 1],
    },
    landmarkNames: ["FH-l", "GSN-l", "IOF-l"],
  });
  writer.append("01", { values, landmarks: sample.labels.landmarks });
  const study = writer.close() as Uint8Array;
  const areaDensity = { widthPx: 3, heightPx: 1, materials: ["a"], gPerCm2: Float32Array.of(0, 1, 2) };
  const record = await encodeAreaDensity({ id: 7, areaDensity, sample: null });
  const shard = await tarMembers(await webDatasetFiles(sample));
  const members: string[] = [];
  for await (const { path } of indexTar(memorySource(shard, "shard.tar"))) members.push(path);
  return {
    // HDF5 brings a deflate of its own: the same bytes everywhere.
    study: [...study],
    values: [...readControlledStudy(await openHdf5(study, "study.h5")).values("01", 0)],
    refusal: await openHdf5(study.slice(0, -1), "cut.h5").then(
      () => "none",
      (error: unknown) => String(error),
    ),
    densities: [...(await readAreaDensity(memorySource(record, "record"))).areaDensity.gPerCm2],
    members,
  };
}
