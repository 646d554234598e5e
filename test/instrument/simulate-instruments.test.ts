import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { project } from "../../src/geometry/camera.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { box } from "../../src/instrument/mesh/ring-surface.ts";
import { demoCtPath, demoLabelsPath } from "../../src/node/demo-data.ts";
import type { SceneInput } from "../../src/scene/scene.ts";
import { synthex, synthexJson } from "../cli/run-synthex.ts";
import { labelWhere, simulated, slab } from "../scene/phantoms.ts";

const SIZE = 96;
const ct = slab([40, 20, 40], 4, 0);
const anatomy = { ct, labelMap: labelWhere(ct, "slab", () => true) };
const common = { sizePx: SIZE, view: "AP", simulator: "naive" } satisfies Omit<SceneInput, "ct">;
const screw = { preset: "screw", pose: { tip: [0, 0, 30], direction: "superior" } } satisfies NonNullable<
  SceneInput["instruments"]
>[number];

async function refusal(scene: Omit<SceneInput, "ct">): Promise<InputError> {
  try {
    await simulated(anatomy, { ...common, ...scene });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("labels of instruments", () => {
  test("follow those of the anatomy: mask, class, thickness, keypoints, pose", async () => {
    const { labels, placed } = await simulated(anatomy, { ...common, instruments: [screw], thickness: true });
    expect(labels?.structures.map(({ name }) => name)).toEqual(["slab", "screw"]);
    const mask = labels?.structures[1].mask ?? [];
    const thickness = labels?.structures[1].thicknessMm ?? [];
    let covered = 0;
    mask.forEach((isMet, pixel) => {
      expect(isMet === 1).toBe(thickness[pixel] > 0);
      expect(labels?.classes[pixel]).toBe(isMet ? 2 : labels?.structures[0].mask[pixel]);
      covered += isMet;
    });
    expect(covered).toBeGreaterThan(50);
    expect(labels?.landmarks.map(({ name, status }) => [name, status])).toEqual([
      ["screw tip", "visible"],
      ["screw base", "visible"],
      ["screw thread end", "visible"],
    ]);
    // The pose in the camera's frame says where the tip is projected: x / depth, from the foot of the perpendicular.
    const pose = labels?.instruments?.[0].placed;
    const [x, y, depth] = [3, 7, 11].map((n) => pose?.cameraFromTool[n] ?? 0);
    const { camera } = placed;
    const { u, v } = project(camera, [0, 0, 30]);
    const focal = camera.sourceToDetectorMm / camera.pixelPitchMm[0];
    expect((focal * x) / depth + (SIZE - 1) / 2).toBeCloseTo(u, 6);
    expect((focal * y) / depth + (SIZE - 1) / 2).toBeCloseTo(v, 6);
  });

  test("say what is hidden behind another tool", async () => {
    const plate = {
      preset: "plate",
      name: "shield",
      parameters: { widthMm: 30, holes: 1, spacingMm: 40, holeMm: 1 },
      pose: { tip: [0, -30, 50] as [number, number, number], direction: "superior" as const },
    };
    const { labels } = await simulated(anatomy, { ...common, instruments: [screw, plate] });
    const hidden = new Map(labels?.landmarks.map(({ name, hiddenBy }) => [name, hiddenBy]));
    expect(hidden.get("screw tip")).toEqual(["shield"]);
    expect(hidden.get("screw base")).toEqual([]);
  });

  test("of a tool of parts have masks of the parts, which have the classes", async () => {
    const snake = {
      preset: "continuum-manipulator",
      name: "snake",
      pose: { tip: [0, 0, 40] as [number, number, number] },
    };
    const { labels } = await simulated(anatomy, { ...common, instruments: [snake, screw] });
    expect(labels?.structures.map(({ name }) => name)).toEqual([
      "slab",
      "snake",
      "snake body",
      "snake shaft",
      "screw",
    ]);
    const [whole, body, shaft] = [1, 2, 3].map((n) => labels?.structures[n].mask ?? new Uint8Array(0));
    whole.forEach((isMet, pixel) => {
      expect(isMet).toBe(body[pixel] | shaft[pixel]);
      if (isMet) expect(labels?.classes[pixel]).toBe(body[pixel] ? 3 : 4);
    });
  });

  test("stand alone where a patient has no label map, and get names of their own", async () => {
    const { labels } = await simulated({ ct }, { ...common, instruments: [screw, screw] });
    expect(labels?.structures.map(({ name }) => name)).toEqual(["screw", "screw 2"]);
  });
});

describe("an instrument is put", () => {
  const tipOf = async (pose: object, landmarks: { name: string; lpsMm: Vector3 }[] = []) => {
    const { labels } = await simulated(
      { ...anatomy, landmarks },
      { ...common, instruments: [{ preset: "k-wire", pose }] },
    );
    return labels?.landmarks.find(({ name }) => name === "k-wire tip")?.lpsMm;
  };

  test("at a point, the isocentre, the centre, a label or a landmark", async () => {
    expect(await tipOf({ tip: [1, 2, 3] })).toEqual([1, 2, 3]);
    const near = async (
      pose: object,
      expected: Vector3,
      landmarks: { name: string; lpsMm: Vector3 }[] = [],
    ) => (await tipOf(pose, landmarks))?.forEach((x, axis) => expect(x).toBeCloseTo(expected[axis], 9));
    await near({}, [0, 0, 0]);
    await near({ tip: "centre" }, [0, 0, 0]);
    await near({ tip: "label:slab", direction: "left", rollDeg: 30 }, [0, 0, 0]);
    await near({ tip: "landmark:entry" }, [7, 8, 9], [{ name: "entry", lpsMm: [7, 8, 9] }]);
  });

  test("by a matrix, which must be rigid", async () => {
    const pose = {
      lpsFromTool: [
        [0, 0, 1, 5],
        [1, 0, 0, 6],
        [0, 1, 0, 7],
        [0, 0, 0, 1],
      ],
    };
    expect(await tipOf(pose)).toEqual([5, 6, 7]);
    const instruments = (rows: number[][]) =>
      ({ instruments: [{ preset: "bead", pose: { lpsFromTool: rows } }] }) as never;
    const mirrored = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, -1, 0],
      [0, 0, 0, 1],
    ];
    expect((await refusal(instruments(mirrored))).code).toBe("instrument-pose");
    const stretched = [
      [2, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 2, 0],
      [0, 0, 0, 1],
    ];
    expect((await refusal(instruments(stretched))).remedy).toContain("unit");
  });

  test("or refused, with what there is instead", async () => {
    const codes = async (instrument: object) => (await refusal({ instruments: [instrument] as never })).code;
    expect(await codes({ preset: "hammer" })).toBe("instrument-preset");
    expect(await codes({ preset: "screw", parameters: { size: 3 } })).toBe("instrument-parameter");
    expect(await codes({ preset: "screw", parameters: { lengthMm: 9999 } })).toBe("instrument-parameter");
    expect(await codes({ preset: "screw", pose: { tip: "label:liver" } })).toBe("point-label");
    expect(await codes({ preset: "screw", pose: { tip: "landmark:x" } })).toBe("point-landmark");
    expect(await codes({ preset: "screw", material: "unobtainium" })).toBe("unknown-material");
    expect(await codes({ mesh: "nowhere.stl" })).toBe("instrument-file");
    expect(await codes({ preset: "screw", mesh: "both.stl" })).toMatch(/^scene/);
  });
});

