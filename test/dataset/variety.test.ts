import { afterAll, describe, expect, test } from "vitest";
import { drawCollimation } from "../../src/dataset/draw-collimation.ts";
import { patientFacts } from "../../src/dataset/patient-facts.ts";
import { type Recipe, type RecipeInput, recipeSchema } from "../../src/dataset/recipe.ts";
import { renderSample, type Sample } from "../../src/dataset/render-sample.ts";
import { labelledPicture } from "../../src/dataset/labelled-sample.ts";
import { folderSample } from "../../src/dataset/formats/folder.ts";
import { webDatasetFiles } from "../../src/dataset/formats/web-dataset.ts";
import { transmittedPart } from "../../src/detector/collimator.ts";
import { norm } from "../../src/geometry/vector.ts";
import { decodePng } from "../../src/image/decode-png.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { openPatient } from "../../src/scene/patient.ts";
import { simulate } from "../../src/scene/simulate.ts";
import { frontalCamera } from "../detector/stand-in-beam.ts";
import { ballInAir } from "../scene/phantoms.ts";

/** A ball of water as patient, 90 mm in radius: its skin is known. */
const RADIUS_MM = 90;
const VOXEL_MM = 4;
const ct = ballInAir({
  shape: [60, 60, 60],
  voxelMm: VOXEL_MM,
  centreLps: [0, 0, 0],
  radiusMm: RADIUS_MM,
  hu: 0,
});
const anatomy = { ct, landmarks: [] };
const projector = nodeProjector({ threads: 1 });
const patient = openPatient(anatomy, projector);
const facts = patientFacts(anatomy);
afterAll(async () => {
  await patient.release();
  await projector.close();
});

const plain: RecipeInput = {
  name: "ball",
  count: 100,
  subjects: [{ ct: "ball.nii" }],
  sizePx: 128,
  view: { kind: "c-arm", laoDeg: { uniform: [-20, 20] } },
  beam: { kv: { uniform: [70, 110] } },
};
const full: RecipeInput = {
  ...plain,
  beam: { ...plain.beam, focalSpotMm: { uniform: [0.3, 1.2] } },
  collimation: { shapes: [{ kind: "rectangle" }, { kind: "circle" }, { kind: "blades", blades: 6 }] },
  distractors: [
    { kind: "ecg-leads" },
    { kind: "tubes" },
    { kind: "skin-markers" },
    { kind: "side-marker" },
    { kind: "text", texts: ["PORTABLE"] },
  ],
};
const sample = (input: RecipeInput, id: number): Promise<Sample> => {
  const recipe: Recipe = recipeSchema.parse(input);
  return renderSample({ recipe, id, subject: recipe.subjects[0], patient, facts });
};
const linesOf = ({ scene }: Sample, name: string): [number, number, number][][] =>
  (scene.distractors ?? [])
    .filter((distractor) => distractor.name === name)
    .flatMap(({ parts }) => parts.flatMap((part) => ("lines" in part ? part.lines : [])));

describe("variety in a recipe", () => {
  test("is off unless asked for, and leaves view and beam as they were", async () => {
    for (const id of [0, 7]) {
      const [without, withAll] = [await sample(plain, id), await sample(full, id)];
      for (const name of ["collimation", "distractors"]) expect(without.scene).not.toHaveProperty(name);
      expect(without.scene.beam).not.toHaveProperty("focalSpotMm");
      expect(withAll.view).toEqual(without.view);
      expect(withAll.scene.beam.kv).toBe(without.scene.beam.kv);
      expect(withAll.scene.beam.focalSpotMm).toBeGreaterThan(0);
      expect(without.simulation.labels).toBeUndefined();
    }
  });

  test("is a function of seed and id, and the scene makes the sample again", async () => {
    const first = await sample(full, 3);
    expect((await sample(full, 3)).scene).toEqual(first.scene);
    expect((await sample(full, 4)).scene.distractors).not.toEqual(first.scene.distractors);
    const again = await simulate(patient, first.scene);
    expect(again.picture.pixels).toEqual(first.simulation.picture.pixels);
    expect(again.labels).toEqual(first.simulation.labels);
  });

  test("each kind has its own numbers: another after it changes nothing", async () => {
    const leads = { ...full, distractors: full.distractors?.slice(0, 1) };
    const [alone, among] = [await sample(leads, 5), await sample(full, 5)];
    expect(linesOf(alone, "ecg-lead")).toEqual(linesOf(among, "ecg-lead"));
    const never = { ...full, distractors: [{ kind: "ecg-leads" as const, probability: 0 }] };
    expect((await sample(never, 5)).scene.distractors).toEqual([]);
  });
});

