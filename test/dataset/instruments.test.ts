import { afterAll, describe, expect, test } from "vitest";
import { renderSample, type Sample } from "../../src/dataset/render-sample.ts";
import { patientFacts } from "../../src/dataset/patient-facts.ts";
import { readRecipe, type Recipe, type RecipeInput, recipeSchema } from "../../src/dataset/recipe.ts";
import { InputError } from "../../src/error/input-error.ts";
import { cameraFromMatrix, project } from "../../src/geometry/camera.ts";
import { dot, norm, subtract, type Vector3 } from "../../src/geometry/vector.ts";
import { nodeProjector } from "../../src/node/node-projector.ts";
import { openPatient } from "../../src/scene/patient.ts";
import { simulate } from "../../src/scene/simulate.ts";
import { ballInAir, labelWhere } from "../scene/phantoms.ts";

/** A ball of bone, 50 mm in radius, labelled, with two landmarks. */
const RADIUS_MM = 50;
const VOXEL_MM = 3;
const ct = ballInAir({
  shape: [50, 50, 50],
  voxelMm: VOXEL_MM,
  centreLps: [0, 0, 0],
  radiusMm: RADIUS_MM,
  hu: 400,
});
const landmarks = [
  { name: "entry", lpsMm: [-50, 0, 0] as Vector3 },
  { name: "goal", lpsMm: [0, 0, 30] as Vector3 },
];
const anatomy = { ct, labelMap: labelWhere(ct, "ball", (hu) => hu > -300), landmarks };
const projector = nodeProjector({ threads: 1 });
const patient = openPatient(anatomy, projector);
const facts = patientFacts(anatomy);
afterAll(async () => {
  await patient.release();
  await projector.close();
});

type Instruments = NonNullable<RecipeInput["instruments"]>;
const recipeOf = (instruments: Instruments | undefined, changes: Partial<RecipeInput> = {}): Recipe =>
  recipeSchema.parse({
    name: "ball",
    count: 100,
    subjects: [{ ct: "ball.nii" }],
    sizePx: 64,
    view: { kind: "c-arm", laoDeg: { uniform: [-20, 20] } },
    ...(instruments ? { instruments } : {}),
    ...changes,
  });
const sample = (recipe: Recipe, id: number): Promise<Sample> =>
  renderSample({ recipe, id, subject: recipe.subjects[0], patient, facts });
const toolsOf = ({ simulation }: Sample) => simulation.labels?.instruments ?? [];
const point = (drawn: Sample, name: string): Vector3 => {
  const found = drawn.simulation.labels?.landmarks.find((landmark) => landmark.name === name)?.lpsMm;
  if (!found) throw new Error(`no ${name}`);
  return found;
};
const direction = (drawn: Sample, name: string): Vector3 => {
  const along = subtract(point(drawn, `${name} tip`), point(drawn, `${name} base`));
  return along.map((x) => x / norm(along)) as unknown as Vector3;
};
const expectNear = (found: Vector3, expected: readonly number[], digits = 6): void =>
  found.forEach((x, axis) => expect(x).toBeCloseTo(expected[axis], digits));
const IDS = [0, 1, 2, 3, 4, 5];
const wire = { preset: "k-wire", parameters: { lengthMm: 60 } } satisfies Instruments[number];

