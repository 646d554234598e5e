import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import dcmjs from "dcmjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexAreaDensities, readAreaDensity } from "../../src/dataset/formats/area-density-record.ts";
import { openHdf5 } from "../../src/dataset/formats/hdf5-file.ts";
import { readControlledStudy } from "../../src/dataset/formats/controlled-study.ts";
import { areaOfRuns, maskFromRunLengths, parseRunText } from "../../src/dataset/formats/run-lengths.ts";
import { indexTar, readTarMember } from "../../src/dataset/formats/tar-shard.ts";
import { decodeTiff } from "../../src/dataset/formats/tiff.ts";
import { parseManifestLine } from "../../src/dataset/manifest.ts";
import type { RecipeInput } from "../../src/dataset/recipe.ts";
import { reportHtml } from "../../src/dataset/report/report-html.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { box } from "../../src/instrument/mesh/ring-surface.ts";
import { openByteSource } from "../../src/node/dataset/open-byte-source.ts";
import { reportCard } from "../../src/node/dataset/report.ts";
import { rerenderSample } from "../../src/node/dataset/rerender.ts";
import { verifyDataSet } from "../../src/node/dataset/verify.ts";
import { make, type SmallPlace, smallPlace, treeOf } from "./small-data-set.ts";

let place: SmallPlace;
const COUNT = 6;
const SIDE_PX = 48;

/** A snake everywhere, a tool of a file in half of the samples, a bead before the snake's tip. */
const instruments: NonNullable<RecipeInput["instruments"]> = [
  {
    preset: "bead",
    name: "cover",
    parameters: { diameterMm: 20 },
    placement: { kind: "beam", distanceMm: { uniform: [400, 450] } },
  },
  {
    preset: "continuum-manipulator",
    name: "snake",
    parameters: { knot2Deg: { normal: { sd: 2.5 } } },
    placement: { kind: "beam", turnDeg: { uniform: [-180, 180] } },
  },
  {
    mesh: "my tool.stl",
    probability: 0.5,
    placement: { kind: "structure", labels: ["bone_*"], direction: "sphere" },
  },
];
const outputs: RecipeInput["outputs"] = [
  "folder-masks",
  "coco",
  "hdf5",
  "webdataset",
  "area-density",
  "paper-tool-files",
  "dicom",
];
const changes: Partial<RecipeInput> = { count: COUNT, instruments, outputs };
const directory = (): string => place.at("out");

interface Line {
  readonly id: number;
  readonly structures: { name: string; areaPx: number }[];
  readonly landmarks: { name: string; status: string; pixel: [number, number] | null; hiddenBy?: string[] }[];
  readonly instruments: { name: string; isPresent: boolean; structures: string[] }[];
  readonly scene: { instruments: { mesh?: { path: string; sha256: string }; absent?: true }[] };
}
const linesOf = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
let manifest: Line[];

function writeTool(lengthMm: number): void {
  const mesh = box([-4, -4, 0], [4, 4, lengthMm]);
  const corners = Array.from(
    mesh.triangles,
    (n) => `vertex ${mesh.vertices.subarray(3 * n, 3 * n + 3).join(" ")}`,
  );
  writeFileSync(place.at("my tool.stl"), `solid tool\n${corners.join("\n")}\nendsolid tool\n`);
}

beforeAll(async () => {
  place = smallPlace();
  writeTool(70);
  await make(place.recipe(changes), directory(), { workers: 2 });
  manifest = linesOf(readFileSync(place.at("out", "manifest.jsonl"), "utf8")) as Line[];
});
afterAll(() => place.remove());

/** What the library's own declaration leaves out. */
const { data } = dcmjs;
const reader = data as unknown as {
  DicomMessage: { readFile(bytes: ArrayBuffer): { dict: object } };
  DicomMetaDictionary: { naturalizeDataset(dataset: object): object };
};

const ALL = ["cover", "snake", "snake body", "snake shaft", "my tool"];
const maskOf = async (id: number, name: string): Promise<Uint8Array> => {
  const path = place.at("out", "masks", String(id).padStart(8, "0"), `${name.replaceAll(" ", "_")}.png`);
  const { pixels } = await decodePng(await readFile(path));
  return Uint8Array.from(pixels, (value) => (value > 0 ? 1 : 0));
};

