import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Anatomy } from "../../src/anatomy/anatomy.ts";
import { demoCtPath, demoLabelsPath } from "../../src/node/demo-data.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { readCt, readLabels } from "../../src/node/read-anatomy.ts";
import { writeSimulation } from "../../src/node/write-simulation.ts";
import type { Projector } from "../../src/projector/projector.ts";
import { openPatient, type Patient } from "../../src/scene/patient.ts";
import { parseScene, type Scene, type SceneInput } from "../../src/scene/scene.ts";
import { simulate } from "../../src/scene/simulate.ts";
import { withAssumedLabelNames } from "../../src/volume/inspection/assumed-label-names.ts";

let folder: string;
let anatomy: Anatomy;
const open: { projector: Projector; patient: Patient }[] = [];

function patientOn(threads: number): Patient {
  const projector = nodeProjector({ threads });
  const patient = openPatient(anatomy, projector);
  open.push({ projector, patient });
  return patient;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synthex-replay-"));
  const { ct } = await readCt(demoCtPath("pelvis"));
  const { labelMap } = await readLabels(demoLabelsPath("pelvis"));
  const landmarks = [{ name: "somewhere", lpsMm: [12.3, -4.5, 6.7] as const }];
  anatomy = { ct, labelMap: withAssumedLabelNames(labelMap, ct), landmarks };
});
afterAll(async () => {
  for (const { patient, projector } of open) {
    await patient.release();
    await projector.close();
  }
  await rm(folder, { recursive: true, force: true });
});

const scene = (over: Omit<SceneInput, "ct">): Scene =>
  parseScene({ ct: demoCtPath("pelvis"), sizePx: 128, structures: ["hip_left", "femur_left"], ...over });

let runs = 0;

/** Everything that one simulation writes: name and SHA-256 of each file, and the scene it recorded. */
async function written(
  patient: Patient,
  what: Scene,
): Promise<{ files: Record<string, string>; record: Scene }> {
  const directory = join(folder, `${runs++}`);
  await writeSimulation(directory, what, await simulate(patient, what));
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files[path.slice(directory.length + 1)] = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  }
  const record = parseScene(JSON.parse(await readFile(join(directory, "scene.json"), "utf8")));
  return { files, record };
}

const simulators = ["naive", "heuristic", "realistic"] as const;
const quantities = ["radiograph", "area-density", "line-integral"] as const;
const processings = ["log", "raw", "paper"] as const;
const combinations = simulators.flatMap((simulator) =>
  quantities.flatMap((quantity) => processings.map((processing) => ({ simulator, quantity, processing }))),
);

describe("a recorded scene makes every byte of every file again", () => {
  test.each(combinations)("$simulator, $quantity, $processing", async (settings) => {
    const patient = open[0]?.patient ?? patientOn(2);
    const angles = { laoDeg: 163.3, craDeg: 11.1, rollDeg: -3.7 };
    const first = await written(patient, scene({ ...settings, ...angles, seed: 3 }));
    expect(Object.keys(first.files).length).toBe(8);
    const second = await written(patient, first.record);
    expect(second.files).toEqual(first.files);
  });

  test.each([
    [
      "a rotation",
      {
        cameraFromLps: [
          [0, 1, 0],
          [0, 0, -1],
          [-1, 0, 0],
        ],
      },
    ],
    ["another viewpoint", { view: "AP", viewedFrom: "detector" }],
    ["a label as isocentre", { isocentre: "label:hip_left", sourceToIsocentreMm: 611.7 }],
    ["another device and size", { device: "angio-30x40", sizePx: 155 }],
    ["materials by label", { materials: { rule: "labels", byLabel: { hip_left: "cortical bone" } } }],
    [
      "the rule threshold and a filtered beam",
      { materials: { rule: "threshold" }, beam: { filters: [{ material: "Cu", thicknessMm: 0.2 }] } },
    ],
  ] as [string, Omit<SceneInput, "ct">][])("with %s", async (_, settings) => {
    const patient = open[0]?.patient ?? patientOn(2);
    const first = await written(patient, scene(settings));
    expect((await written(patient, first.record)).files).toEqual(first.files);
  });

  test("and holds the camera as 3 × 4 numbers, with the charge that was chosen", async () => {
    const { record } = await written(open[0].patient, scene({}));
    expect(record.pixelFromLps?.map((row) => row.length)).toEqual([4, 4, 4]);
    expect(record.beam.mas).toBeGreaterThan(0);
    expect([record.widthPx, record.heightPx]).toEqual([128, 128]);
  });
});

describe("the bytes depend on the scene", () => {
  test("and on nothing else: neither on the number of threads nor on what was simulated before", async () => {
    const what = scene({ view: "outlet", seed: 11 });
    const [one, three] = [await written(patientOn(1), what), await written(patientOn(3), what)];
    expect(one.files).toEqual(three.files);
    expect((await written(open[0].patient, what)).files).toEqual(one.files);
  });

  test("on its seed, in the noise only", async () => {
    const patient = open[0].patient;
    const [first, other] = [
      await written(patient, scene({ seed: 1 })),
      await written(patient, scene({ seed: 2 })),
    ];
    const differing = Object.keys(first.files).filter((name) => first.files[name] !== other.files[name]);
    expect(differing.filter((name) => !["labels.json", "scene.json"].includes(name))).toEqual(
      expect.arrayContaining(["image.npy", "overlay.png", "radiograph.png"]),
    );
    expect(differing.some((name) => name.startsWith("masks/"))).toBe(false);
    // Without noise the seed has nothing to do.
    const [quiet, still] = [
      await written(patient, scene({ seed: 1, noise: false })),
      await written(patient, scene({ seed: 2, noise: false })),
    ];
    expect({ ...quiet.files, "scene.json": "" }).toEqual({ ...still.files, "scene.json": "" });
  });
});
