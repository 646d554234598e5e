import { describe, expect, test } from "vitest";
import { sampleName } from "../../../src/dataset/formats/encoded-file.ts";
import { pathNames } from "../../../src/label/path-names.ts";
import { folderSample } from "../../../src/dataset/formats/folder.ts";
import { decodeTiff } from "../../../src/dataset/formats/tiff.ts";
import { decodePng } from "../../../src/image/decode-png.ts";
import { HEIGHT_PX, labelledSample, WIDTH_PX } from "./labelled-sample.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const sample = labelledSample(42);
const { radiograph, labels } = sample;

describe("the folder layout", () => {
  test("16-bit PNG, class PNG, one mask a structure, and a line that names them", async () => {
    const { files, line } = await folderSample(sample, { images: "png", masks: true });
    expect(files.map(({ path }) => path)).toEqual([
      "images/00000042.png",
      "classes/00000042.png",
      "masks/00000042/hip_left.png",
      "masks/00000042/femur_left_1.png",
      "masks/00000042/sacrum.png",
    ]);
    expect((await decodePng(files[0].bytes)).pixels).toEqual(radiograph.pixels);
    expect((await decodePng(files[1].bytes)).pixels).toEqual(Uint8Array.from(labels.classes));
    for (const [index, { mask }] of labels.structures.entries())
      expect((await decodePng(files[2 + index].bytes)).pixels).toEqual(mask.map((value) => 255 * value));
    expect(line.endsWith("}\n")).toBe(true);
    expect(JSON.parse(line)).toMatchObject({
      id: 42,
      subject: "subject-0",
      split: "train",
      image: "images/00000042.png",
      window: { black: -2, white: 4.5 },
      classes: "classes/00000042.png",
      structures: labels.structures.map(({ name, areaPx, box }, index) => ({
        name,
        classValue: index + 1,
        areaPx,
        box,
        mask: files[2 + index].path,
      })),
      landmarks: [
        { name: "FH-l", pixel: [48.25, 8.5], status: "visible" },
        { name: "GSN-l", status: "outside" },
        { name: "IOF-l", pixel: null, status: "behind source" },
      ],
    });
  });

  test("float TIFF keeps the values themselves; masks are optional", async () => {
    const { files, line } = await folderSample(sample, { images: "tiff", masks: false });
    expect(files.map(({ path }) => path)).toEqual(["images/00000042.tiff", "classes/00000042.png"]);
    expect(decodeTiff(files[0].bytes, "image").pixels).toEqual(radiograph.values);
    expect(JSON.parse(line)).not.toHaveProperty("window");
  });

  test("the window of the line turns pixels back into values, to half a step of 16 bits", async () => {
    const { line } = await folderSample(sample, { images: "png", masks: false });
    const { window } = JSON.parse(line) as { window: { black: number; white: number } };
    const step = (window.white - window.black) / 65535;
    for (const [n, value] of radiograph.values.entries())
      expect(Math.abs(window.black + radiograph.pixels[n] * step - value)).toBeLessThanOrEqual(0.5001 * step);
  });

  test("the same sample gives the same bytes, and names of structures never collide", async () => {
    const options = { images: "png", masks: true } as const;
    expect(await folderSample(labelledSample(42), options)).toEqual(await folderSample(sample, options));
    expect(pathNames(["a b", "a_b", "A/B", "..", "é"])).toEqual(["a_b", "a_b-2", "A_B-3", "structure", "_"]);
    expect(sampleName(7)).toBe("00000007");
  });

  test.skipIf(!hasOracle("PIL", "numpy"))("PIL reads pictures, classes and masks", async () => {
    const { files } = await folderSample(sample, { images: "png", masks: true });
    const read = askOracle(
      `
import json, numpy as np
from PIL import Image
a = [np.asarray(Image.open(p)) for p in json.load(open("paths.json"))]
print(json.dumps([[list(x.shape), x.flatten().astype(int).tolist()] for x in a]))`,
      {
        ...Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])),
        "paths.json": JSON.stringify(files.map(({ path }) => path)),
      },
    );
    const masks = labels.structures.map(({ mask }) => mask.map((value) => 255 * value));
    expect(read).toEqual(
      [radiograph.pixels, labels.classes, ...masks].map((pixels) => [[HEIGHT_PX, WIDTH_PX], [...pixels]]),
    );
  });
});
