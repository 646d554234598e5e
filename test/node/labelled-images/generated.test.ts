import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLabelledImages } from "../../../src/node/labelled-images/open-labelled-images.ts";
import { readPicture } from "../../../src/node/labelled-images/read-picture.ts";
import { exposedExample } from "../../../src/training/examples/exposed-example.ts";
import { exposureKey } from "../../../src/training/examples/expose-anew.ts";
import { asRecorded } from "../../../src/training/examples/exposure-variation.ts";
import { make, type SmallPlace, smallPlace } from "../../dataset/small-data-set.ts";

const OUTPUTS = {
  folder: ["folder", "area-density"],
  masks: ["folder-masks"],
  tiff: ["folder-tiff", "area-density"],
  dicom: ["folder", "dicom"],
  study: ["hdf5"],
  hip: ["paper-files"],
  other: ["coco"],
} as const;
type Name = keyof typeof OUTPUTS;

let place: SmallPlace;
const at = (name: Name): string => place.at(name);

beforeAll(async () => {
  place = smallPlace();
  for (const [name, outputs] of Object.entries(OUTPUTS))
    await make(place.recipe({ outputs: [...outputs], count: 4 }), place.at(name));
}, 120_000);
afterAll(() => place.remove());

describe("a data set of ours", () => {
  it("is the same in every container that can be read", async () => {
    const sets = await Promise.all(
      (["folder", "tiff", "study", "hip"] as const).map((name) => openLabelledImages(at(name))),
    );
    expect(sets.map(({ kind }) => kind)).toEqual(["folder", "folder", "hdf5-study", "hip-files"]);
    for (const set of sets) {
      expect(set.structures).toEqual(sets[0].structures);
      expect(set.count).toBe(4);
    }
    const [png, tiff, study, hip] = await Promise.all(sets.map((set) => set.read(0)));
    expect(study.pixels).toEqual(tiff.pixels);
    expect(hip.pixels).toEqual(tiff.pixels);
    for (const other of [tiff, study, hip]) expect(other.classes).toEqual(png.classes);
    expect(new Set(png.classes).size).toBeGreaterThan(1);
    // A PNG keeps what lies within its window, to half a step of 65535.
    const { window } = JSON.parse(
      readFileSync(join(at("folder"), "samples.jsonl"), "utf8").split("\n")[0],
    ) as { window: { black: number; white: number } };
    const half = (window.white - window.black) / 65535;
    for (let n = 0; n < png.pixels.length; n++) {
      const kept = Math.min(Math.max(tiff.pixels[n], window.black), window.white);
      expect(Math.abs(png.pixels[n] - kept)).toBeLessThan(half);
    }
    await Promise.all(sets.map((set) => set.close()));
  });

  it("as DICOM is the same picture, with the size of its pixels", async () => {
    const set = await openLabelledImages(at("dicom"));
    const [dicom] = await readPicture(join(at("dicom"), "dicom", "00000001.dcm"));
    const [png] = await readPicture(join(at("dicom"), "images", "00000001.png"));
    expect(dicom).toMatchObject({ widthPx: 48, heightPx: 48 });
    expect(dicom.pixelPitchMm).toBeCloseTo((await set.read(1)).pixelPitchMm ?? 0, 4);
    for (let n = 0; n < dicom.values.length; n++)
      expect(dicom.values[n] / 65535).toBeCloseTo(png.values[n], 6);
  });

  it("with whole masks has them, and they overlap as classes cannot", async () => {
    const [masks, folder] = await Promise.all([
      openLabelledImages(at("masks")),
      openLabelledImages(at("folder")),
    ]);
    expect([masks.targets, folder.targets]).toEqual(["masks", "classes"]);
    const [overlapping, single] = [await masks.read(1), await folder.read(1)];
    const { classes } = single;
    const front = await openLabelledImages(at("masks"), { targets: "classes" });
    expect((await front.read(1)).classes).toEqual(classes);
    for (const [index, mask] of (overlapping.masks ?? []).entries())
      for (let n = 0; n < mask.length; n++) if (classes?.[n] === index + 1) expect(mask[n]).toBe(1);
  });

  it("says split, subject and patient of every sample", async () => {
    const set = await openLabelledImages(at("folder"));
    const lines = readFileSync(join(at("folder"), "samples.jsonl"), "utf8")
      .trim()
      .split("\n");
    for (const [n, line] of lines.entries()) {
      const { id, subject, split } = JSON.parse(line) as { id: number; subject: string; split: string };
      expect([set.id(n), set.subject(n), set.split(n)]).toEqual([String(id), subject, split]);
      // Two images a patient.
      expect(set.patient(n)).toBe(`${subject} ${Math.floor(id / 2)}`);
    }
  });

  it("knows the size of its pixels", async () => {
    const set = await openLabelledImages(at("folder"));
    expect((await set.read(0)).pixelPitchMm).toBeCloseTo((1536 * 0.194) / 48, 6);
  });

  it("gives area densities whose exposure is the picture but for its noise", async () => {
    const set = await openLabelledImages(at("tiff"));
    for (const index of [0, 3]) {
      const picture = await set.read(index);
      const example = await set.readAreaDensity?.(index);
      if (!example) throw new TypeError("no area densities");
      expect(example.labels.classes).toEqual(picture.classes);
      const exposed = exposedExample(example, {
        key: exposureKey({ seed: 1, epoch: 0, sample: example.sample }),
        sizePx: 48,
        variation: asRecorded,
      });
      expect(exposed.classes).toEqual(picture.classes);
      expect(exposed.pixelPitchMm).toBeCloseTo(picture.pixelPitchMm ?? 0, 3);
      // Both zeros of the logarithm differ by a constant; blur and obliquity by little: they go together pixel by pixel.
      expect(correlation(exposed.pixels, picture.pixels)).toBeGreaterThan(0.995);
    }
  });

  it("gives densities averaged to no less than the size that is asked for", async () => {
    const set = await openLabelledImages(at("folder"));
    const sides = await Promise.all(
      [48, 30, 24, 20, 12].map(
        async (sizePx) => (await set.readAreaDensity?.(0, sizePx))?.record.areaDensity.widthPx,
      ),
    );
    expect(sides).toEqual([48, 48, 24, 24, 12]);
    const whole = await set.readAreaDensity?.(0);
    const half = await set.readAreaDensity?.(0, 24);
    const options = { key: exposureKey({ seed: 1, epoch: 0, sample: 0 }), sizePx: 24, variation: asRecorded };
    if (!whole || !half) throw new TypeError("no area densities");
    const [a, b] = [exposedExample(whole, options), exposedExample(half, options)];
    expect(a.classes).toEqual(b.classes);
    // The order of sums in float32.
    for (let n = 0; n < a.pixels.length; n++) expect(a.pixels[n]).toBeCloseTo(b.pixels[n], 3);
  });

  it("can be read while it grows: the parts of what is complete", async () => {
    const before = await openLabelledImages(at("masks"));
    const image = await before.read(2);
    rmSync(join(at("masks"), "samples.jsonl"));
    const growing = await openLabelledImages(at("masks"));
    expect(growing.count).toBe(4);
    expect((await growing.read(2)).pixels).toEqual(image.pixels);
  });
});