describe("synthex simulate --instrument", () => {
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  const pelvis = [
    "--ct",
    demoCtPath("pelvis"),
    "--labels",
    demoLabelsPath("pelvis"),
    "--structures",
    "hip",
    "--size",
    "96",
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "synthex-instrument-"));
    const mesh = box([-4, -4, 0], [4, 4, 90]);
    const corners = Array.from(
      mesh.triangles,
      (n) => `vertex ${mesh.vertices.subarray(3 * n, 3 * n + 3).join(" ")}`,
    );
    await writeFile(at("my tool.stl"), `solid tool\n${corners.join("\n")}\nendsolid tool\n`);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("puts a newcomer's STL and a preset into the pelvis, and its record makes the same bytes", async () => {
    const first = await synthexJson<{ findings: { code: string }[] }>(
      "simulate",
      ...pelvis,
      "--instrument",
      `${at("my tool.stl")}:material=ti-6al-4v@label:hip_right/1,0,0.2`,
      "--instrument",
      "screw:boreMm=2.6,lengthMm=60@label:hip_left/left/45",
      "--out",
      at("a"),
    );
    expect(first.findings.map(({ code }) => code)).toContain("instrument-tip");
    const labels = JSON.parse(await readFile(at("a", "labels.json"), "utf8")) as {
      structures: { name: string; areaPx: number }[];
      instruments: { name: string }[];
    };
    expect(labels.structures.slice(-2).map(({ name }) => name)).toEqual(["my tool", "screw"]);
    for (const { areaPx } of labels.structures.slice(-2)) expect(areaPx).toBeGreaterThan(50);
    expect(labels.instruments.map(({ name }) => name)).toEqual(["my tool", "screw"]);
    const scene = JSON.parse(await readFile(at("a", "scene.json"), "utf8")) as {
      instruments: { mesh?: { sha256: string } }[];
    };
    const hash = createHash("sha256")
      .update(await readFile(at("my tool.stl")))
      .digest("hex");
    expect(scene.instruments[0].mesh?.sha256).toBe(hash);

    await synthexJson("simulate", at("a", "scene.json"), "--out", at("b"));
    for (const name of ["radiograph.png", "image.npy", "classes.png", "masks/my_tool.png", "scene.json"])
      expect(Buffer.compare(await readFile(at("a", name)), await readFile(at("b", name))), name).toBe(0);

    await writeFile(at("my tool.stl"), `${await readFile(at("my tool.stl"), "utf8")}\n`);
    const changed = await synthex("simulate", at("a", "scene.json"), "--out", at("c"));
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain("is not the file that the scene was made from");
  });

  test.each([
    ["hammer", "there is no instrument"],
    ["screw:length", "there is no instrument"],
    ["screw:lengthMm=long", "must be a number"],
    ["screw@1,2", "must be X,Y,Z"],
    ["screw@1,2,3/up", "must be X,Y,Z"],
    ["nowhere.stl", "cannot read"],
    ["x.stl:size=3", "material, name, unit and turned"],
  ])("explains what is wrong with %s", async (word, message) => {
    const run = await synthex("simulate", ...pelvis, "--instrument", word, "--out", at("d"));
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain(message);
  });

  test("and synthex instruments lists what there is", async () => {
    const { instruments } = await synthexJson<{ instruments: { name: string; parameters: object }[] }>(
      "instruments",
    );
    expect(instruments.map(({ name }) => name)).toContain("k-wire");
    const { stdout } = await synthex("instruments");
    expect(stdout).toContain("continuum-manipulator");
    expect(stdout).toContain("diameterMm");
  });
});