describe("instruments in a recipe", () => {
  test("are off unless asked for, and leave view and beam as they were", async () => {
    const [without, withOne] = [await sample(recipeOf(undefined), 3), await sample(recipeOf([wire]), 3)];
    expect(without.scene).not.toHaveProperty("instruments");
    expect(withOne.view).toEqual(without.view);
    expect(withOne.scene.beam.kv).toBe(without.scene.beam.kv);
    expect(withOne.scene.instruments).toHaveLength(1);
  });

  test("are functions of seed and id, and the scene makes the sample again", async () => {
    const recipe = recipeOf([
      {
        preset: "continuum-manipulator",
        parameters: { knot1Deg: { normal: { sd: 2.5 } }, knot4Deg: { normal: { sd: 2.5 } } },
        placement: { kind: "structure", labels: ["ball"] },
      },
    ]);
    const first = await sample(recipe, 3);
    expect((await sample(recipe, 3)).scene).toEqual(first.scene);
    expect((await sample(recipe, 4)).scene.instruments).not.toEqual(first.scene.instruments);
    const again = await simulate(patient, first.scene);
    expect(again.picture.pixels).toEqual(first.simulation.picture.pixels);
    expect(again.labels).toEqual(first.simulation.labels);
  });

  test("each has its own numbers: another behind it changes nothing", async () => {
    const loose = {
      ...wire,
      jitter: { tiltDeg: { normal: { sd: 20 } }, xMm: { uniform: [-9, 9] as [number, number] } },
    };
    const [alone, among] = [
      await sample(recipeOf([loose]), 5),
      await sample(recipeOf([loose, { preset: "screw" }]), 5),
    ];
    expect(among.scene.instruments?.[0]).toEqual(alone.scene.instruments?.[0]);
  });

  test("have the labels of all of them in every sample, empty where one is left out", async () => {
    const recipe = recipeOf([
      { ...wire, probability: 0.4 },
      {
        preset: "continuum-manipulator",
        name: "snake",
        probability: 0.5,
        placement: { kind: "point", at: [30, 0, 0] },
      },
    ]);
    let present = 0;
    const names = ["k-wire", "snake", "snake body", "snake shaft"];
    const count = 30;
    for (let id = 0; id < count; id++) {
      const { simulation } = await sample(recipe, id);
      const { labels } = simulation;
      expect(labels?.structures.slice(-4).map(({ name }) => name)).toEqual(names);
      const [wireLabel, snake] = labels?.instruments ?? [];
      expect(snake.structures).toEqual(names.slice(1));
      const keypoints = labels?.landmarks.filter(({ name }) => name.startsWith("k-wire")) ?? [];
      expect(keypoints.map(({ name }) => name)).toEqual(["k-wire tip", "k-wire base"]);
      const areaPx = labels?.structures.find(({ name }) => name === "k-wire")?.areaPx ?? 0;
      if (wireLabel.placed) present++;
      else for (const { status } of keypoints) expect(status).toBe("absent");
      expect(areaPx > 0).toBe(wireLabel.placed !== undefined);
      // Class values are places in the list, whoever is there.
      const value = (labels?.structures.findIndex(({ name }) => name === "snake body") ?? 0) + 1;
      const hasBody = labels?.classes.includes(value);
      expect(hasBody).toBe(snake.placed !== undefined);
    }
    // Binomial: 12 ± 2.7; four standard deviations.
    expect(Math.abs(present - 0.4 * count)).toBeLessThan(10.8);
  });

  test("alternatives are drawn, and what all of them have is labelled", async () => {
    const recipe = recipeOf([{ preset: ["screw", "k-wire", "plate"], name: "metal", parameters: {} }]);
    const kinds = new Set<string | undefined>();
    for (const id of [...IDS, 6, 7, 8, 9, 10, 11]) {
      const drawn = await sample(recipe, id);
      kinds.add(drawn.scene.instruments?.[0].preset);
      expect(toolsOf(drawn)[0].structures).toEqual(["metal"]);
      expect(toolsOf(drawn)[0].keypoints.map(({ name }) => name)).toEqual(["tip", "base"]);
    }
    expect(kinds).toEqual(new Set(["k-wire", "plate", "screw"]));
  });

  test("parameters follow their distributions", async () => {
    const recipe = recipeOf([{ preset: "screw", parameters: { lengthMm: { choice: [60, 80, 100] } } }]);
    const lengths = new Set<number>();
    for (const id of IDS) {
      const drawn = await sample(recipe, id);
      const length = drawn.scene.instruments?.[0].parameters?.["lengthMm"] ?? 0;
      lengths.add(length);
      expect(norm(subtract(point(drawn, "screw tip"), point(drawn, "screw base")))).toBeCloseTo(length, 6);
    }
    expect(lengths.size).toBeGreaterThan(1);
  });
});

