import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { drawInstruments } from "../../src/dataset/draw-instruments.ts";
import { blockCount, drawPatient } from "../../src/dataset/draw-patient.ts";
import type { PatientFacts } from "../../src/dataset/patient-facts.ts";
import { readRecipe, type Recipe } from "../../src/dataset/recipe.ts";
import { brokenGeometry } from "../../src/dataset/check-constraints.ts";
import { sampleScene } from "../../src/dataset/sample-scene.ts";
import { drawView, type SampleView } from "../../src/dataset/sample-view.ts";
import { project } from "../../src/geometry/camera.ts";
import { type Vector3, add, norm, subtract } from "../../src/geometry/vector.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";

const shipped = (name: string): Recipe => readRecipe(readFileSync(`recipes/${name}.yaml`, "utf8"), name);

const centre: Vector3 = [10, -20, 30];
/** A patient whose landmarks all stand at the centre, with skin 100 mm around it. */
const patient: PatientFacts = {
  landmarks: ["GSN-l", "GSN-r", "SPS-l", "SPS-r", "FH-l"].map((name) => ({ name, lpsMm: centre })),
  centreLps: centre,
  skinLps: [-100, 100].flatMap((mm): Vector3[] => [
    add(centre, [mm, 0, 0]),
    add(centre, [0, mm, 0]),
    add(centre, [0, 0, mm]),
  ]),
  labelCentroidLps: () => centre,
  isInBody: (point) => norm(subtract(point, centre)) < 100,
};
const viewOf = (recipe: Recipe, id: number): SampleView =>
  drawView(recipe, randomStream(sampleKey(recipe.seed, id, "view 0")), patient);
const views = (recipe: Recipe, count = 4000): SampleView[] =>
  Array.from({ length: count }, (_, id) => viewOf(recipe, id));
/** Uniform within limits: none outside, and the mean within five standard errors of the middle. */
function expectUniform(values: number[], [low, high]: readonly [number, number]): void {
  expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
  expect(Math.max(...values)).toBeLessThanOrEqual(high);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((5 * (high - low)) / Math.sqrt(12 * values.length));
  // The middle half holds half of them.
  const inner = values.filter((value) => Math.abs(value - (low + high) / 2) < (high - low) / 4).length;
  expect(Math.abs(inner / values.length - 0.5)).toBeLessThan(2.5 / Math.sqrt(values.length));
}

