import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../../../src/image/encode-png.ts";
import { openLabelledImages } from "../../../src/node/labelled-images/open-labelled-images.ts";

const [W, H] = [4, 3];
const png = (pixels: readonly number[], widthPx = W): Promise<Uint8Array> =>
  encodePng({ widthPx, heightPx: pixels.length / widthPx, channels: 1, pixels: Uint8Array.from(pixels) });

let parent: string;
beforeAll(async () => void (parent = await mkdtemp(join(tmpdir(), "synthex-plain-"))));
afterAll(() => rm(parent, { recursive: true }));

async function folderOf(files: Record<string, string | Promise<Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(parent, "folder-"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), await content);
  return folder;
}

const picture = png(Array.from({ length: W * H }, (_, n) => 20 * n));
const some = (value: number, count: number): number[] =>
  Array.from({ length: W * H }, (_, n) => (n < count ? value : 0));

const classes = (values: Record<string, string>, more: object = {}): string =>
  JSON.stringify({ masks: [{ kind: "classes", suffix: "_labels", values }], ...more });

describe("a plain folder of pictures with masks", () => {
  it("is described by its labels.json", async () => {
    const folder = await folderOf({
      "a.png": picture,
      "a_labels.png": png([...some(2, 5).slice(0, 10), 255, 7]),
      "b.png": picture,
      "b_labels.png": png(some(7, 3)),
      "labels.json": classes({ 2: "femur", 7: "pelvis" }, { pixelPitchMm: 0.5 }),
    });
    const set = await openLabelledImages(folder);
    expect(set).toMatchObject({
      kind: "plain-folder",
      structures: ["femur", "pelvis"],
      targets: "classes",
      count: 2,
      landmarks: [],
    });
    expect([set.id(0), set.split(0), set.subject(1)]).toEqual(["a", undefined, "b"]);
    const a = await set.read(0);
    expect(a.pixelPitchMm).toBe(0.5);
    expect([...(a.classes ?? [])]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 255, 2]);
  });

  it("is aligned to the names of a task, in its order; what is not wanted is background", async () => {
    const folder = await folderOf({
      "a.png": picture,
      "a_labels.png": png([1, 2, 3, 255, ...some(0, 8).slice(0, 8)]),
      "labels.json": classes({ 1: "x", 2: "y", 3: "z" }),
    });
    const set = await openLabelledImages(folder, { structures: ["z", "x"] });
    expect([...((await set.read(0)).classes ?? [])].slice(0, 5)).toEqual([2, 0, 1, 255, 0]);
    await expect(openLabelledImages(folder, { structures: ["x", "w"] })).rejects.toMatchObject({
      code: "labels-missing",
      message: expect.stringContaining('no structure "w"') as string,
    });
    await expect(openLabelledImages(folder, { targets: "masks" })).rejects.toMatchObject({
      code: "labels-overlap",
    });
  });

  it("says by its names what NAME_lung.png beside NAME.png is", async () => {
    const folder = await folderOf({
      "a_1.png": picture,
      "a_1_lung.png": png(some(255, 3)),
      "a_1_heart.png": png([...some(0, 4).slice(0, 4), 255, 127, ...some(0, 6).slice(0, 6)]),
    });
    const set = await openLabelledImages(folder, { structures: ["lung", "heart"] });
    expect(set.targets).toBe("masks");
    const { masks } = await set.read(0);
    expect(masks?.map((mask) => [...mask].slice(0, 6))).toEqual([
      [1, 1, 1, 0, 0, 0],
      [0, 0, 0, 0, 1, 255],
    ]);
  });

  it("may have a bit a structure", async () => {
    const folder = await folderOf({
      "a.png": picture,
      "a_bits.png": png([1, 2, 3, 0, ...some(0, 8).slice(0, 8)]),
      "labels.json": JSON.stringify({
        masks: [{ kind: "bits", suffix: "_bits", values: { 1: "left", 2: "right" } }],
        unions: { both: ["left", "right"] },
      }),
    });
    const set = await openLabelledImages(folder);
    expect((await set.read(0)).masks?.map((mask) => [...mask].slice(0, 4))).toEqual([
      [1, 0, 1, 0],
      [0, 1, 1, 0],
    ]);
    expect(set.unions).toEqual({ both: ["left", "right"] });
  });

  it("makes classes of masks by the order of the structures, where that is asked for", async () => {
    const folder = await folderOf({
      "a.png": picture,
      "a_lung.png": png(some(255, 3)),
      "a_heart.png": png([0, 0, 255, 255, ...some(0, 8).slice(0, 8)]),
    });
    const set = await openLabelledImages(folder, { structures: ["heart", "lung"], targets: "classes" });
    expect([...((await set.read(0)).classes ?? [])].slice(0, 5)).toEqual([2, 2, 1, 1, 0]);
  });

  it("knows nothing of structures that it does not have, where that is allowed", async () => {
    const folder = await folderOf({ "a.png": picture, "a_lung.png": png(some(255, 3)) });
    const set = await openLabelledImages(folder, { structures: ["lung", "heart"], missing: "unknown" });
    expect(set.missingStructures).toEqual(["heart"]);
    expect((await set.read(0)).masks?.[1].every((value) => value === 255)).toBe(true);
  });

  it("tells landmarks that are not in the picture from those that nobody looked for", async () => {
    const folder = await folderOf({
      "a.png": picture,
      "b.png": picture,
      "a_lung.png": png(some(255, 3)),
      "b_lung.png": png(some(255, 3)),
      "landmarks.json": JSON.stringify({
        a: { "FH-l": [1.5, 2], "FH-r": null },
        b: {
          landmarks: [
            { name: null, x: 0, y: 0 },
            { name: "FH-r", x: 3, y: 1 },
          ],
        },
      }),
    });
    const set = await openLabelledImages(folder);
    expect(set.landmarks).toEqual(["FH-l", "FH-r"]);
    expect(await set.read(0)).toMatchObject({
      landmarks: [{ x: 1.5, y: 2 }, undefined],
      annotatedLandmarks: [true, true],
    });
    expect(await set.read(1)).toMatchObject({
      landmarks: [undefined, { x: 3, y: 1 }],
      annotatedLandmarks: [false, true],
    });
  });

  it("takes subjects from a table or from the names", async () => {
    const files = {
      "p7_1.png": picture,
      "p7_2.png": picture,
      "table.csv": 'id,who\np7_1,"Seven, a"\np7_2,x\n',
    };
    const of = async (subjects: object) => {
      const folder = await folderOf({ ...files, "labels.json": JSON.stringify({ subjects }) });
      const set = await openLabelledImages(folder);
      return [set.subject(0), set.patient(1)];
    };
    expect(await of({ table: "table.csv", column: "who" })).toEqual(["Seven, a", "x"]);
    expect(await of({ pattern: "^(p7)" })).toEqual(["p7", "p7"]);
    await expect(of({ table: "table.csv", column: "whom" })).rejects.toMatchObject({ code: "csv-column" });
  });
});