describe("a data set with instruments", () => {
  test("has the same bytes on one worker and on two, and its samples come out again", async () => {
    await make(place.recipe(changes), place.at("again"), { workers: 1 });
    expect(treeOf(place.at("again"))).toEqual(treeOf(directory()));
    for (const id of [0, 3])
      expect((await rerenderSample({ directory: directory(), id })).identical).toBe(true);
    expect((await verifyDataSet(directory(), { hashes: true })).findings).toEqual([]);
  });

  test("lists all of them in every line of the manifest", () => {
    expect(manifest).toHaveLength(COUNT);
    const present = manifest.map(({ instruments: [, , tool] }) => tool.isPresent);
    expect(new Set(present).size).toBe(2);
    for (const line of manifest) {
      parseManifestLine(JSON.stringify(line), "line");
      expect(line.structures.slice(-5).map(({ name }) => name)).toEqual(ALL);
      expect(line.instruments[1].structures).toEqual(ALL.slice(1, 4));
      const isPresent = line.instruments[2].isPresent;
      expect(line.structures[6].areaPx > 0).toBe(isPresent);
      expect(line.scene.instruments[2].absent).toBe(isPresent ? undefined : true);
      const tip = line.landmarks.find(({ name }) => name === "my tool tip");
      expect(tip?.status === "absent").toBe(!isPresent);
    }
  });

  test("knows the files of its instruments by their hashes, and refuses others", async () => {
    const { sources } = JSON.parse(readFileSync(place.at("out", "recipe.json"), "utf8")) as {
      sources: Record<string, Record<string, string>>;
    };
    const sha256 = sources["instrument files"]["my tool.stl"];
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(manifest[0].scene.instruments[2].mesh).toEqual({ path: "my tool.stl", sha256 });
    writeTool(71);
    await expect(rerenderSample({ directory: directory(), id: 0 })).rejects.toMatchObject({
      code: "source-changed",
    });
    await expect(
      make(place.recipe({ ...changes, count: COUNT + 4 }), directory(), { merge: false }),
    ).rejects.toMatchObject({ code: "source-changed" });
    writeTool(70);
    await expect(make(place.recipe(changes), directory())).resolves.toBeUndefined();
  });
});

