import { describe, expect, test } from "vitest";
import type { Sample } from "../../src/dataset/render-sample.ts";
import { readRecipe } from "../../src/dataset/recipe.ts";
import { InputError } from "../../src/error/input-error.ts";
import { dot, norm, subtract } from "../../src/geometry/vector.ts";
import { simulate } from "../../src/scene/simulate.ts";
import {
  RADIUS_MM,
  VOXEL_MM,
  patient,
  type Instruments,
  recipeOf,
  sample,
  toolsOf,
  point,
  direction,
  IDS,
  wire,
} from "./ball-with-instruments.ts";

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