test("a chain in a recipe bends within the limits of its joints", async () => {
  const rod = { preset: "k-wire", parameters: { lengthMm: 40 } };
  const chain = [
    { name: "shaft", ...rod },
    { name: "jaw", ...rod, joint: { kind: "revolute" as const, axis: [0, 1, 0], limits: [0, 50] } },
  ] as NonNullable<Instruments[number]["chain"]>;
  const angles: number[] = [];
  for (const id of IDS) {
    const drawn = await sample(
      recipeOf([{ name: "forceps", chain, joints: { jaw: { uniform: [10, 50] } } }]),
      id,
    );
    const along = (name: string) => direction(drawn, `forceps ${name}`);
    const angle = (Math.acos(dot(along("shaft"), along("jaw"))) * 180) / Math.PI;
    expect(angle).toBeCloseTo(drawn.scene.instruments?.[0].joints?.["jaw"] ?? 0, 6);
    angles.push(angle);
    expect(toolsOf(drawn)[0].structures).toEqual(["forceps", "forceps shaft", "forceps jaw"]);
  }
  expect(new Set(angles).size).toBe(IDS.length);
  for (const joints of [
    { jaw: { uniform: [0, 51] } },
    { jaw: { normal: { mean: 25, sd: 5 } } },
    { elbow: 3 },
  ])
    expect(() => recipeOf([{ name: "forceps", chain, joints } as Instruments[number]])).toThrow(
      /limits|within|no joint/,
    );
});

