import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodePng } from "../../src/image/decode-png.ts";
import { demoCtPath, demoLabelsPath } from "../../src/node/demo-data.ts";
import { pngHeader, readNpy, synthex, synthexJson } from "./run-synthex.ts";

const ct = demoCtPath("pelvis");
const labels = demoLabelsPath("pelvis");
let folder: string;
const at = (...names: string[]) => join(folder, ...names);

const GREY = 0;
const hip = ["hip_left", "hip_right", "vertebrae", "upper_sacrum", "femur_left", "femur_right"];

interface LabelFile {
  landmarks: { name: string; lpsMm: number[]; pixel: [number, number] | null; status: string }[];
  structures: { name: string; areaPx: number; box: { x: number; y: number; w: number; h: number } | null }[];
}
interface SceneFile {
  pixelFromLps: number[][];
  ct: { path: string; sha256: string };
}

const json = async <T>(...names: string[]): Promise<T> =>
  JSON.parse(await readFile(at(...names), "utf8")) as T;

/** Name and SHA-256 of every file below a folder. */
async function hashes(name: string): Promise<Record<string, string>> {
  const entries = await readdir(at(name), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = files.toSorted().map(async (path) => {
    const hash = createHash("sha256").update(await readFile(path));
    return [path.slice(at(name).length + 1), hash.digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synthex-cli-"));
  // The centre of the demo pelvis, one far to its left, one behind the source; RAS, as Slicer writes.
  const { lpsFromVoxel, shape } = await synthexJson<{ lpsFromVoxel: number[][]; shape: number[] }>(
    "inspect",
    ct,
  );
  const middle = lpsFromVoxel
    .slice(0, 3)
    .map((row) => row[3] + shape.reduce((sum, n, axis) => sum + (row[axis] * (n - 1)) / 2, 0));
  const [x, y, z] = middle;
  await writeFile(
    at("points.csv"),
    `name,x,y,z\nmiddle,${x},${y},${z}\nfar,${x + 400},${y},${z}\nbehind,${x},${y - 900},${z}\n`,
  );
  const common = ["simulate", "--ct", ct, "--size", "128"];
  const shot = async (name: string, ...words: string[]) => {
    const run = await synthex(...common, ...words, "--out", at(name));
    if (run.code !== 0) throw new Error(run.stderr);
  };
  const annotated = ["--labels", labels, "--landmarks", at("points.csv"), "--structures", "hip"];
  await Promise.all([
    shot("ap", "--view", "AP", ...annotated, "--seed", "7"),
    shot("densities", "--quantity", "area-density"),
  ]);
  await Promise.all([
    shot("integral", "--quantity", "line-integral", "--simulator", "naive", "--lao", "20", "--cra", "-10"),
    shot("every-option", ...annotated, ...everyOption),
  ]);
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const everyOption = (
  "--device mobile-c-arm-21 --view outlet --roll 10 --isocentre label:hip_left --source-to-isocentre 600 " +
  "--simulator realistic --materials threshold --kv 90 --mas 2 --filter Al:2.5 --filter Cu:0.1 --no-noise --seed 5 " +
  "--quantity radiograph --thickness --processing paper --format dcm --projector wasm"
).split(" ");

describe("synthex simulate", () => {
  test("writes a radiograph of 16 bits, the quantity as float32, masks, labels, an overlay and the scene", async () => {
    expect(Object.keys(await hashes("ap"))).toEqual(
      [
        "classes.png",
        "image.npy",
        "labels.json",
        ...hip.map((name) => `masks/${name}.png`),
        "overlay.png",
        "radiograph.png",
        "scene.json",
      ].toSorted(),
    );
    expect(pngHeader(await readFile(at("ap", "radiograph.png")))).toEqual({
      widthPx: 128,
      heightPx: 128,
      bits: 16,
      colour: GREY,
    });
    const npy = readNpy(await readFile(at("ap", "image.npy")));
    expect(npy.header).toContain("'descr': '<f4'");
    expect(npy.header).toContain("'fortran_order': False");
    expect(npy.shape).toEqual([128, 128]);
    expect(npy.values).toHaveLength(128 * 128);
    expect(npy.values.every(Number.isFinite)).toBe(true);
  });

  test("gives the structures of labels.json the areas and boxes of their masks", async () => {
    const { structures } = await json<LabelFile>("ap", "labels.json");
    expect(structures.map(({ name }) => name).toSorted()).toEqual(hip.toSorted());
    for (const { name, areaPx, box } of structures) {
      const mask = await decodePng(await readFile(at("ap", "masks", `${name}.png`)));
      const inside = [...mask.pixels].flatMap((value, n) => (value > 0 ? [n] : []));
      expect(inside.length, name).toBe(areaPx);
      const [columns, rows] = [inside.map((n) => n % 128), inside.map((n) => Math.floor(n / 128))];
      const [x, y] = [Math.min(...columns), Math.min(...rows)];
      const expected = { x, y, w: Math.max(...columns) - x + 1, h: Math.max(...rows) - y + 1 };
      expect(box, name).toEqual(inside.length === 0 ? null : expected);
    }
    // AP: the patient's right on the image's left.
    const middleOf = (name: string) => {
      const box = structures.find((structure) => structure.name === name)?.box;
      return box ? box.x + box.w / 2 : Number.NaN;
    };
    expect(middleOf("hip_right")).toBeLessThan(middleOf("hip_left"));
  });

  test("puts landmarks where the matrix of scene.json puts them", async () => {
    const { landmarks } = await json<LabelFile>("ap", "labels.json");
    const { pixelFromLps } = await json<SceneFile>("ap", "scene.json");
    expect(pixelFromLps.map((row) => row.length)).toEqual([4, 4, 4]);
    expect(landmarks.map(({ name, status }) => [name, status])).toEqual([
      ["middle", "visible"],
      ["far", "outside"],
      ["behind", "behind source"],
    ]);
    for (const { lpsMm, pixel } of landmarks.slice(0, 2)) {
      const [u, v, w] = pixelFromLps.map(
        (row) => row[0] * lpsMm[0] + row[1] * lpsMm[1] + row[2] * lpsMm[2] + row[3],
      );
      expect(pixel?.[0]).toBeCloseTo(u / w, 9);
      expect(pixel?.[1]).toBeCloseTo(v / w, 9);
    }
    expect(landmarks[0].pixel).toEqual([expect.closeTo(63.5, 6), expect.closeTo(63.5, 6)]);
    expect(landmarks[2].pixel).toBeNull();
  });

  test("writes area densities as materials × rows × columns, and line integrals as rows × columns", async () => {
    const densities = readNpy(await readFile(at("densities", "image.npy")));
    expect(densities.shape).toEqual([4, 128, 128]);
    expect(Math.min(...densities.values)).toBeGreaterThanOrEqual(0);
    const integral = readNpy(await readFile(at("integral", "image.npy")));
    expect(integral.shape).toEqual([128, 128]);
    // A pelvis is some 20 to 35 cm of water: 0.027 / mm of it.
    expect(Math.max(...integral.values)).toBeGreaterThan(4);
    expect(Math.max(...integral.values)).toBeLessThan(15);
    expect(Object.keys(await hashes("integral"))).not.toContain("classes.png");
  });

  test("takes every option at once", async () => {
    const files = Object.keys(await hashes("every-option"));
    expect(files).toContain("radiograph.dcm");
    const dicom = await readFile(at("every-option", "radiograph.dcm"));
    expect(dicom.subarray(128, 132).toString("latin1")).toBe("DICM");
    const scene = await json<SceneFile & { beam: object; pose: object }>("every-option", "scene.json");
    expect(scene.beam).toMatchObject({
      kv: 90,
      mas: 2,
      filters: [
        { material: "Al", thicknessMm: 2.5 },
        { material: "Cu", thicknessMm: 0.1 },
      ],
    });
    expect(scene.pose).toMatchObject({
      view: "outlet",
      laoDeg: 180,
      craDeg: 40,
      rollDeg: 10,
      sourceToIsocentreMm: 600,
    });
  });

  test.each(["ap", "densities", "integral", "every-option"])(
    "makes every byte again from the scene.json of %s",
    async (name) => {
      const again = `${name}-again`;
      const format = name === "every-option" ? ["--format", "dcm"] : [];
      const run = await synthex("simulate", at(name, "scene.json"), ...format, "--out", at(again));
      expect(run.stderr).toBe("");
      expect(run.code).toBe(0);
      expect(await hashes(again)).toEqual(await hashes(name));
    },
  );

  test("changes single settings of a recorded scene", async () => {
    const run = await synthex(
      "simulate",
      at("ap", "scene.json"),
      "--size",
      "64",
      "--seed",
      "8",
      "--out",
      at("small"),
    );
    expect(run.code).toBe(0);
    expect(pngHeader(await readFile(at("small", "radiograph.png")))).toMatchObject({
      widthPx: 64,
      heightPx: 64,
    });
    const { landmarks } = await json<LabelFile>("small", "labels.json");
    expect(landmarks[0].pixel).toEqual([expect.closeTo(31.5, 6), expect.closeTo(31.5, 6)]);
  });

  test("prints one JSON object on stdout with --json, and everything else on stderr", async () => {
    const run = await synthex(
      ..."simulate --size 64 --simulator naive --isocentre 0,0,5000 --json --out".split(" "),
      at("empty"),
      "--ct",
      ct,
    );
    expect(run.code).toBe(0);
    const { files, findings, widthPx } = JSON.parse(run.stdout) as {
      files: string[];
      findings: { code: string; message: string }[];
      widthPx: number;
    };
    expect(widthPx).toBe(64);
    expect(files).toContain("radiograph.png");
    expect(findings[0].message).toMatch(/mm outside the beam; try --isocentre/);
    expect(run.stderr).toContain(findings[0].message);
  });

  test("leaves nothing of an earlier simulation in a folder that is used again, and nothing else out of it", async () => {
    const again = ["--size", "32", "--simulator", "naive", "--out", at("used")];
    expect(
      (await synthex("simulate", at("every-option", "scene.json"), "--format", "dcm", ...again)).code,
    ).toBe(0);
    await writeFile(at("used", "notes.txt"), "mine");
    expect((await synthex("simulate", "--ct", ct, ...again)).code).toBe(0);
    expect(Object.keys(await hashes("used"))).toEqual([
      "image.npy",
      "labels.json",
      "notes.txt",
      "overlay.png",
      "radiograph.png",
      "scene.json",
    ]);
  });

  test("takes a scene of two lines in YAML, with paths beside the file", async () => {
    await copyFile(ct, at("ct.nii.gz"));
    await writeFile(at("scene.yaml"), "ct: ct.nii.gz\nsizePx: 32\nsimulator: heuristic # fast\n");
    const run = await synthex("simulate", at("scene.yaml"), "--view", "left-lateral", "--out", at("yaml"));
    expect(run.stderr).toBe("");
    const scene = await json<SceneFile & { pose: object }>("yaml", "scene.json");
    expect(scene).toMatchObject({
      simulator: "heuristic",
      widthPx: 32,
      pose: { view: "left-lateral", laoDeg: 90 },
    });
  });

  test("names file, line and field of what is wrong in a scene", async () => {
    await writeFile(at("wrong.yaml"), "ct: ct.nii.gz\nbeam:\n  kv: 300\n  voltage: 80\n");
    const run = await synthex("simulate", at("wrong.yaml"), "--out", at("wrong"));
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/wrong\.yaml:3:\d+: beam\.kv/);
    expect(run.stderr).toMatch(/wrong\.yaml:4:\d+: beam\.voltage: there is no such field/);
    await writeFile(at("broken.yaml"), "ct: [\n");
    const broken = await synthex("simulate", at("broken.yaml"), "--out", at("wrong"));
    expect(broken.code).toBe(2);
    expect(broken.stderr).toMatch(/broken\.yaml:\d+:\d+: /);
  });

  test("says what is missing or wrong in the input although a picture can be made", async () => {
    const run = await synthex(
      "simulate",
      "--ct",
      ct,
      "--size",
      "32",
      "--structures",
      "hip",
      "--out",
      at("bare"),
    );
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("there is no label map, so there are no masks; give --labels FILE");
    const words = [
      "--materials",
      "tissue",
      "--label-material",
      "hip_left:Al",
      "--thickness",
      "--out",
      at("bare"),
    ];
    const more = await synthex("simulate", "--ct", ct, "--size", "32", ...words);
    expect(more.stderr).toContain("thickness was asked for, but there is no label map");
    expect(more.stderr).toContain(
      "the rule tissue does not use the materials of labels; give --materials labels",
    );
  });

  test("offers the label that was meant", async () => {
    const words = [
      "--labels",
      labels,
      "--size",
      "32",
      "--isocentre",
      "label:hip_lft",
      "--out",
      at("misspelt"),
    ];
    const run = await synthex("simulate", "--ct", ct, ...words);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/no voxel is labelled "hip_lft"; labels here: hip_left, /);
  });

  test("refuses a CT that is no longer the one of the scene", async () => {
    const scene = await json<SceneFile>("integral", "scene.json");
    await writeFile(
      at("changed.json"),
      JSON.stringify({ ...scene, ct: { ...scene.ct, sha256: "0".repeat(64) } }),
    );
    const run = await synthex("simulate", at("changed.json"), "--out", at("changed"));
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("is not the file that the scene was made from");
  });

  test("--thickness: a volume in mm per structure, some where there is a mask, none far from it", async () => {
    const { shape, values } = readNpy(await readFile(at("every-option", "thickness.npy")));
    const { structures } = await json<LabelFile>("every-option", "labels.json");
    expect(shape[0]).toBe(structures.length);
    const pixels = shape[1] * shape[2];
    for (const [index, { areaPx }] of structures.entries()) {
      const thick = values.subarray(index * pixels, (index + 1) * pixels);
      // A ray through the mask has met half occupancy, so it crosses some of the structure; the rim outside the mask is thin.
      expect(thick.filter((mm) => mm > 0).length).toBeGreaterThanOrEqual(areaPx);
      expect(thick.filter((mm) => mm > 12).length).toBeLessThanOrEqual(areaPx);
    }
  });
});