describe("every writer has the instruments:", () => {
  test("folder: classes, a mask for each and its parts, pose and centre line", async () => {
    const samples = linesOf(readFileSync(place.at("out", "samples.jsonl"), "utf8")) as (Line & {
      instruments: {
        isPresent: boolean;
        lpsFromTool?: number[][];
        cameraFromTool?: number[][];
        centreLine?: { lpsMm: number[][]; pixels: [number, number][] };
      }[];
    })[];
    for (const { id, instruments: tools, landmarks } of samples) {
      for (const [n, name] of ALL.entries()) {
        const areaPx = (await maskOf(id, name)).reduce((sum, value) => sum + value, 0);
        expect(areaPx).toBe(manifest[id].structures[n + 2].areaPx);
      }
      const [, snake, file] = tools;
      expect(file.lpsFromTool === undefined).toBe(!file.isPresent);
      expect(snake.lpsFromTool).toHaveLength(4);
      const { lpsMm, pixels } = snake.centreLine ?? { lpsMm: [], pixels: [] };
      expect([lpsMm.length, pixels.length]).toEqual([33, 33]);
      // From base to tip, where the keypoints are.
      for (const [end, name] of [
        [0, "snake base"],
        [32, "snake tip"],
      ] as const) {
        const keypoint = landmarks.find((landmark) => landmark.name === name)?.pixel ?? [0, 0];
        for (const axis of [0, 1]) expect(pixels[end][axis]).toBeCloseTo(keypoint[axis], 2);
      }
      // It lies on the snake's mask; its very end may fall on a pixel of which no ray is cast so near the rim.
      const mask = await maskOf(id, "snake");
      for (const [u, v] of pixels.slice(0, 32))
        if (u > 0 && v > 0 && u < SIDE_PX - 1 && v < SIDE_PX - 1)
          expect(mask[Math.round(v) * SIDE_PX + Math.round(u)]).toBe(1);
    }
  });

  test("COCO: categories with their keypoints, hidden ones as such, the patient's without them", async () => {
    const coco = JSON.parse(readFileSync(place.at("out", "annotations", "instances.json"), "utf8")) as {
      categories: { id: number; name: string; supercategory: string; keypoints?: string[] }[];
      annotations: {
        image_id: number;
        category_id: number;
        area: number;
        keypoints?: number[];
        centre_line?: unknown[];
        lps_from_tool?: number[][];
        segmentation: { size: [number, number]; counts: string };
      }[];
    };
    expect(
      coco.categories.map(({ name, supercategory, keypoints }) => [name, supercategory, keypoints]),
    ).toEqual([
      ["bone_left", "anatomy", undefined],
      ["bone_right", "anatomy", undefined],
      ["cover", "instrument", ["tip", "base"]],
      ["snake", "instrument", ["tip", "base", "shaft end"]],
      ["snake body", "instrument", undefined],
      ["snake shaft", "instrument", undefined],
      ["my tool", "instrument", ["tip", "base"]],
    ]);
    for (const { id, structures, landmarks } of manifest)
      for (const [index, { name, areaPx }] of structures.entries()) {
        const found = coco.annotations.find(
          ({ image_id, category_id }) => image_id === id && category_id === index + 1,
        );
        expect(found?.area ?? 0).toBe(areaPx);
        if (!found || index < 2) continue;
        const runs = parseRunText(found.segmentation.counts, SIDE_PX, SIDE_PX);
        expect(areaOfRuns(runs)).toBe(areaPx);
        expect(maskFromRunLengths(runs)).toEqual(await maskOf(id, name));
        if (name !== "snake") continue;
        expect(found.centre_line).toHaveLength(33);
        expect(found.lps_from_tool).toHaveLength(4);
        const tip = landmarks.find((landmark) => landmark.name === "snake tip");
        const visibility = tip?.status !== "visible" ? 0 : tip.hiddenBy ? 1 : 2;
        expect(found.keypoints?.[2]).toBe(visibility);
        expect(found.keypoints).toHaveLength(9);
      }
  });

  test("HDF5: masks, poses and centre lines in a group of their own, keypoints among the landmarks", async () => {
    const file = await openHdf5(readFileSync(place.at("out", "study.h5")), "study.h5");
    const study = readControlledStudy(file);
    expect(study.landmarkNames()).toEqual(manifest[0].landmarks.map(({ name }) => name));
    const ids = new Map<string, number>();
    for (const { id, instruments: tools, landmarks } of manifest) {
      const { subject } = manifest[id] as unknown as { subject: string };
      const n = ids.get(subject) ?? 0;
      ids.set(subject, n + 1);
      const at = `${subject}/instruments`;
      expect(file.numbers(`${at}/snake/segs`, n)).toEqual(await maskOf(id, "snake"));
      expect(file.numbers(`${at}/snake/segs-body`, n)).toEqual(await maskOf(id, "snake body"));
      const pose = file.numbers(`${at}/my_tool/poses`, n);
      expect(Number.isNaN(pose[0])).toBe(!tools[2].isPresent);
      const line = file.numbers(`${at}/snake/centre-line`, n);
      const base = landmarks.find(({ name }) => name === "snake base")?.pixel ?? [0, 0];
      expect(line[0]).toBeCloseTo(base[0], 1);
      expect(line[33]).toBeCloseTo(base[1], 1);
      const places = study.landmarks(subject, n);
      const tip = landmarks.findIndex(({ name }) => name === "my tool tip");
      if (!tools[2].isPresent) expect(places[tip]).toEqual([-1, -1]);
    }
    file.close();
  });

  test("WebDataset: masks as run lengths, poses, centre lines", async () => {
    const { source, close } = await openByteSource(place.at("out", "shards", "00000000.tar"), "shard");
    let seen = 0;
    for await (const member of indexTar(source)) {
      if (!member.path.endsWith(".json")) continue;
      const record = JSON.parse(new TextDecoder().decode(await readTarMember(source, member))) as {
        id: number;
        structures: { name: string; mask: { counts: string } }[];
        instruments: { name: string; centreLine?: object }[];
      };
      seen++;
      expect(record.instruments.map(({ name }) => name)).toEqual(["cover", "snake", "my tool"]);
      expect(record.instruments[1].centreLine).toBeDefined();
      const snake = record.structures.find(({ name }) => name === "snake");
      expect(maskFromRunLengths(parseRunText(snake?.mask.counts ?? "", SIDE_PX, SIDE_PX))).toEqual(
        await maskOf(record.id, "snake"),
      );
    }
    await close();
    expect(seen).toBe(2);
  });

  test("area densities: planes of the tools' own metals, where their masks are", async () => {
    const { source, close } = await openByteSource(
      place.at("out", "area-densities", "00000000.sxd"),
      "record",
    );
    for await (const { offset } of indexAreaDensities(source)) {
      const { id, areaDensity } = await readAreaDensity(source, offset);
      const plane = (material: RegExp): Float32Array => {
        const index = areaDensity.materials.findIndex((name) => material.test(name));
        return areaDensity.gPerCm2.subarray(index * SIDE_PX ** 2, (index + 1) * SIDE_PX ** 2);
      };
      const nitinol = plane(/nitinol/i);
      const [snake, cover] = [await maskOf(id, "snake"), await maskOf(id, "cover")];
      expect(nitinol.some((value) => value > 0.1)).toBe(true);
      nitinol.forEach((value, pixel) => {
        if (snake[pixel] === 0) expect(value).toBe(0);
        // A sixteenth bit of the peak: what thin rims lose to the codes.
        else if (cover[pixel] === 0) expect(value).toBeGreaterThanOrEqual(0);
      });
      const steel = plane(/316l/i);
      const tool = await maskOf(id, "my tool");
      steel.forEach((value, pixel) => {
        if (cover[pixel] === 0 && tool[pixel] === 0) expect(value).toBe(0);
      });
    }
    await close();
  });

  test("the published tool layout: mask of the first instrument, base and tip", async () => {
    for (const { id, landmarks } of manifest) {
      const name = String(id).padStart(5, "0");
      const mask = decodeTiff(readFileSync(place.at("out", "seg", `${name}.tiff`)), name).pixels;
      expect(Uint8Array.from(mask)).toEqual(await maskOf(id, "cover"));
      const file = await openHdf5(readFileSync(place.at("out", "lands", `${name}.h5`)), name);
      for (const [dataset, keypoint] of [
        ["ld1", "cover base"],
        ["ld2", "cover tip"],
      ]) {
        const found = landmarks.find((landmark) => landmark.name === keypoint);
        const expected = found?.status === "visible" ? (found.pixel ?? []) : [-1, -1];
        file.numbers(dataset).forEach((value, axis) => expect(value).toBeCloseTo(expected[axis], 1));
      }
      file.close();
    }
  });

  test("DICOM: the devices that are in the picture", () => {
    for (const { id, instruments: tools } of manifest) {
      const bytes = readFileSync(place.at("out", "dicom", `${String(id).padStart(8, "0")}.dcm`));
      const { dict } = reader.DicomMessage.readFile(
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
      );
      const { DeviceSequence: devices } = reader.DicomMetaDictionary.naturalizeDataset(dict) as {
        DeviceSequence: { DeviceDescription: string; DeviceLength: number }[];
      };
      const present = tools.filter(({ isPresent }) => isPresent).map(({ name }) => name);
      expect(Array.from(devices, ({ DeviceDescription: text }) => text)).toEqual(present);
      expect(devices[1].DeviceLength).toBeCloseTo(35, 0);
    }
  });

  test("the report card: how often each is there and seen", async () => {
    const card = await reportCard({ directory: directory(), mostPictures: 6 });
    expect(card.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const present = manifest.filter(({ instruments: [, , tool] }) => tool.isPresent).length;
    expect(card.statistics.instruments.map(({ name, present: count }) => [name, count])).toEqual([
      ["cover", COUNT],
      ["snake", COUNT],
      ["my tool", present],
    ]);
    expect(card.statistics.drawn.instruments.has("snake.knot2Deg")).toBe(true);
    const html = await reportHtml(card);
    expect(html).toContain("<h2>Instruments</h2>");
    expect(html).toContain("my tool");
  });
});

test("a data set of the tool layout alone can be reported", async () => {
  await make(place.recipe({ ...changes, outputs: ["paper-tool-files"] }), place.at("alone"));
  const card = await reportCard({ directory: place.at("alone"), mostPictures: 6 });
  expect(card.findings.filter(({ severity }) => severity === "error")).toEqual([]);
});