describe("a placement puts it", () => {
  const at = async (
    placement: Instruments[number]["placement"],
    id = 0,
    more: object = {},
  ): Promise<Sample> => sample(recipeOf([{ ...wire, placement, ...more } as Instruments[number]]), id);

  test("at a point, held by any keypoint, towards another", async () => {
    const drawn = await at({
      kind: "point",
      at: { landmark: "goal" },
      direction: { towards: { landmark: "entry" } },
    });
    expectNear(point(drawn, "k-wire tip"), [0, 0, 30]);
    const s = Math.hypot(50, 30);
    expectNear(direction(drawn, "k-wire"), [-50 / s, 0, -30 / s]);
    const byBase = await at({ kind: "point", at: [1, 2, 3], direction: "left", keypoint: "base" });
    expect(point(byBase, "k-wire base")[0]).toBeCloseTo(1, 9);
    expectNear(point(byBase, "k-wire base"), [1, 2, 3]);
    expectNear(point(byBase, "k-wire tip"), [61, 2, 3]);
  });

  test("along a corridor, in as far as it reaches", async () => {
    const drawn = await at({ kind: "corridor", from: { landmark: "entry" }, to: [50, 0, 0], reach: 0.75 });
    expect(point(drawn, "k-wire tip")[0]).toBeCloseTo(25, 9);
    expectNear(point(drawn, "k-wire tip"), [25, 0, 0]);
    expectNear(direction(drawn, "k-wire"), [1, 0, 0]);
  });

  test("inside a structure", async () => {
    for (const id of IDS) {
      const drawn = await at({ kind: "structure", labels: ["ba*"] }, id);
      // A voxel's centre lies in the ball within the threshold's half voxel; the point within half its diagonal.
      expect(norm(point(drawn, "k-wire tip"))).toBeLessThan(RADIUS_MM + 1.5 * VOXEL_MM);
    }
  });

  test("on a structure's surface, pointing into it, out of it or lying on it", async () => {
    for (const id of IDS) {
      const inwards = await at({ kind: "structure", labels: ["ball"], where: "surface" }, id);
      const foot = point(inwards, "k-wire tip");
      expect(Math.abs(norm(foot) - RADIUS_MM)).toBeLessThan(VOXEL_MM);
      // The normal is told from 5 mm of voxels of 3 mm.
      const radial = dot(foot, direction(inwards, "k-wire")) / norm(foot);
      expect(radial).toBeLessThan(-0.95);
      const deep = await at({ kind: "structure", labels: ["ball"], where: "surface", depthMm: 10 }, id);
      expect(Math.abs(norm(point(deep, "k-wire tip")) - (RADIUS_MM - 10))).toBeLessThan(VOXEL_MM);
      const flat = await at(
        { kind: "structure", labels: ["ball"], where: "surface", direction: "along" },
        id,
      );
      const place = point(flat, "k-wire tip");
      expect(Math.abs(dot(place, direction(flat, "k-wire"))) / norm(place)).toBeLessThan(0.3);
      // A plate's thickness, y, points out of the surface.
      const m = toolsOf(flat)[0].placed?.lpsFromTool ?? [];
      expect(dot(place, [m[1], m[5], m[9]]) / norm(place)).toBeGreaterThan(0.95);
    }
  });

  test("in the beam, at a distance from the source and beside the central ray", async () => {
    const placement = {
      kind: "beam",
      distanceMm: 500,
      rightMm: 20,
      downMm: -10,
      turnDeg: 90,
      keypoint: "base",
    } as const;
    for (const id of IDS) {
      const drawn = await at(placement, id);
      const { scene } = drawn;
      const camera = cameraFromMatrix({
        pixelFromLps: scene.pixelFromLps?.flat() ?? [],
        widthPx: 64,
        heightPx: 64,
        sourceToDetectorMm: scene.sourceToDetectorMm ?? 0,
      });
      const base = project(camera, point(drawn, "k-wire base"));
      const pixelsPerMm = camera.sourceToDetectorMm / 500 / camera.pixelPitchMm[0];
      expect(base.depthMm).toBeCloseTo(500, 6);
      expect(base.u - 31.5).toBeCloseTo(20 * pixelsPerMm, 6);
      expect(base.v - 31.5).toBeCloseTo(-10 * pixelsPerMm, 6);
      // Turned by 90° clockwise from up: it points to the right, 60 mm long, across the beam.
      const tip = project(camera, point(drawn, "k-wire tip"));
      expect(tip.depthMm).toBeCloseTo(500, 6);
      expect(tip.u - base.u).toBeCloseTo(60 * pixelsPerMm, 6);
      expect(tip.v - base.v).toBeCloseTo(0, 6);
      // Its right side 30° away from the source.
      const tilted = await at({ ...placement, laoDeg: 30 }, id);
      expect(project(camera, point(tilted, "k-wire tip")).depthMm).toBeCloseTo(500 + 60 * 0.5, 6);
      const upwards = await at({ ...placement, turnDeg: 0, craDeg: 30 }, id);
      expect(project(camera, point(upwards, "k-wire tip")).depthMm).toBeCloseTo(500 + 60 * 0.5, 6);
    }
  });

  test("by another tool, along its axes", async () => {
    const drawn = await sample(
      recipeOf([
        { ...wire, name: "first", placement: { kind: "point", at: [0, 0, 0], direction: "left" } },
        {
          ...wire,
          name: "second",
          placement: { kind: "tool", of: "first", offsetMm: { x: 8, z: -5 } },
        },
        {
          ...wire,
          name: "third",
          placement: { kind: "tool", of: "first", direction: "opposite", at: "base" },
        },
      ]),
      0,
    );
    const apart = subtract(point(drawn, "second tip"), point(drawn, "first tip"));
    expect(norm(apart)).toBeCloseTo(Math.hypot(8, 5), 9);
    expect(apart[0]).toBeCloseTo(-5, 9);
    expectNear(direction(drawn, "second"), [1, 0, 0]);
    expectNear(direction(drawn, "third"), [-1, 0, 0]);
    expectNear(point(drawn, "third tip"), point(drawn, "first base"));
  });

  test("beside a tool that is not there: not at all", async () => {
    const recipe = recipeOf([
      { ...wire, name: "first", probability: 0 },
      { ...wire, name: "second", placement: { kind: "tool", of: "first" } },
    ]);
    expect(toolsOf(await sample(recipe, 0)).map(({ placed }) => placed)).toEqual([undefined, undefined]);
  });

  test("along a path, whose places spread as they are told", async () => {
    const through = [[-40, 0, 0], { landmark: "goal" }, [30, 10, -10]] as [
      [number, number, number],
      { landmark: string },
      [number, number, number],
    ];
    const catheter = (spreadMm: number) =>
      recipeOf([{ preset: "catheter", placement: { kind: "path", through, spreadMm } }]);
    const still = await sample(catheter(0), 0);
    expectNear(point(still, "catheter base"), [-40, 0, 0]);
    expectNear(point(still, "catheter tip"), [30, 10, -10]);
    let sum = 0;
    const count = 40;
    for (let id = 0; id < count; id++) {
      const path = (await sample(catheter(3), id)).scene.instruments?.[0].path ?? [];
      sum += path[1].reduce((total, x, axis) => total + (x - [0, 0, 30][axis]) ** 2, 0);
    }
    // 120 normal numbers: σ² (1 ± √(2/120)); five standard errors.
    expect(Math.abs(sum / (3 * count) - 9)).toBeLessThan(5 * 9 * Math.sqrt(2 / (3 * count)));
  });

  test("and jitter moves it from there by as much as it says", async () => {
    for (const id of IDS) {
      const drawn = await at({ kind: "point", at: [0, 0, 0], direction: "left" }, id, {
        jitter: { zMm: 7, xMm: -2, tiltDeg: 12 },
      });
      const tip = point(drawn, "k-wire tip");
      expect(tip[0]).toBeCloseTo(7, 9);
      expect(norm(tip)).toBeCloseTo(Math.hypot(7, 2), 9);
      expect(direction(drawn, "k-wire")[0]).toBeCloseTo(Math.cos((12 * Math.PI) / 180), 9);
    }
  });

  test("a snake that is held by its base bends away from there", async () => {
    const drawn = await sample(
      recipeOf([
        {
          preset: "continuum-manipulator",
          name: "snake",
          parameters: { knot3Deg: 8 },
          placement: { kind: "point", at: [0, 0, 0], direction: "left", keypoint: "base" },
        },
      ]),
      0,
    );
    expectNear(point(drawn, "snake base"), [0, 0, 0]);
    expectNear(point(drawn, "snake shaft end"), [-60, 0, 0]);
    const line = toolsOf(drawn)[0].placed?.centreLine ?? [];
    expectNear(line[0].lpsMm ?? [0, 0, 0], [0, 0, 0]);
    expectNear(line[32].lpsMm ?? [0, 0, 0], point(drawn, "snake tip"));
    expect(line).toHaveLength(33);
  });
});