describe("what is wrong with a data set names the file", () => {
  it("outputs that cannot be read one sample at a time", async () => {
    await expect(openLabelledImages(at("other"))).rejects.toMatchObject({
      code: "data-set-outputs",
      message: expect.stringContaining("coco") as string,
    });
  });

  it("pictures and labels cut short or missing, densities damaged", async () => {
    const folder = place.at("broken");
    await make(place.recipe({ outputs: ["folder", "area-density"], count: 4 }), folder);
    const set = await openLabelledImages(folder);
    const cut = (name: string): void => {
      const path = join(folder, name);
      writeFileSync(path, readFileSync(path).subarray(0, -20));
    };
    cut("images/00000000.png");
    await expect(set.read(0)).rejects.toMatchObject({
      code: "png-unreadable",
      message: expect.stringContaining("00000000.png") as string,
    });
    rmSync(join(folder, "classes/00000001.png"));
    await expect(set.read(1)).rejects.toMatchObject({
      code: "file-missing",
      message: expect.stringContaining("classes/00000001.png") as string,
      remedy: expect.stringContaining("verify") as string,
    });
    cut("area-densities/00000001.sxd");
    await expect(set.readAreaDensity?.(3)).rejects.toMatchObject({
      code: "area-density-truncated",
      message: expect.stringContaining("00000001.sxd") as string,
    });
  });

  it("a line of samples.jsonl that is no JSON", async () => {
    const folder = place.at("cut-lines");
    await make(place.recipe({ outputs: ["folder"], count: 4 }), folder);
    const path = join(folder, "samples.jsonl");
    writeFileSync(path, readFileSync(path).subarray(0, -200));
    await expect(openLabelledImages(folder)).rejects.toMatchObject({
      code: "json-line",
      message: expect.stringContaining("samples.jsonl, line 4") as string,
    });
  });
});

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let n = 0; n < a.length; n++) {
    ab += (a[n] - meanA) * (b[n] - meanB);
    aa += (a[n] - meanA) ** 2;
    bb += (b[n] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
