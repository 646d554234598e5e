import { describe, expect, test } from "vitest";
import { evaluateLandmarkRules } from "../../src/anatomy/landmark-rules/evaluate-landmark-rules.ts";
import { fitSphere } from "../../src/anatomy/landmark-rules/fit-sphere.ts";
import {
  type LandmarkRuleInput,
  landmarkRuleSchema,
} from "../../src/anatomy/landmark-rules/landmark-rule.ts";
import { structureSurface } from "../../src/anatomy/landmark-rules/structure-surface.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { labelCentroidLps } from "../../src/volume/label-centroid.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import { phantom } from "../label/phantom.ts";

const distance = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const within = (point: Vector3, centre: Vector3, radius: number): boolean => distance(point, centre) < radius;

const evaluate = (labelMap: LabelMap, ...rules: LandmarkRuleInput[]) =>
  evaluateLandmarkRules(
    labelMap,
    rules.map((rule) => landmarkRuleSchema.parse(rule)),
  );
function only(labelMap: LabelMap, rule: LandmarkRuleInput): Vector3 {
  const { landmarks, findings } = evaluate(labelMap, rule);
  expect(findings).toEqual([]);
  return landmarks[0].lpsMm;
}

type RegionInput = NonNullable<Extract<LandmarkRuleInput, { kind: "extreme" }>["within"]>[number];

const names = { 1: "thing", 2: "other" };
const cube = (spacing: number, size: number, labelAt: (lps: Vector3) => number): LabelMap =>
  phantom({ spacingMm: [spacing, spacing, spacing], shape: [size, size, size], labelAt, names });

describe("a point of a structure", () => {
  const centre: Vector3 = [3.3, -4.1, 2.7];
  const ball = cube(2, 41, (lps) => (within(lps, centre, 20) ? 1 : 0));

  test("the centroid is that of the voxels", () => {
    expect(only(ball, { kind: "centroid", name: "c", labels: ["thing"] })).toEqual(labelCentroidLps(ball, 1));
  });

  test("the extreme point of a ball lies where its radius ends", () => {
    const small = cube(2, 41, (lps) => (within(lps, centre, 14) ? 1 : 0));
    for (const [direction, unit] of [
      ["left", [1, 0, 0]],
      ["posterior", [0, 1, 0]],
      ["inferior", [0, 0, -1]],
      [
        [-1, -1, 0],
        [-Math.SQRT1_2, -Math.SQRT1_2, 0],
      ],
    ] as const) {
      const point = only(small, {
        kind: "extreme",
        name: "e",
        labels: ["thing"],
        direction: direction as never,
      });
      const end = centre.map((x, axis) => x + 14 * unit[axis]);
      const along = point.reduce((sum, x, axis) => sum + (x - end[axis]) * unit[axis], 0);
      const across = Math.hypot(...point.map((x, axis) => x - end[axis] - along * unit[axis]));
      // The surface lies between two voxel centres, at most half a voxel from the truth (0.7 along a diagonal of the grid); the middle
      // of a cap of a hundred faces is known across it to a fraction of a voxel.
      expect(Math.abs(along)).toBeLessThan(1.5);
      expect(across).toBeLessThan(1);
    }
  });

  test("a sphere is found to a tenth of a voxel through a cap of it, with a neck and a spike on it", () => {
    const bone = cube(2, 41, (lps) => {
      const [x, y, z] = lps.map((value, axis) => value - centre[axis]);
      const isNeck = Math.hypot(y, z) < 9 && x > 0 && x < 33;
      const isSpike = Math.hypot(x, y) < 4 && z > 0 && z < 30;
      return within(lps, centre, 20) || isNeck || isSpike ? 1 : 0;
    });
    const rule: LandmarkRuleInput = {
      kind: "sphere",
      name: "s",
      labels: ["thing"],
      within: [{ kind: "half-space", pointLps: [8, 0, 0], normal: "right" }],
      radiusMm: [19.5, 20.5],
    };
    // Faces lie within ± half a voxel of the sphere, evenly: SD 0.29 voxels each, a thousand of them; on a grid they are not
    // independent, which is why a tenth of a voxel is asked and not a hundredth.
    expect(distance(only(bone, rule), centre)).toBeLessThan(0.2);
    const { landmarks, findings } = evaluate(bone, { ...rule, radiusMm: [10, 12] });
    expect(landmarks).toEqual([]);
    expect(findings[0].message).toMatch(/radius of (19\.[5-9]|20\.[0-5]) mm, not 10 to 12 mm/);
  });

  test("points of a plane have no sphere", () => {
    const plane = Float64Array.from({ length: 300 }, (_, n) => (n % 3 === 2 ? 5 : Math.sin(n) * 9));
    expect(fitSphere(plane, 1)).toBeUndefined();
  });
});