describe("constraints on instruments", () => {
  test("inside-bone keeps the line within labels, with a margin around it", async () => {
    const placement = { kind: "structure" as const, labels: ["ball"] };
    const constraint = { kind: "inside-bone" as const, labels: ["ball"], minimumShare: 1, marginMm: 4 };
    let broken = 0;
    for (const id of IDS) {
      const kept = await sample(recipeOf([{ ...wire, placement }], { constraints: [constraint] }), id);
      // A point whose nearest voxel is labelled lies within half a voxel's diagonal of one.
      for (const name of ["tip", "base"])
        expect(norm(point(kept, `k-wire ${name}`))).toBeLessThan(RADIUS_MM - 4 + 1.5 * VOXEL_MM);
      const free = await sample(recipeOf([{ ...wire, placement }]), id);
      broken +=
        Math.max(norm(point(free, "k-wire base")), norm(point(free, "k-wire tip"))) > RADIUS_MM ? 1 : 0;
      const tipOnly = await sample(
        recipeOf([{ ...wire, placement }], {
          constraints: [{ ...constraint, of: "tip" as const, tipMm: 5 }],
        }),
        id,
      );
      expect(norm(point(tipOnly, "k-wire tip"))).toBeLessThan(RADIUS_MM - 4 + 1.5 * VOXEL_MM);
    }
    expect(broken).toBeGreaterThan(0);
  });

  test("no-tool-collision keeps tools apart", async () => {
    const both = [
      { ...wire, name: "a", jitter: { xMm: { uniform: [-6, 6] as [number, number] } } },
      { ...wire, name: "b", jitter: { xMm: { uniform: [-6, 6] as [number, number] } } },
    ];
    let broken = 0;
    for (const id of IDS) {
      const gap = (drawn: Sample): number => norm(subtract(point(drawn, "a base"), point(drawn, "b base")));
      const kept = await sample(
        recipeOf(both, { constraints: [{ kind: "no-tool-collision", marginMm: 2 }] }),
        id,
      );
      // Two wires of 1.6 mm; polygons of equal area reach 0.15 % beyond the circle.
      expect(gap(kept)).toBeGreaterThan(3.59);
      broken += gap(await sample(recipeOf(both), id)) < 3.6 ? 1 : 0;
    }
    expect(broken).toBeGreaterThan(0);
  });

  test("tool-visible draws views until the tool is in the picture", async () => {
    const wide = {
      ...wire,
      placement: { kind: "beam" as const, rightMm: { uniform: [-300, 300] as [number, number] } },
    };
    let refused = 0;
    for (const id of IDS) {
      const drawn = await sample(
        recipeOf([wide], {
          constraints: [{ kind: "tool-visible", keypoints: ["tip", "base"], marginPx: 3, minimumPx: 10 }],
        }),
        id,
      );
      refused += drawn.rejections[0];
      for (const name of ["k-wire tip", "k-wire base"]) {
        const found = drawn.simulation.labels?.landmarks.find((landmark) => landmark.name === name);
        expect(found?.status).toBe("visible");
        for (const x of found?.pixel ?? [0]) expect(x).toBeGreaterThanOrEqual(2.5);
      }
    }
    expect(refused).toBeGreaterThan(0);
  });

  test("that cannot hold end the run with their name", async () => {
    const constraints = [{ kind: "inside-bone" as const, labels: ["ball"], minimumShare: 1 }];
    const long = { ...wire, parameters: { lengthMm: 200 } };
    await expect(sample(recipeOf([long], { constraints }), 0)).rejects.toMatchObject({
      code: "recipe-rejects",
      message: expect.stringContaining("inside-bone"),
    });
  });
});