describe("what is wrong with a plain folder names the file", () => {
  it.each([
    ["nothing in it", {}, "images-none"],
    ["labels of nobody knows what", { "a.png": picture, "a_labels.png": png(some(1, 2)) }, "labels-unnamed"],
    [
      "a description with another field",
      { "a.png": picture, "labels.json": '{"mask": []}' },
      "labels-invalid",
    ],
    ["a description that is no JSON", { "a.png": picture, "labels.json": "{" }, "labels-description"],
    [
      "a picture without its mask",
      { "a.png": picture, "a_lung.png": png(some(255, 2)), "b.png": picture },
      "labels-file-missing",
    ],
  ])("%s", async (_, files, code) => {
    await expect(openLabelledImages(await folderOf(files))).rejects.toMatchObject({ code });
  });

  it.each([
    ["labels of another size", png(some(1, 2).slice(0, 6), 3), "labels-size"],
    ["a value that nothing names", png(some(9, 2)), "labels-value"],
    [
      "labels in colour",
      encodePng({
        widthPx: W,
        heightPx: H,
        channels: 3,
        pixels: Uint8Array.from({ length: 36 }, (_, n) => n),
      }),
      "labels-picture",
    ],
    ["labels cut short", png(some(1, 2)).then((bytes) => bytes.slice(0, -15)), "png-unreadable"],
  ])("%s", async (_, labels, code) => {
    const folder = await folderOf({
      "a.png": picture,
      "a_labels.png": labels,
      "labels.json": classes({ 1: "x" }),
    });
    const set = await openLabelledImages(folder);
    await expect(set.read(0)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(join(folder, "a_labels.png")) as string,
    });
  });

  it("pictures may lack their masks where labels are not needed", async () => {
    const folder = await folderOf({ "a.png": picture, "a_lung.png": png(some(255, 2)), "b.png": picture });
    const set = await openLabelledImages(folder, { labelled: false });
    expect((await set.read(1)).masks?.[0].every((value) => value === 255)).toBe(true);
  });

  it("no folder at all", async () => {
    await expect(openLabelledImages(join(parent, "nowhere"))).rejects.toMatchObject({
      code: "images-missing",
    });
    const folder = await folderOf({ "a.png": picture });
    await expect(openLabelledImages(join(folder, "a.png"))).rejects.toMatchObject({ code: "images-kind" });
  });
});