describe("the paper's samplers", () => {
  test("hip: any axis, angle within 45°, shifts of 50, 20 and 100 mm about the mean of GSN and SPS", () => {
    const drawn = views(shipped("paper-hip")).map((view) => view.drawn);
    expectUniform(
      drawn.map(({ angleDeg }) => angleDeg as number),
      [-45, 45],
    );
    for (const axis of [0, 1, 2])
      expectUniform(
        drawn.map((view) => (view.axis as Vector3)[axis]),
        [-1, 1],
      );
    expectUniform(
      drawn.map(({ offsetMm }) => offsetMm[0]),
      [-50, 50],
    );
    expectUniform(
      drawn.map(({ offsetMm }) => offsetMm[1]),
      [-100, 100],
    );
    expectUniform(
      drawn.map(({ offsetMm }) => offsetMm[2]),
      [-20, 20],
    );
    expect(drawn[0].isocentreLps).toEqual(centre);
    const { camera } = viewOf(shipped("paper-hip"), 0);
    // 1436 native pixels of 0.194 mm on 360.
    expect([camera.widthPx, camera.pixelPitchMm[0]]).toEqual([360, expect.closeTo((0.194 * 1436) / 360, 12)]);
    expect(shipped("paper-hip").count).toBe(18_000 + 2_000);
  });

  test("instrument: LAO within 30°, CRA within 10°, source to isocentre 600 to 900 mm, shifts of SD 10 mm", () => {
    const recipe = shipped("paper-instrument");
    const drawn = views(recipe).map((view) => view.drawn);
    // Counted from AP, 180°.
    expectUniform(
      drawn.map(({ laoDeg }) => (laoDeg > 0 ? laoDeg - 180 : laoDeg + 180)),
      [-30.000001, 30.000001],
    );
    expectUniform(
      drawn.map(({ craDeg }) => craDeg),
      [-10.000001, 10.000001],
    );
    expectUniform(
      drawn.map(({ sourceToIsocentreMm }) => sourceToIsocentreMm),
      [600, 900],
    );
    for (const axis of [0, 2]) {
      const variance = drawn.reduce((sum, { offsetMm }) => sum + offsetMm[axis] ** 2, 0) / drawn.length;
      // Five standard errors of a normal's variance: σ² √(2/n).
      expect(Math.abs(variance - 100)).toBeLessThan(5 * 100 * Math.sqrt(2 / drawn.length));
    }
    // Validation is the same with another seed and 2,800.
    expect(recipe.count).toBe(28_000);
    expect(recipe.sizePx).toBe(480);
  });

  test.each(["instrument", "paper-instrument"])(
    "%s: control angles of the snake with SD 2.5°, its base and tip labelled",
    (name) => {
      const recipe = shipped(name);
      const { instruments = [] } = recipe;
      const count = 200;
      const angles: number[] = [];
      for (let id = 0; id < count; id++) {
        const drawn = drawInstruments({
          recipe: { ...recipe, instruments: instruments.slice(0, 1), constraints: [] },
          id,
          attempt: 0,
          view: viewOf(recipe, id),
          facts: patient,
          meshes: new Map(),
        });
        if (typeof drawn === "number") throw new Error("nothing refuses it");
        const [snake] = drawn.instruments;
        expect(snake.keypoints).toEqual(["base", "tip"]);
        for (let knot = 1; knot <= 5; knot++) angles.push(snake.parameters?.[`knot${knot}Deg`] ?? Number.NaN);
      }
      const variance = angles.reduce((sum, angle) => sum + angle ** 2, 0) / angles.length;
      expect(Math.abs(variance - 2.5 ** 2)).toBeLessThan(5 * 2.5 ** 2 * Math.sqrt(2 / angles.length));
      expect([recipe.count, recipe.sizePx]).toEqual([28_000, 480]);
    },
  );

  test("chest: tilts within 5° about each axis, source to isocentre 350 to 650 mm, shear within 30°", () => {
    const recipe = shipped("paper-chest");
    const drawn = views(recipe, 1000).map((view) => view.drawn);
    expectUniform(
      drawn.map(({ sourceToIsocentreMm }) => sourceToIsocentreMm),
      [350, 650],
    );
    // About the body's axis the tilt is the LAO; the others reach CRA, at most by 5° and 5° · sin 5°.
    for (const { laoDeg, craDeg } of drawn) {
      expect(Math.abs(Math.abs(laoDeg) - 180)).toBeLessThan(5.44);
      expect(Math.abs(craDeg)).toBeLessThan(5.44);
    }
    expect(recipe.variation?.shearDeg.xByZ).toEqual({ uniform: [-30, 30] });
    expect([recipe.count, recipe.sizePx, recipe.imagesPerPatient]).toEqual([19_800, 224, 1]);
  });
});