describe("a wire along a path", () => {
  test("begins and ends where it does, and its line goes through its places", async () => {
    const path: [number, number, number][] = [
      [-60, 0, -40],
      [-20, 10, -30],
      [10, -5, 10],
      [30, 0, 50],
    ];
    const wire = { preset: "guide-wire", path } satisfies NonNullable<SceneInput["instruments"]>[number];
    const { labels } = await simulated(anatomy, { ...common, instruments: [wire] });
    const place = (name: string) => labels?.landmarks.find((landmark) => landmark.name === name)?.lpsMm;
    expect(place("guide-wire base")).toEqual(path[0]);
    expect(place("guide-wire tip")).toEqual(path[3]);
    const line = labels?.instruments?.[0].placed?.centreLine.map(({ lpsMm }) => lpsMm ?? [0, 0, 0]) ?? [];
    for (const point of path) {
      const nearest = Math.min(...line.map((at) => Math.hypot(...at.map((x, axis) => x - point[axis]))));
      // 33 places on some 150 mm are 4.7 mm apart.
      expect(nearest).toBeLessThan(2.5);
    }
    expect(labels?.structures[1].areaPx).toBeGreaterThan(40);
    const codes = async (instrument: object) => (await refusal({ instruments: [instrument] as never })).code;
    expect(await codes({ preset: "screw", path })).toBe("instrument-path");
    expect(await codes({ preset: "catheter", path: [path[0], path[0]] })).toBe("instrument-path");
  });
});

describe("the locking holes of a nail", () => {
  const nail = {
    preset: "nail",
    parameters: { lengthMm: 120, boreMm: 0, bowRadiusMm: 1e6, tipHoles: 2, baseHoles: 0 },
    pose: { tip: [0, 0, 60] as [number, number, number], direction: "superior" as const },
  };
  const through = async (instruments: NonNullable<SceneInput["instruments"]>) => {
    const { labels, image } = await simulated(anatomy, {
      ...common,
      sizePx: 768,
      instruments,
      thickness: true,
      quantity: "line-integral",
    });
    const [u, v] = labels?.landmarks.find(({ name }) => name === "nail hole 1")?.pixel ?? [0, 0];
    const pixel = Math.round(v) * 768 + Math.round(u);
    return { labels, pixel, value: image.values[pixel] };
  };

  test("let tissue and a screw through, and nothing of the nail is there", async () => {
    // Wide holes seen along their axis: the tool's y axis lies front to back.
    const wide = { ...nail, parameters: { ...nail.parameters, holeMm: 8, diameterMm: 12 } };
    const { labels, pixel, value } = await through([wide]);
    expect(labels?.structures[1].mask[pixel]).toBe(0);
    const solid = { ...wide, parameters: { ...wide.parameters, tipHoles: 0 } };
    const filled = await simulated(anatomy, {
      ...common,
      sizePx: 768,
      instruments: [solid],
      quantity: "line-integral",
    });
    // 12 mm of titanium in place of water.
    expect(filled.image.values[pixel] - value).toBeGreaterThan(1);
    const bare = await simulated(anatomy, { ...common, sizePx: 768, quantity: "line-integral" });
    expect(value).toBeCloseTo(bare.image.values[pixel], 5);
    const screwThrough = {
      preset: "k-wire",
      parameters: { diameterMm: 4 },
      pose: { tip: [0, 60, 45] as [number, number, number], direction: "posterior" as const },
    };
    const both = await through([wide, screwThrough]);
    const screwOf = async (before: typeof wide) => {
      const made = await through([before, screwThrough]);
      return made.labels?.structures[2].thicknessMm?.[pixel] ?? 0;
    };
    expect(both.labels?.structures[2].mask[pixel]).toBe(1);
    const far = { ...wide, pose: { ...wide.pose, tip: [300, 0, 60] as [number, number, number] } };
    // Through the hole it is all there; a nail without the hole takes its own 12 mm, cos 5° of it along the ray.
    expect(await screwOf(wide)).toBeCloseTo(await screwOf(far), 3);
    expect((await screwOf(far)) - (await screwOf(solid))).toBeGreaterThan(11.5);
  });
});