describe("two structures", () => {
  const balls = cube(2, 41, (lps) =>
    within(lps, [-20, 0, 4], 12) ? 1 : within(lps, [14, 0, 4], 12) ? 2 : 0,
  );

  test("come nearest on the line between two balls", () => {
    const [a, b] = evaluate(
      balls,
      { kind: "nearest", name: "a", labels: ["thing"], to: ["other"] },
      { kind: "nearest", name: "b", labels: ["other"], to: ["thing"] },
    ).landmarks.map(({ lpsMm }) => lpsMm);
    // Half a voxel along the line; across it the middle of a symmetrical patch.
    expect(Math.abs(a[0] - -8)).toBeLessThanOrEqual(1);
    expect(Math.abs(b[0] - 2)).toBeLessThanOrEqual(1);
    for (const point of [a, b]) expect(Math.hypot(point[1], point[2] - 4)).toBeLessThan(0.5);
  });

  test("have a contact zone with two ends, and none further apart than its reach", () => {
    // Two plates 6 mm apart from z = -10 to 22, the first one reaching down to -30.
    const plates = cube(2, 41, ([x, y, z]) => {
      if (Math.abs(y) > 9) return 0;
      if (x > -15 && x < -3 && z > -31 && z < 23) return 1;
      return x > 3 && x < 15 && z > -11 && z < 23 ? 2 : 0;
    });
    const rule = { kind: "contact-end" as const, name: "end", labels: ["thing"], with: ["other"] };
    const upper = only(plates, { ...rule, reachMm: 8, direction: "superior" });
    const lower = only(plates, { ...rule, reachMm: 8, direction: "inferior" });
    expect(upper[2]).toBeCloseTo(23, 6);
    // Downwards the zone ends where the distance to the other plate's lower edge is 8 mm: √(8² − 6²) = 5.3 mm below it.
    // Distances are between face centres, 2 mm apart, of which the other plate's last lies 1 mm above its edge.
    expect(Math.abs(lower[2] - (-11 - Math.sqrt(28)))).toBeLessThanOrEqual(3);
    const { findings } = evaluate(plates, { ...rule, reachMm: 3, direction: "superior" });
    expect(findings).toMatchObject([{ code: "landmark-not-found", severity: "warning" }]);
  });
});

describe("outlines", () => {
  test("a notch is found at its bottom, however the block is turned in the plane", () => {
    for (const turnDeg of [0, 15, -25]) {
      const [c, s] = [Math.cos((turnDeg * Math.PI) / 180), Math.sin((turnDeg * Math.PI) / 180)];
      const block = cube(2, 51, ([x, y, z]) => {
        const [v, w] = [c * y + s * z, c * z - s * y];
        const isNotch = Math.hypot((v - 30) / 30, (w - 5) / 9) < 1;
        return Math.abs(x) < 7 && Math.abs(v) < 30 && Math.abs(w) < 30 && !isNotch ? 1 : 0;
      });
      const point = only(block, {
        kind: "notch",
        name: "n",
        labels: ["thing"],
        view: "left",
        opens: "posterior",
      });
      // Bottom at v = 0, w = 5: half a voxel of the surface and one pixel (half a voxel) of the shadow.
      expect(distance(point, [0, -s * 5, c * 5])).toBeLessThan(2);
    }
  });

  test("a foramen's rim is found through a plate that stands askew", () => {
    const tilt = (25 * Math.PI) / 180;
    const [c, s] = [Math.cos(tilt), Math.sin(tilt)];
    const plate = cube(2, 51, ([x, y, z]) => {
      const [u, v] = [c * x + s * y, c * y - s * x];
      const isHole = Math.hypot((u - 4) / 16, (z + 6) / 11) < 1;
      return Math.abs(v) < 5 && Math.abs(u) < 40 && Math.abs(z) < 36 && !isHole ? 1 : 0;
    });
    const rule = {
      kind: "foramen" as const,
      name: "f",
      labels: ["thing"],
      view: "anterior" as const,
      searchDeg: 40,
    };
    const lower = only(plate, { ...rule, rim: "inferior" });
    const medial = only(plate, { ...rule, rim: "right" });
    // The rim is a tunnel 10 mm long; its middle is meant. One voxel: half for the surface, half for the shadow's pixel.
    expect(distance(lower, [c * 4, s * 4, -17])).toBeLessThan(2.5);
    expect(distance(medial, [c * -12, s * -12, -6])).toBeLessThan(2.5);
  });
});

