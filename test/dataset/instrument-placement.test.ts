import { describe, expect, test } from "vitest";
import type { Sample } from "../../src/dataset/render-sample.ts";
import { cameraFromMatrix, project } from "../../src/geometry/camera.ts";
import { dot, norm, subtract } from "../../src/geometry/vector.ts";
import {
  RADIUS_MM,
  VOXEL_MM,
  type Instruments,
  recipeOf,
  sample,
  toolsOf,
  point,
  direction,
  expectNear,
  IDS,
  wire,
} from "./ball-with-instruments.ts";

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