describe("collimation that is drawn", () => {
  test("comes as often as it should, and every outline is one that blades can make", () => {
    const camera = frontalCamera({ widthPx: 16, heightPx: 16, pitchMm: 10 });
    let count = 0;
    for (let id = 0; id < 600; id++) {
      const recipe = recipeSchema.parse({
        ...plain,
        collimation: {
          probability: 0.3,
          shapes: [{ kind: "blades", blades: 3 + (id % 10), tiltDeg: { uniform: [-15, 15] } }],
        },
      });
      const drawn = drawCollimation(recipe.collimation, randomStream(sampleKey(1, id, "collimation")));
      if (!drawn) continue;
      count++;
      if (drawn.shape.kind !== "polygon") throw new Error("blades make polygons");
      const cornersMm = drawn.shape.corners.map(([x, y]): [number, number] => [160 * x, 160 * y]);
      const part = transmittedPart(
        { opening: { kind: "blades", cornersMm }, penumbraMm: 0, leakage: 0 },
        camera,
      );
      expect(part[8 * 16 + 8]).toBe(1);
    }
    // Binomial: 180 ± 11; four standard deviations.
    expect(Math.abs(count - 180)).toBeLessThan(45);
  });
});

describe("distractors that are drawn", () => {
  test("markers sit on the skin", async () => {
    for (const id of [0, 1, 2, 3]) {
      const drawn = await sample(
        { ...plain, distractors: [{ kind: "skin-markers", count: 6, diameterMm: 2 }] },
        id,
      );
      const centres = linesOf(drawn, "skin-marker").flat();
      expect(centres.length).toBeGreaterThan(2);
      // Radius and gap above the skin, which is known to half a voxel, along the normal that 2 % of the picture tell.
      for (const centre of centres)
        expect(Math.abs(norm(centre) - (RADIUS_MM + 1.5))).toBeLessThan(0.75 * VOXEL_MM);
    }
  });

  test("leads and tubes lie on the front of the patient, not in it", async () => {
    for (const id of [0, 1, 2]) {
      const drawn = await sample(full, id);
      const points = [...linesOf(drawn, "ecg-lead"), ...linesOf(drawn, "tube")].flat();
      expect(points.length).toBeGreaterThan(20);
      for (const point of points) {
        expect(norm(point)).toBeGreaterThan(RADIUS_MM - VOXEL_MM);
        // A camera within 20° of the front sees the front half; beyond the rim lines go on at its depth.
        expect(point[1]).toBeLessThan(0.4 * RADIUS_MM);
      }
    }
  });

  test("the side marker names the side of the patient that it stands on, within the field", async () => {
    for (let id = 0; id < 12; id++) {
      const { scene, simulation } = await sample(
        { ...full, distractors: [{ kind: "side-marker", heightMm: 12 }] },
        id,
      );
      const [part] = scene.distractors?.[0].parts ?? [];
      if (!part || !("text" in part)) throw new Error("no marker");
      // AP: the patient's right is on the image's left.
      expect(part.text).toBe(part.at[0] < 0 ? "R" : "L");
      const { field, distractors } = simulation.labels ?? {};
      const [label] = distractors ?? [];
      expect(label.areaPx).toBeGreaterThan(0);
      const middle = field?.box &&
        label.box && [label.box.x + label.box.w / 2, label.box.y + label.box.h / 2];
      expect(middle && field.box && middle[0] > field.box.x && middle[0] < field.box.x + field.box.w).toBe(
        true,
      );
    }
  });

  test("are told by the writers, as classes or as run lengths of their own", async () => {
    const made = await sample(full, 2);
    const labels = made.simulation.labels;
    const folder = await folderSample(labelledPicture(made), { images: "png", masks: false });
    const line = JSON.parse(folder.line);
    expect(line.distractors.map(({ name }: { name: string }) => name)).toEqual(
      labels?.distractors?.map(({ name }) => name),
    );
    const picture = await decodePng(
      folder.files.find(({ path }) => path === line.distractorClasses)?.bytes ?? new Uint8Array(),
    );
    const covered = Array.from(picture.pixels).filter((value) => value > 0).length;
    const union = new Set(
      labels?.distractors?.flatMap(({ mask }) => Array.from(mask.keys()).filter((n) => mask[n])),
    );
    expect(covered).toBe(union.size);
    expect(folder.files.some(({ path }) => path === line.fieldMask)).toBe(true);
    const members = await webDatasetFiles(labelledPicture(made));
    const record = JSON.parse(
      new TextDecoder().decode(members.find(({ path }) => path.endsWith(".json"))?.bytes),
    );
    expect(record.field.mask.size).toEqual([128, 128]);
    expect(record.distractors[0].mask.counts.length).toBeGreaterThan(0);
    // Without collimation and distractors records stay what they were.
    const bare = await folderSample(labelledPicture(await sample(plain, 2)), { images: "png", masks: false });
    expect(bare.files.map(({ path }) => path.split("/")[0])).toEqual(["images", "classes"]);
  });
});
