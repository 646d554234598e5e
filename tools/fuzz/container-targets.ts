import { controlledStudyWriter, readControlledStudy } from "../../src/dataset/formats/controlled-study.ts";
import {
  encodeAreaDensity,
  indexAreaDensities,
  readAreaDensity,
} from "../../src/dataset/formats/area-density-record.ts";
import { memorySource } from "../../src/dataset/formats/byte-source.ts";
import { mergeCoco } from "../../src/dataset/formats/coco.ts";
import { createHdf5, encodeHdf5, openHdf5 } from "../../src/dataset/formats/hdf5-file.ts";
import { joinBytes } from "../../src/dataset/formats/join-bytes.ts";
import { parseRunText, runLengths, runText } from "../../src/dataset/formats/run-lengths.ts";
import { indexTar, readTarMember, tarEnd, tarMembers } from "../../src/dataset/formats/tar-shard.ts";
import { decodeTiff, encodeTiff } from "../../src/dataset/formats/tiff.ts";
import { crc32 } from "../../src/image/encode-png.ts";
import type { RandomStream } from "../../src/random/random-stream.ts";
import { mutateBytes, mutateText, mutateTextBytes, pick } from "./mutate.ts";
import { type FuzzTarget, must } from "./target.ts";

const numbers = (length: number): number[] => Array.from({ length }, (_, n) => (n * 40503) % 251);

const mutated = (seeds: readonly Uint8Array[], random: RandomStream): Uint8Array =>
  Uint8Array.from(mutateBytes(pick(seeds, random), random, pick(seeds, random)));

const tiffs = [
  encodeTiff({ widthPx: 5, heightPx: 4, pixels: Float32Array.from(numbers(20)) }),
  encodeTiff({ widthPx: 4, heightPx: 5, pixels: Uint16Array.from(numbers(20)) }),
  encodeTiff({ widthPx: 20, heightPx: 1, pixels: Uint8Array.from(numbers(20)) }),
];

const tiffTarget: FuzzTarget = {
  name: "tiff",
  make: (random) => ({ files: [{ name: "image.tiff", bytes: mutated(tiffs, random) }] }),
  take: async ({ files: [{ bytes, name }] }) => {
    const { widthPx, heightPx, pixels } = decodeTiff(bytes, name);
    must(pixels.length === widthPx * heightPx && pixels.length > 0, `${pixels.length} pixels`);
    return pixels.byteLength;
  },
};

const densities = await Promise.all(
  [3, 4].map((id) =>
    encodeAreaDensity({
      id,
      areaDensity: {
        widthPx: 6,
        heightPx: 5,
        materials: ["a", "b"],
        gPerCm2: Float32Array.from(numbers(60)),
      },
      sample: { seed: id },
    }),
  ),
);

/** Lengths and checksum of the first record made right again, so that the change is seen by what lies behind them. */
function resealed(record: Uint8Array): Uint8Array {
  if (record.length < 24) return record;
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const headerBytes = Math.min(view.getUint32(8, true), record.length - 24);
  view.setUint32(8, headerBytes, true);
  view.setBigUint64(12, BigInt(record.length - 24 - headerBytes), true);
  view.setUint32(20, crc32(record.subarray(24)), true);
  return record;
}

const areaDensityTarget: FuzzTarget = {
  name: "area-density",
  make: (random) => {
    const bytes = mutated(densities, random);
    return { files: [{ name: "a.density", bytes: random.uniform() < 0.8 ? resealed(bytes) : bytes }] };
  },
  take: async ({ files: [{ bytes, name }] }) => {
    const source = memorySource(bytes, name);
    let held = 0;
    for await (const { offset, byteLength } of indexAreaDensities(source)) {
      must(byteLength >= 24 && offset + byteLength <= bytes.length, `a record at ${offset}`);
      const { areaDensity } = await readAreaDensity(source, offset);
      const { widthPx, heightPx, materials, gPerCm2 } = areaDensity;
      must(gPerCm2.length === widthPx * heightPx * materials.length, `${gPerCm2.length} densities`);
      held += gPerCm2.byteLength;
    }
    return held;
  },
};

const shard = joinBytes([
  await tarMembers([
    { path: "00000000.png", bytes: Uint8Array.from(numbers(600)) },
    { path: "00000000.json", bytes: Uint8Array.from(numbers(30)) },
  ]),
  tarEnd(),
]);