const real = (name: string): string => join("..", "shared", "data", "xray", name);
const isHere = existsSync(real("chest_lungs_v7"));

describe.skipIf(!isHere)("public collections are known by their names (needs ../shared/data)", () => {
  it("hip fluoroscopies of DeepFluoro: six classes, femoral heads, ignored pixels", async () => {
    const set = await openLabelledImages(real("pelvis_deepfluoro_fig_17-1882"));
    expect(set).toMatchObject({ count: 111, targets: "classes", landmarks: ["FH-l", "FH-r"] });
    expect(set.structures).toEqual([
      "hip_left",
      "hip_right",
      "vertebrae",
      "upper_sacrum",
      "femur_left",
      "femur_right",
    ]);
    const image = await set.read(0);
    expect(image).toMatchObject({ subject: "17-1882", pixelPitchMm: 3.104, widthPx: 90, heightPx: 90 });
    expect(new Set(image.classes)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 255]));
    expect(image.landmarks).toEqual([
      { x: 84, y: 66 },
      { x: 11, y: 68 },
    ]);
  });

  it("lungs: one structure that is two of ours, of 24 people", async () => {
    const set = await openLabelledImages(real("chest_lungs_v7"));
    expect(set).toMatchObject({
      count: 50,
      structures: ["lungs"],
      targets: "masks",
      unions: { lungs: ["lung_left", "lung_right"] },
    });
    expect(new Set(Array.from({ length: 50 }, (_, n) => set.patient(n))).size).toBe(24);
    expect((await set.read(0)).masks?.[0]).toContain(1);
  });

  it("regions: bits that overlap, devices passed over, of 22 people", async () => {
    const set = await openLabelledImages(real("chest_covid_regions"), {
      structures: ["lung_left", "lung_right"],
    });
    expect(set.count).toBe(29);
    expect(new Set(Array.from({ length: 29 }, (_, n) => set.patient(n))).size).toBe(22);
    const { masks, widthPx } = await set.read(0);
    const middle = (mask: Uint8Array): number => {
      let [sum, count] = [0, 0];
      for (let n = 0; n < mask.length; n++) if (mask[n]) [sum, count] = [sum + (n % widthPx), count + 1];
      return sum / count;
    };
    // The viewer faces the patient: the left lung is on the picture's right.
    expect(middle(masks?.[0] as Uint8Array)).toBeGreaterThan(middle(masks?.[1] as Uint8Array));
  });
});