describe("geometry of a sample", () => {
  const recipe = (text: string): Recipe =>
    readRecipe(`name: test\ncount: 10\nsubjects: [{ct: a.nii}]\nsizePx: 64\n${text}`, "test");

  test("without turn and shift the isocentre falls on the middle of the image, at its distance", () => {
    const { camera } = viewOf(recipe("sourceToIsocentreMm: 650"), 0);
    const { u, v, depthMm } = project(camera, centre);
    expect([u, v, depthMm]).toEqual([
      expect.closeTo(31.5, 9),
      expect.closeTo(31.5, 9),
      expect.closeTo(650, 9),
    ]);
  });

  test("a patient shifted to his left and upwards moves right and up in an AP picture, by the magnification", () => {
    const { camera } = viewOf(recipe("offsetMm: {left: 10, superior: 20}"), 0);
    const { u, v } = project(camera, centre);
    const perMm = 1020 / 700 / camera.pixelPitchMm[0];
    expect(u).toBeCloseTo(31.5 + 10 * perMm, 9);
    expect(v).toBeCloseTo(31.5 - 20 * perMm, 9);
  });

  test("a patient turned by LAO looks as a C-arm turned the other way", () => {
    const turned = viewOf(recipe("view: {kind: rotated-patient, axis: [0, 0, 1], angleDeg: 25}"), 0).camera
      .pixelFromLps;
    const arm = viewOf(recipe("view: {kind: c-arm, laoDeg: -25}"), 0).camera.pixelFromLps;
    turned.forEach((value, n) => expect(value).toBeCloseTo(arm[n], 6));
  });

  test("three tilts follow each other about left, posterior and superior", () => {
    const tilted = viewOf(recipe("view: {kind: tilted-patient, aboutLeftDeg: 90, aboutSuperiorDeg: 90}"), 0);
    // About left (x) by 90° posterior (y) becomes superior (z), which the turn about z leaves alone: seen upwards from the middle.
    const { u, v } = project(tilted.camera, add(centre, [0, 10, 0]));
    expect(u).toBeCloseTo(31.5, 9);
    expect(v).toBeLessThan(31.5);
  });

  test("an isocentre that the patient does not have is refused by name", () => {
    expect(() => viewOf(recipe("isocentre: {landmarks: [nose]}"), 0)).toThrow('landmark "nose"');
  });
});

describe("constraints", () => {
  const recipe = (constraint: string, rest = ""): Recipe =>
    readRecipe(
      `name: test\ncount: 10\nsubjects: [{ct: a.nii}]\nsizePx: 64\nconstraints: [${constraint}]\n${rest}`,
      "test",
    );
  const breaks = (made: Recipe): boolean => brokenGeometry(made.constraints, viewOf(made, 0), patient) >= 0;

  test("landmarks in view: on the image, with a margin, all or some", () => {
    const shifted = "offsetMm: {left: 90}";
    expect(breaks(recipe("{kind: landmarks-in-view}"))).toBe(false);
    expect(breaks(recipe("{kind: landmarks-in-view}", shifted))).toBe(false);
    expect(breaks(recipe("{kind: landmarks-in-view, marginPx: 10}", shifted))).toBe(true);
    expect(breaks(recipe("{kind: landmarks-in-view}", "offsetMm: {left: 150}"))).toBe(true);
    expect(() => breaks(recipe("{kind: landmarks-in-view, landmarks: [nose]}"))).toThrow('"nose"');
  });

  test("joint limits: the panel's angles", () => {
    expect(breaks(recipe("{kind: joint-limits, craDeg: [-10, 10]}", "view: {kind: c-arm, craDeg: 11}"))).toBe(
      true,
    );
    expect(breaks(recipe("{kind: joint-limits, craDeg: [-10, 10]}", "view: {kind: c-arm, craDeg: 9}"))).toBe(
      false,
    );
  });

  test("joint limits go round the circle: AP stands at 180, and both sides of it are within 150 to 210", () => {
    const at = (laoDeg: number) =>
      breaks(recipe("{kind: joint-limits, laoDeg: [150, 210]}", `view: {kind: c-arm, laoDeg: ${laoDeg}}`));
    expect([-31, -29, 0, 29, 31].map(at)).toEqual([true, false, false, false, true]);
  });

  test("no collision: neither source nor panel comes near the skin", () => {
    const at = (mm: number) => recipe("{kind: no-collision, marginMm: 20}", `sourceToIsocentreMm: ${mm}`);
    expect(breaks(at(700))).toBe(false);
    // Skin 100 mm behind the isocentre, panel at 1020 mm: 905 + 100 leaves 15 mm.
    expect(breaks(at(895))).toBe(false);
    expect(breaks(at(905))).toBe(true);
    // The source in the body.
    expect(breaks(at(50))).toBe(true);
  });
});

