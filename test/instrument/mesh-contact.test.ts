import { describe, expect, test } from "vitest";
import { isInside, meshesCollide, selfIntersections } from "../../src/instrument/mesh/mesh-contact.ts";
import { mendMesh } from "../../src/instrument/mesh/mesh-doctor.ts";
import { ball, box, sweptTube, turnedBody } from "../../src/instrument/mesh/ring-surface.ts";
import { joined } from "../../src/instrument/mesh/triangle-mesh.ts";
import { presetTool, toolPresets } from "../../src/instrument/tool/preset-tools.ts";
import { moved } from "./cast.ts";

const cube = box([0, 0, 0], [10, 10, 10]);

describe("two solids", () => {
  test("collide where they cut each other, or one lies in the other", () => {
    expect(meshesCollide(cube, moved(cube, [9, 3, 2]), 0)).toBe(true);
    expect(meshesCollide(cube, moved(cube, [11, 0, 0]), 0)).toBe(false);
    expect(meshesCollide(cube, moved(cube, [10, 0, 0]), 0)).toBe(false);
    expect(meshesCollide(cube, box([4, 4, 4], [6, 6, 6]), 0)).toBe(true);
    expect(meshesCollide(box([4, 4, 4], [6, 6, 6]), cube, 0)).toBe(true);
  });

  test("come nearer than a margin by faces, edges and corners alike", () => {
    // Gaps of a cube beside, across an edge, and across a corner: d, d √2, d √3.
    for (const [by, gap] of [
      [[11, 0, 0], 1],
      [[11, 11, 0], Math.SQRT2],
      [[11, 11, 11], Math.sqrt(3)],
    ] as const) {
      expect(meshesCollide(cube, moved(cube, by), gap + 1e-9)).toBe(true);
      expect(meshesCollide(cube, moved(cube, by), gap - 1e-9)).toBe(false);
    }
  });

  test("do not collide where a wire runs in a bore", () => {
    const stations = [
      { z: 0, radiusMm: 4 },
      { z: 50, radiusMm: 4 },
    ];
    const tube = turnedBody(stations, { boreRadiusMm: 2 });
    const wire = (radiusMm: number) =>
      turnedBody([
        { z: -20, radiusMm },
        { z: 70, radiusMm },
      ]);
    expect(meshesCollide(tube, wire(1), 0)).toBe(false);
    expect(meshesCollide(tube, wire(2.5), 0)).toBe(true);
    // Half a millimetre of air, less the sagitta of 48 corners: 2 (1 − cos 3.75°) = 0.004.
    expect(meshesCollide(tube, wire(1.5), 0.48)).toBe(false);
    expect(meshesCollide(tube, wire(1.5), 0.52)).toBe(true);
  });
});

test("a screw through a locking hole does not collide with the nail, one beside it does", () => {
  const nail = presetTool("nail", { lengthMm: 120, boreMm: 0, bowRadiusMm: 1e6, baseHoles: 0 });
  const [hole] = nail.keypoints.filter(({ name }) => name === "hole 1");
  const wire = (offsetMm: number) =>
    sweptTube(
      [
        [hole.atMm[0], -40, hole.atMm[2] + offsetMm],
        [hole.atMm[0], 40, hole.atMm[2] + offsetMm],
      ],
      2,
    );
  const [{ mesh }] = nail.parts;
  expect(meshesCollide(mesh, wire(0), 0)).toBe(true);
  expect(meshesCollide(mesh, wire(0), 0, nail.voids)).toBe(false);
  // A hole of 5 mm and a wire of 4: half a millimetre of play.
  expect(meshesCollide(mesh, wire(0.45), 0, nail.voids)).toBe(false);
  expect(meshesCollide(mesh, wire(0.6), 0, nail.voids)).toBe(true);
});

test("a point is inside where the surface is all around it", () => {
  expect(isInside(cube, [5, 5, 5])).toBe(true);
  expect(isInside(cube, [5, 5, 10.01])).toBe(false);
  expect(isInside(cube, [50, -5, 1])).toBe(false);
});

describe("a surface that cuts itself", () => {
  test("is told by the mesh doctor, and one of sound pieces is not", () => {
    expect(selfIntersections(cube, 100)).toBe(0);
    expect(selfIntersections(ball([0, 0, 0], 5), 100)).toBe(0);
    const crossed = joined([cube, moved(cube, [5, 4, 3])]);
    expect(selfIntersections(crossed, 1000)).toBeGreaterThan(3);
    expect(mendMesh(crossed, "crossed").findings.map(({ code }) => code)).toContain("mesh-self-intersection");
    const apart = joined([cube, moved(cube, [20, 0, 0])]);
    expect(mendMesh(apart, "apart").findings).toEqual([]);
  });

  test("is none of the presets but those made of pieces that lie in each other", () => {
    for (const preset of toolPresets) {
      const { name, parameters } = preset;
      const usual = Object.fromEntries(
        Object.entries(parameters).map(([key, { default: value }]) => [key, value]),
      );
      const cut = preset.build(usual).parts.map(({ mesh }) => selfIntersections(mesh, 10));
      expect([name, ...cut]).toEqual([name, ...cut.map(() => 0)]);
    }
  });
});
