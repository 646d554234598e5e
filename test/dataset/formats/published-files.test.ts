import { describe, expect, test } from "vitest";
import type { EncodedFile } from "../../../src/dataset/formats/encoded-file.ts";
import { encodeHdf5 } from "../../../src/dataset/formats/hdf5-file.ts";
import {
  hipFiles,
  instrumentFiles,
  lesionFiles,
  readHipLandmarks,
} from "../../../src/dataset/formats/published-files.ts";
import { decodeTiff } from "../../../src/dataset/formats/tiff.ts";
import { InputError } from "../../../src/error/input-error.ts";
import { decodePng } from "../../../src/image/decode-png.ts";
import { HEIGHT_PX, labelledSample, WIDTH_PX } from "./labelled-sample.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const sample = labelledSample(1);
const { radiograph, labels } = sample;
const tool = { structure: "hip_left", base: "FH-l", tip: "GSN-l" };
const paths = (files: readonly EncodedFile[]): string[] => files.map(({ path }) => path);

describe("layouts of one file an image", () => {
  test("hip: float TIFF, class PNG, columns and rows of landmarks", async () => {
    const files = await hipFiles(sample, 41);
    expect(paths(files)).toEqual(["proj/00041.tiff", "seg/00041.png", "lands/00041.h5"]);
    expect(decodeTiff(files[0].bytes, "proj").pixels).toEqual(radiograph.values);
    expect((await decodePng(files[1].bytes)).pixels).toEqual(Uint8Array.from(labels.classes));
    expect(await readHipLandmarks(files[2].bytes, "lands")).toEqual([
      [7.25, 8.5],
      [-12.5, 40.75],
      [-1, -1],
    ]);
  });

  test("lesion: PNG of 8 bits, mask of 0 and 255", async () => {
    const files = await lesionFiles(sample, 0, { structure: "hip_left" });
    expect(paths(files)).toEqual(["proj/00000.png", "seg/00000.png"]);
    const picture = await decodePng(files[0].bytes);
    expect(picture.pixels).toBeInstanceOf(Uint8Array);
    // The 8-bit grey is the 16-bit one, coarser: both go through the same window.
    const worst = Math.max(...radiograph.pixels.map((value, n) => Math.abs(value / 257 - picture.pixels[n])));
    expect(worst).toBeLessThan(0.51);
    expect((await decodePng(files[1].bytes)).pixels).toEqual(
      labels.structures[0].mask.map((value) => 255 * value),
    );
  });

  test("the same sample gives the same bytes", async () => {
    expect(await hipFiles(labelledSample(1), 3)).toEqual(await hipFiles(labelledSample(1), 3));
    expect(await instrumentFiles(labelledSample(1), 3, tool)).toEqual(
      await instrumentFiles(labelledSample(1), 3, tool),
    );
  });

  test("what cannot be said in a layout is refused", async () => {
    await expect(hipFiles(sample, 100_000)).rejects.toThrow(RangeError);
    await expect(lesionFiles(sample, 0, { structure: "lesion" })).rejects.toThrow(/no structure "lesion"/);
    const uneven = await encodeHdf5((root) => {
      root.create_dataset({ name: "dim1", data: Float64Array.of(1, 2) });
      root.create_dataset({ name: "dim2", data: Float64Array.of(1) });
    });
    await expect(readHipLandmarks(uneven, "uneven.h5")).rejects.toThrow(/2 columns and 1 rows/);
    await expect(readHipLandmarks(new Uint8Array(9), "short.h5")).rejects.toBeInstanceOf(InputError);
  });

  test.skipIf(!hasOracle("h5py", "tifffile", "PIL", "numpy"))(
    "h5py, tifffile and PIL read them",
    async () => {
      const files = [
        ...(await hipFiles(sample, 0)),
        ...(await instrumentFiles(sample, 1, tool)),
        ...(await lesionFiles(sample, 2, { structure: "hip_left" })),
      ];
      const read = askOracle(
        `
import json, h5py, numpy as np, tifffile
from PIL import Image
def h(path, *names):
    with h5py.File(path) as f: return [f[n][:].tolist() for n in names]
def a(x): x = np.asarray(x); return [list(x.shape), str(x.dtype), x.astype("f8").sum()]
print(json.dumps([a(tifffile.imread("proj/00000.tiff")), a(Image.open("seg/00000.png")), h("lands/00000.h5", "dim1", "dim2"),
  a(tifffile.imread("proj/00001.tiff")), a(tifffile.imread("seg/00001.tiff")), h("lands/00001.h5", "ld1", "ld2"),
  a(Image.open("proj/00002.png"))[:2], a(Image.open("seg/00002.png"))]))`,
        Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])),
      );
      const sum = (values: ArrayLike<number>): number =>
        Array.from(values).reduce((total, value) => total + value, 0);
      const shape = [HEIGHT_PX, WIDTH_PX];
      // Sums of a few hundred floats of at most 5: NumPy adds in another order.
      const floats = [shape, "float32", expect.closeTo(sum(radiograph.values), 9)];
      expect(read).toEqual([
        floats,
        [shape, "uint8", sum(labels.classes)],
        [
          [7.25, -12.5, -1],
          [8.5, 40.75, -1],
        ],
        floats,
        [shape, "uint8", labels.structures[0].areaPx],
        [
          [7.25, 8.5],
          [-1, -1],
        ],
        [shape, "uint8"],
        [shape, "uint8", 255 * labels.structures[0].areaPx],
      ]);
    },
  );
});