describe("a recipe that is wrong is told so at its place", () => {
  const refusal = (instruments: string, more = ""): string => {
    try {
      readRecipe(
        `name: x\ncount: 1\nsubjects:\n  - ct: a.nii\n${more}instruments:\n${instruments}`,
        "r.yaml",
      );
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    throw new Error("nothing was refused");
  };

  test.each([
    ["  - preset: hammer\n", "r.yaml:6:13", "there is no instrument"],
    ["  - preset: screw\n    mesh: a.stl\n", "r.yaml:6:5", "one of them"],
    ["  - preset: screw\n    unit: mm\n", "r.yaml:6:5", "for files"],
    ["  - preset: screw\n    parameters: { size: 3 }\n", "size", "has none of this name"],
    [
      "  - preset: screw\n    parameters: { lengthMm: { normal: { mean: 80, sd: 60 } } }\n",
      "lengthMm",
      "6 to 250",
    ],
    ["  - preset: screw\n    material: unobtainium\n", "r.yaml:7", "unobtainium"],
    [
      "  - preset: screw\n    placement: { kind: path, through: [centre, isocentre] }\n",
      "r.yaml:7",
      "does not bend",
    ],
    ["  - preset: screw\n    placement: { kind: tool, of: nail }\n", "placement.of", "before it"],
  ])("%s", (text, place, message) => {
    const found = refusal(text);
    expect(found).toContain(place);
    expect(found).toContain(message);
  });

  test("also constraints on instruments that are not there", () => {
    const constraints = "constraints:\n  - { kind: tool-visible, instruments: [nail] }\n";
    expect(refusal("  - preset: screw\n", constraints)).toContain('no instrument "nail"');
  });

  test("and at the sample where the patient lacks what a placement names", async () => {
    const lacking = (placement: Instruments[number]["placement"]) =>
      sample(recipeOf([{ ...wire, placement }]), 0);
    await expect(lacking({ kind: "point", at: { landmark: "x" } })).rejects.toMatchObject({
      code: "instrument-place",
      remedy: expect.stringContaining("entry"),
    });
    await expect(lacking({ kind: "structure", labels: ["liver"] })).rejects.toMatchObject({
      code: "instrument-place",
    });
    await expect(lacking({ kind: "point", keypoint: "eye" })).rejects.toMatchObject({
      code: "instrument-keypoint",
    });
  });
});