describe("what a sample depends on", () => {
  const recipe = shipped("hip");

  test("sample i is the same in any order and for any count", () => {
    const forwards = [0, 1, 2, 3].map((id) => viewOf(recipe, id).drawn);
    const backwards = [3, 2, 1, 0].map((id) => viewOf({ ...recipe, count: 4 }, id).drawn).toReversed();
    expect(backwards).toEqual(forwards);
    expect(viewOf({ ...recipe, seed: 1 }, 0).drawn).not.toEqual(forwards[0]);
  });

  test("another view distribution leaves the beam as it was", () => {
    const beamOf = (made: Recipe) =>
      sampleScene({
        recipe: made,
        subject: made.subjects[0],
        id: 5,
        view: viewOf(made, 5),
        stream: randomStream(sampleKey(made.seed, 5, "beam")),
        facts: patient,
      }).beam;
    const other: Recipe = {
      ...recipe,
      view: { kind: "rotated-patient", view: "PA", axis: "sphere", angleDeg: 3 },
    };
    expect(beamOf(other)).toEqual(beamOf(recipe));
  });

  test("blocks share a patient, cover every sample once, and do not depend on the count", () => {
    const small = { ...recipe, count: 95, imagesPerPatient: 40 };
    const draws = Array.from({ length: blockCount(small) }, (_, block) => drawPatient(small, block));
    expect(draws.map(({ first, end }) => [first, end])).toEqual([
      [0, 40],
      [40, 80],
      [80, 95],
    ]);
    expect(drawPatient({ ...small, count: 1000 }, 1).subject).toEqual(draws[1].subject);
  });

  test("subjects are drawn by weight", () => {
    const [subject] = recipe.subjects;
    const two = {
      ...recipe,
      subjects: [
        { ...subject, name: "a", weight: 1 },
        { ...subject, name: "b", weight: 3 },
      ],
    };
    const share =
      Array.from({ length: 2000 }, (_, block) => drawPatient(two, block)).filter(
        (draw) => draw.subject.name === "a",
      ).length / 2000;
    expect(Math.abs(share - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 2000));
  });
});

describe("recipes that are wrong", () => {
  test.each([
    ["count: many\nname: x\nsubjects: [{ct: a}]", "x.yaml:1:8: count"],
    [
      "name: x\ncount: 3\nsubjects: [{ct: a}]\nbeam:\n  kv: {uniform: [90, 80]}",
      "x.yaml:5:17: beam.kv.uniform: the first number must not exceed the second",
    ],
    ["name: x\ncount: 3\nsubjects: [{ct: a}]\nveiw: {}", "x.yaml:4:7: veiw: there is no such field"],
    ["name: x\ncount: 3", "subjects: is missing"],
    ["name: x\ncount: 3\nsubjects: [{ct: a}]\noutputs: [folder, folder]", "an output is listed twice"],
    ["name: x\n  count: 3", "x.yaml:"],
    ["name: x\ncount: 3\nsubjects: [{ct: a}]\ndevice: cios", 'x.yaml:4:9: device: there is no device "cios"'],
    [
      "name: x\ncount: 3\nsubjects: [{ct: a}]\nview: {kind: rotated-patient, view: up, angleDeg: 1}",
      "x.yaml:4:37: view.view",
    ],
    [
      "name: x\ncount: 3\nsubjects: [{ct: a}]\nbeam: {filters: [{material: Unobtainium, thicknessMm: 1}]}",
      "x.yaml:4:29: beam.filters.0.material",
    ],
  ])("%j names line, column and field", (text, message) => {
    expect(() => readRecipe(text, "x.yaml")).toThrow(message);
  });
});