const tarTarget: FuzzTarget = {
  name: "tar",
  make: (random) => {
    const bytes = mutated([shard], random);
    // A right checksum lets changed names and sizes through.
    if (random.uniform() < 0.8 && bytes.length >= 512) {
      let sum = 0;
      for (let n = 0; n < 512; n++) sum += n >= 148 && n < 156 ? 0x20 : bytes[n];
      bytes.set(Buffer.from(`${sum.toString(8).padStart(6, "0")}\0 `, "latin1"), 148);
    }
    return { files: [{ name: "shard.tar", bytes }] };
  },
  take: async ({ files: [{ bytes, name }] }) => {
    const source = memorySource(bytes, name);
    let held = 0;
    for await (const place of indexTar(source)) {
      must(place.offset + place.byteLength <= bytes.length, `a member at ${place.offset}`);
      held += (await readTarMember(source, place)).length;
    }
    return held;
  },
};

const runTexts = [
  runText(
    runLengths(
      Uint8Array.from(numbers(80), (value) => value % 2),
      10,
      8,
    ).counts,
  ),
  runText([0, 80]),
];

const runLengthTarget: FuzzTarget = {
  name: "run-lengths",
  make: (random) => {
    const text = mutateText(pick(runTexts, random), random, pick(runTexts, random));
    return { files: [], words: [text] };
  },
  take: async ({ words }) => {
    const { counts } = parseRunText(words?.[0] ?? "", 10, 8);
    must(
      counts.every((count) => count >= 0) && counts.reduce((a, b) => a + b, 0) === 80,
      "runs of other pixels",
    );
    return 8 * counts.length;
  },
};

const part = (id: number): string =>
  `{"image":{"id":${id},"file_name":"a.png","width":9,"height":9},"annotations":[{"id":${id + 1},"image_id":${id}}]}`;

const cocoTarget: FuzzTarget = {
  name: "coco-parts",
  make: (random) => ({
    files: [{ name: "part.jsonl", bytes: mutateTextBytes(`${part(1)}\n${part(2)}\n`, random, part(1)) }],
  }),
  take: async ({ files: [{ bytes }] }) => {
    const lines = new TextDecoder().decode(bytes).split("\n");
    let text = "";
    for await (const piece of mergeCoco({ description: "", categories: [], lines: () => lines }))
      text += piece;
    const { images, annotations } = JSON.parse(text) as { images: unknown; annotations: unknown };
    must(Array.isArray(images) && Array.isArray(annotations), "no lists");
    return text.length;
  },
};

async function study(): Promise<Uint8Array> {
  const writer = controlledStudyWriter(await createHdf5(), {
    parameters: {
      widthPx: 6,
      heightPx: 5,
      intrinsic: Float64Array.of(-9, 0, 3, 0, -9, 2, 0, 0, 1),
      pixelPitchMm: [1, 1],
    },
    landmarkNames: ["a"],
  });
  for (let n = 0; n < 2; n++)
    writer.append("01", {
      values: Float32Array.from(numbers(30)),
      classes: Uint8Array.from(numbers(30)),
      landmarks: [{ name: "a", lpsMm: [0, 0, 0], status: "visible", pixel: [1, 2], depthMm: 9 }],
    });
  return writer.close() as Uint8Array;
}
const studies = [
  await study(),
  // As h5py writes it: texts of any length.
  await encodeHdf5((root) => {
    const names = root.create_group("land-names");
    names.create_dataset({ name: "num-lands", data: Int32Array.of(1) });
    names.create_dataset({ name: "land-00", data: "FH-l", shape: [] });
    root.create_group("01").create_dataset({ name: "lands", data: new Float64Array(4), shape: [2, 2, 1] });
  }),
];

const controlledStudyTarget: FuzzTarget = {
  name: "hdf5-study",
  quickCases: 150,
  make: (random) => ({ files: [{ name: "study.h5", bytes: mutated(studies, random) }] }),
  take: async ({ files: [{ bytes, name }] }) => {
    const file = await openHdf5(bytes, name);
    try {
      const { specimens, countOf, sizeOf, values, classes, landmarks, landmarkNames, parameters } =
        readControlledStudy(file);
      landmarkNames();
      let held = 0;
      for (const specimen of specimens) {
        held += 16 * landmarks(specimen, 0).length;
        if (!file.has(`${specimen}/projs`)) continue;
        parameters();
        const { widthPx, heightPx } = sizeOf(specimen);
        for (let n = 0; n < Math.min(countOf(specimen), 3); n++) {
          must(values(specimen, n).length === widthPx * heightPx, "a picture of another size");
          held += 5 * classes(specimen, n).length;
        }
      }
      return held;
    } finally {
      file.close();
    }
  },
};

/** What readers of data sets take in. */
export const containerTargets: readonly FuzzTarget[] = [
  tiffTarget,
  areaDensityTarget,
  tarTarget,
  runLengthTarget,
  cocoTarget,
  controlledStudyTarget,
];