describe("what is not whole", () => {
  const ring = (reach: number): LabelMap =>
    cube(2, 31, ([x, y, z]) => {
      const radius = Math.hypot(x, z + reach);
      return Math.abs(y) < 5 && radius > 12 && radius < 22 ? 1 : 0;
    });

  test("a missing structure leaves its landmark out, with a finding, and the others in", () => {
    const { landmarks, findings } = evaluate(
      ring(0),
      { kind: "centroid", name: "a", labels: ["other"] },
      { kind: "extreme", name: "b", labels: [1], direction: "left" },
      { kind: "extreme", name: "c", labels: ["nothing so called"], direction: "left" },
    );
    expect(landmarks.map(({ name }) => name)).toEqual(["b"]);
    expect(findings.map(({ code }) => code)).toEqual([
      "landmark-structure-missing",
      "landmark-structure-missing",
    ]);
    expect(findings[1].message).toContain("nothing so called");
  });

  test("a landmark where the volume's border cuts the structure is kept and called unreliable", () => {
    const rules: LandmarkRuleInput[] = [
      { kind: "foramen", name: "lower", labels: ["thing"], view: "anterior", rim: "inferior" },
      { kind: "extreme", name: "bottom", labels: ["thing"], direction: "inferior" },
      { kind: "extreme", name: "top", labels: ["thing"], direction: "superior" },
    ];
    expect(evaluate(ring(0), ...rules).findings).toEqual([]);
    // 24 mm lower: only the upper half of the ring, less 7 mm, is in the volume, which ends at z = -31.
    const { landmarks, findings } = evaluate(ring(28), ...rules);
    expect(landmarks.map(({ name }) => name)).toEqual(["lower", "bottom", "top"]);
    expect(findings.map(({ code, message }) => [code, /landmark (\w+)/.exec(message)?.[1]])).toEqual([
      ["landmark-at-volume-edge", "lower"],
      ["landmark-at-volume-edge", "bottom"],
    ]);
    expect(landmarks[0].lpsMm[2]).toBeLessThan(-27);
  });

  test("a rule that leans on a landmark which was not found says so", () => {
    const { findings } = evaluate(ring(0), {
      kind: "extreme",
      name: "x",
      labels: ["thing"],
      direction: "left",
      within: [{ kind: "beyond", landmark: "absent", direction: "superior" }],
    });
    expect(findings[0].message).toContain("absent");
  });
});

test("regions keep a half, a fraction, what is near, and what lies beyond an earlier landmark", () => {
  const bar = cube(2, 41, ([x, y, z]) =>
    Math.abs(x) < 5 && Math.abs(y) < 5 && Math.abs(z) < 31 ? 1 : within([x, y, z], [12, 0, -20], 6) ? 2 : 0,
  );
  const top = (within: RegionInput[], direction: "superior" | "inferior" = "superior") =>
    evaluate(
      bar,
      { kind: "centroid", name: "middle", labels: ["thing"] },
      { kind: "extreme", name: "x", labels: ["thing"], direction, within },
    ).landmarks[1].lpsMm[2];
  expect(top([])).toBe(31);
  expect(top([{ kind: "half-space", pointLps: [0, 0, 10.5], normal: "inferior" }])).toBe(10);
  expect(top([{ kind: "fraction", along: "superior", from: 0, to: 0.25 }])).toBe(-16);
  expect(top([{ kind: "beyond", landmark: "middle", direction: "superior", byMm: 7.5 }], "inferior")).toBe(8);
  // Within 4 mm of a ball of 6 mm whose nearest point is 2 mm away: as high as about √(10² − 7²) = 7 mm above its middle.
  const near = top([{ kind: "near", labels: ["other"], withinMm: 4 }]);
  expect(Math.abs(near - (-20 + Math.sqrt(51)))).toBeLessThan(2);
});

test("the same patient stored along other axes has the same landmarks", () => {
  const labelAt = ([x, y, z]: Vector3): number =>
    Math.hypot(x / 25, y / 15, (z - 5) / 20) < 1 && Math.hypot(x, z) > 7 ? 1 : 0;
  const straight = cube(2, 41, labelAt);
  const surface = structureSurface(straight, new Set([1]));
  expect(surface?.cutLps.length).toBe(0);
  // i runs to the right and downwards is up: the array turned round twice.
  const labels = straight.labels.slice();
  const [ni, nj, nk] = straight.grid.shape;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++)
        labels[(k * nj + j) * ni + i] = straight.labels[((nk - 1 - k) * nj + j) * ni + (ni - 1 - i)];
  const m = straight.grid.lpsFromVoxel.matrix.slice();
  m[3] += m[0] * (ni - 1);
  m[11] += m[10] * (nk - 1);
  m[0] *= -1;
  m[10] *= -1;
  const turned: LabelMap = {
    ...straight,
    labels,
    grid: { ...straight.grid, lpsFromVoxel: { to: "lps", from: "voxel", matrix: m } },
  };
  const rules: LandmarkRuleInput[] = [
    { kind: "extreme", name: "a", labels: ["thing"], direction: [1, 2, 3] },
    { kind: "foramen", name: "b", labels: ["thing"], view: "anterior", searchDeg: 20, rim: "left" },
    { kind: "notch", name: "c", labels: ["thing"], view: "anterior", opens: "left" },
  ];
  const [one, other] = [straight, turned].map((map) => evaluate(map, ...rules));
  expect(one.findings).toEqual(other.findings);
  for (const [n, { lpsMm }] of one.landmarks.entries())
    expect(distance(lpsMm, other.landmarks[n].lpsMm)).toBeLessThan(1e-9);
});
