import { describe, expect, test } from "vitest";
import { cross, dot, norm, subtract, type Vector3 } from "../../src/geometry/vector.ts";
import { ball, box, equalAreaRadius, turnedBody } from "../../src/instrument/mesh/ring-surface.ts";
import { meshSpans } from "../../src/instrument/mesh/mesh-spans.ts";
import { joined, signedVolumeMm3, type TriangleMesh } from "../../src/instrument/mesh/triangle-mesh.ts";
import { windingAt } from "../../src/instrument/mesh/triangle-hits.ts";
import { poseOfTip } from "../../src/instrument/tool/tool-pose.ts";
import { placedTool } from "../../src/instrument/tool/tool.ts";
import { presetTool, toolPresets } from "../../src/instrument/tool/preset-tools.ts";
import { placedCamera } from "../../src/geometry/camera.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import { paddedIndex, paddedVoxelCount } from "../../src/volume/field.ts";
import { cameraOf, centralPaths, directionOf, insideOut, moved, SOURCE, volumeOfShadow } from "./cast.ts";

const SIZE = 65;
const camera = cameraOf(SIZE, 1);
const each = (visit: (u: number, v: number, direction: Vector3, pixel: number) => void): void => {
  for (let v = 0; v < SIZE; v++)
    for (let u = 0; u < SIZE; u++) visit(u, v, directionOf(camera, u, v), v * SIZE + u);
};

/** Chord of the ray source + t d in a box. */
function chordInBox(d: Vector3, low: Vector3, high: Vector3): number {
  let [from, to] = [0, Number.POSITIVE_INFINITY];
  for (let axis = 0; axis < 3; axis++) {
    const [a, b] = [(low[axis] - SOURCE[axis]) / d[axis], (high[axis] - SOURCE[axis]) / d[axis]];
    if (d[axis] === 0 && (SOURCE[axis] < low[axis] || SOURCE[axis] > high[axis])) return 0;
    if (d[axis] === 0) continue;
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return Math.max(to - from, 0) * norm(d);
}

const chordInBall = (d: Vector3, radius: number): number =>
  2 * Math.sqrt(Math.max(radius ** 2 - (norm(cross(SOURCE, d)) / norm(d)) ** 2, 0));

describe("the path in a surface", () => {
  test("of a box is that between its planes", () => {
    const [low, high]: [Vector3, Vector3] = [
      [-7.3, -4.1, -9.7],
      [6.2, 5.9, 8.4],
    ];
    const { paths, cast } = centralPaths(camera, box(low, high));
    // Plane equations in float64 of points 600 mm away: 1e-13 relative, 1e-10 mm.
    each((u, v, d, pixel) =>
      expect(Math.abs(paths[pixel] - chordInBox(d, low, high)), `${u}, ${v}`).toBeLessThan(1e-9),
    );
    expect(cast.unbalancedRays).toBe(0);
  });

  test("of a ball is its chord, as near as its facets are", () => {
    const radius = 12;
    const { paths } = centralPaths(camera, ball([0, 0, 0], radius, 96));
    // Facets of π/96: between 1 − (π/96)²/2 of the radius and its blown-up corners, 0.06 % on either side; δ mm of the radius change a chord c by 4 r δ / c.
    const deltaMm = radius * (Math.PI / 96) ** 2;
    const tooFar: string[] = [];
    each((u, v, d, pixel) => {
      const chord = chordInBall(d, radius);
      const isNear = Math.abs(paths[pixel] - chord) < (4 * radius * deltaMm) / chord;
      const isBeside = norm(cross(SOURCE, d)) / norm(d) > radius + deltaMm;
      if ((chord > 6 && !isNear) || (isBeside && paths[pixel] !== 0)) tooFar.push(`${u}, ${v}`);
    });
    expect(tooFar).toEqual([]);
  });

  test("of a cylinder is its chord, as near as its sides are", () => {
    const [radius, corners] = [9, 256];
    const stations = [-200, 200].map((z) => ({ z, radiusMm: radius }));
    const { paths } = centralPaths(camera, turnedBody(stations, { corners }));
    const deltaMm =
      radius *
      Math.max(equalAreaRadius(corners) - 1, 1 - equalAreaRadius(corners) * Math.cos(Math.PI / corners));
    each((u, v, d, pixel) => {
      // Across the axis z the ray passes at |x d_y − y d_x| / |d_xy|; along it the chord is longer by |d| / |d_xy|.
      const level = Math.hypot(d[0], d[1]);
      const half = Math.sqrt(Math.max(radius ** 2 - ((SOURCE[1] * d[0]) / level) ** 2, 0));
      if (half < 3) return;
      const chord = (2 * half * norm(d)) / level;
      expect(Math.abs(paths[pixel] - chord), `${u}, ${v}`).toBeLessThan((1.01 * 2 * radius * deltaMm) / half);
    });
  });

  test("is counted once where solids overlap, touch or contain each other, and not in a hollow", () => {
    const centre = (mesh: TriangleMesh) => centralPaths(camera, mesh).paths[32 * SIZE + 32];
    const cube = (y0: number, y1: number) => box([-5, y0, -5], [5, y1, 5]);
    expect(centre(joined([cube(0, 10), cube(4, 16)]))).toBeCloseTo(16, 9);
    expect(centre(joined([cube(0, 10), cube(10, 16)]))).toBeCloseTo(16, 9);
    expect(centre(joined([cube(0, 10), cube(2, 5)]))).toBeCloseTo(10, 9);
    expect(centre(joined([cube(0, 10), cube(0, 10)]))).toBeCloseTo(10, 9);
    expect(centre(joined([cube(0, 10), insideOut(cube(2, 5))]))).toBeCloseTo(7, 9);
    expect(centre(joined([cube(0, 10), cube(20, 23)]))).toBeCloseTo(13, 9);
    expect(meshSpans(camera, joined([cube(0, 10), cube(4, 16)])).overlappingRays).toBeGreaterThan(0);
    expect(meshSpans(camera, joined([cube(0, 10), cube(10, 16)])).overlappingRays).toBe(0);
  });

  test("loses no ray that meets an edge or a corner exactly", () => {
    // The central ray goes through the diagonal of the box's faces, and through two corners of the octahedron; rows and columns through its edges.
    const octahedron: TriangleMesh = {
      vertices: Float64Array.from([8, 0, 0, -8, 0, 0, 0, 8, 0, 0, -8, 0, 0, 0, 8, 0, 0, -8]),
      triangles: Uint32Array.from([0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5]),
    };
    expect(signedVolumeMm3(octahedron)).toBeGreaterThan(0);
    const cast = centralPaths(camera, octahedron);
    expect(cast.cast.unbalancedRays).toBe(0);
    expect(cast.paths[32 * SIZE + 32]).toBeCloseTo(16, 9);
    each((u, v, d, pixel) => {
      // |x| + |y| + |z| ≤ 8 by bisection of the convex sum along the ray.
      const at = (t: number) => SOURCE.reduce((sum, x, axis) => sum + Math.abs(x + t * d[axis]), 0);
      const chord = convexChord((t) => at(t) - 8, 560, 640) * norm(d);
      expect(Math.abs(cast.paths[pixel] - chord), `${u}, ${v}`).toBeLessThan(1e-6);
    });
    const { cast: ofBox, paths } = centralPaths(camera, box([-6, -6, -6], [6, 6, 6]));
    expect(ofBox.unbalancedRays).toBe(0);
    expect(paths[32 * SIZE + 32]).toBeCloseTo(12, 9);
  });

  test("goes on where the surface has a hole, from the neighbours, and the rays are counted", () => {
    const whole = box([-6, -6, -6], [6, 6, 6]);
    const { paths, cast } = centralPaths(camera, { ...whole, triangles: whole.triangles.subarray(3) });
    expect(cast.unbalancedRays).toBeGreaterThan(0);
    const all = centralPaths(camera, whole).paths;
    // A neighbour's path through a box is as long, but for the slant: 12 mm by 16 pixels' angle at most, 1 %, and its rim.
    each((u, v, _, pixel) => {
      if (Math.abs(u - 32) < 7 && Math.abs(v - 32) < 7)
        expect(Math.abs(paths[pixel] - all[pixel])).toBeLessThan(0.12);
    });
  });

  test("ends at the panel, and a source in the solid is refused", () => {
    const { paths } = centralPaths(camera, box([-5, 390, -5], [5, 420, 5]));
    expect(paths[32 * SIZE + 32]).toBeCloseTo(10, 9);
    expect(() => meshSpans(camera, box([-5, -610, -5], [5, 0, 5]))).toThrow("source lies inside");
    // A frame around the source is no solid there: it is met on the way out.
    const ring = turnedBody(
      [-5, 5].map((z) => ({ z, radiusMm: 50 })),
      { boreRadiusMm: 40 },
    );
    const around = centralPaths(camera, moved(ring, SOURCE)).paths[32 * SIZE + 32];
    expect(around).toBeGreaterThan(9.9);
    expect(around).toBeLessThan(10.1);
  });
});

describe("a tool", () => {
  test.each(toolPresets.map(({ name }) => name))("%s casts the shadow of its volume", (name) => {
    // Wide enough for the longest, 340 mm.
    const fine = cameraOf(460, 2);
    const bent = name === "continuum-manipulator" ? { knot1Deg: 3, knot4Deg: -4 } : {};
    const tool = presetTool(name, bent);
    // Across the pixels' rows and columns: along them a wire covers whole columns of rays or none.
    const pose = poseOfTip(tool, { tipLps: [33, 1, 120], direction: [0.23, 0.1, 1], rollDeg: 40 });
    for (const { mesh } of placedTool(name, tool, pose).parts) {
      const { unbalancedRays } = meshSpans(fine, mesh);
      expect(unbalancedRays).toBe(0);
      // Narrow tools get 13 rays a pixel: a lattice's sum over a picture is good to some thousandths.
      const volume = volumeOfShadow(fine, mesh);
      const exact = name === "continuum-manipulator" ? volume : signedVolumeMm3(mesh);
      expect(Math.abs(volume / exact - 1)).toBeLessThan(0.01);
    }
  });

  test("loses nothing where a large picture is cast in bands", () => {
    // 880 × 880 pixels of 8 rays around a thin diagonal: more than four million, in two bands.
    const tool = presetTool("k-wire", { diameterMm: 0.6, lengthMm: 150 });
    const pose = poseOfTip(tool, { tipLps: [53, 0, 53], direction: [1, 0, 1.003], rollDeg: 0 });
    const { mesh } = placedTool("k", tool, pose).parts[0];
    const fine = cameraOf(1000, 0.2);
    const { rays, first, spans } = meshSpans(fine, mesh);
    expect(rays.every((ray, n) => n === 0 || ray > rays[n - 1])).toBe(true);
    expect(first[rays.length]).toBe(spans.length / 2);
    expect(Math.abs(volumeOfShadow(fine, mesh) / signedVolumeMm3(mesh) - 1)).toBeLessThan(0.003);
  });

  test("casts the same shadow when camera and tool turn together", () => {
    const tool = presetTool("screw", { boreMm: 2 });
    const shadow = (axes: readonly [Vector3, Vector3, Vector3]) => {
      // axes: where x, y, z of the first set-up go.
      const turn = ([x, y, z]: Vector3): Vector3 =>
        [0, 1, 2].map((k) => x * axes[0][k] + y * axes[1][k] + z * axes[2][k]) as [number, number, number];
      const turned = placedCamera({
        widthPx: SIZE,
        heightPx: SIZE,
        pixelPitchMm: [1, 1],
        sourceToDetectorMm: 1000,
        sourceLps: turn(SOURCE),
        columnAxis: turn([1, 0, 0]),
        rowAxis: turn([0, 0, -1]),
        towardsDetector: turn([0, 1, 0]),
      });
      const pose = poseOfTip(tool, { tipLps: [4, 2, 5], direction: [1, 0.4, 0.2], rollDeg: 20 });
      const [part] = placedTool("screw", tool, pose).parts;
      const vertices = new Float64Array(part.mesh.vertices.length);
      for (let n = 0; n < vertices.length; n += 3)
        vertices.set(turn([part.mesh.vertices[n], part.mesh.vertices[n + 1], part.mesh.vertices[n + 2]]), n);
      return centralPaths(turned, { vertices, triangles: part.mesh.triangles }).paths;
    };
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const first = shadow([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const second = shadow([
      [c, s, 0],
      [-0.6 * s, 0.6 * c, 0.8],
      [0.8 * s, -0.8 * c, 0.6],
    ]);
    // Grazing rays lose digits: 1e-13 of 600 mm over a sine of 1e-4 or so.
    first.forEach((path, pixel) => expect(Math.abs(path - second[pixel])).toBeLessThan(1e-6));
  });

  test("points its tip where it is put, along its direction", () => {
    const tool = presetTool("k-wire", { lengthMm: 50 });
    const placed = placedTool(
      "k",
      tool,
      poseOfTip(tool, { tipLps: [1, 2, 3], direction: [0, 3, 4], rollDeg: 77 }),
    );
    const at = Object.fromEntries(placed.keypoints.map(({ name, lpsMm }) => [name, lpsMm]));
    [1, 2, 3].forEach((x, axis) => expect(at.tip[axis]).toBeCloseTo(x, 10));
    [1, 2 - 30, 3 - 40].forEach((x, axis) => expect(at.base[axis]).toBeCloseTo(x, 10));
    const m = placed.lpsFromTool;
    const column = (n: number): Vector3 => [m[n], m[4 + n], m[8 + n]];
    expect(dot(cross(column(0), column(1)), column(2))).toBeCloseTo(1, 12);
  });

  test("is magnified by D / depth", () => {
    for (const [y, diameterMm] of [
      [0, 6],
      [-200, 4],
      [250, 8],
    ]) {
      const mesh = ball([0, y, 0], diameterMm / 2, 48);
      const { paths } = centralPaths(cameraOf(257, 0.1), mesh);
      const across = paths.subarray(128 * 257, 129 * 257).filter((path) => path > 0).length * 0.1;
      // The shadow's edge is the tangent, r / √(depth² − r²); a pixel on either side.
      const expected = (diameterMm * 1000) / Math.sqrt((600 + y) ** 2 - (diameterMm / 2) ** 2);
      expect(Math.abs(across - expected)).toBeLessThan(0.2 + 0.002 * expected);
    }
  });

  test("agrees with its voxels within 0.5 %", async () => {
    const tool = presetTool("k-wire", { diameterMm: 5, lengthMm: 30 });
    const pose = poseOfTip(tool, { tipLps: [9, 4, 11], direction: [0.5137, 0.3391, 0.7883], rollDeg: 0 });
    const { mesh } = placedTool("k", tool, pose).parts[0];
    // Flat ends along planes of the lattice would be off by part of a voxel: the direction is none of its own.
    const [side, voxelMm] = [[117, 93, 162], 0.22] as const;
    const origin = [-10.03, -9.02, -18.01];
    const g = grid(
      [side[0], side[1], side[2]],
      transform("lps", "voxel", [
        voxelMm,
        0,
        0,
        origin[0],
        0,
        voxelMm,
        0,
        origin[1],
        0,
        0,
        voxelMm,
        origin[2],
        0,
        0,
        0,
        1,
      ]),
    );
    const voxels = new Uint16Array(paddedVoxelCount(g));
    for (let k = 0; k < side[2]; k++)
      for (let j = 0; j < side[1]; j++)
        for (let i = 0; i < side[0]; i++) {
          const at: Vector3 = [origin[0] + i * voxelMm, origin[1] + j * voxelMm, origin[2] + k * voxelMm];
          // Far from the axis nothing is inside.
          const along = subtract(at, [9, 4, 11]);
          const off = norm(cross(along, [0.5137, 0.3391, 0.7883]));
          if (off < 3 && windingAt(mesh, at) > 0.5) voxels[paddedIndex(g, i, j, k)] = 1;
        }
    const field = await referenceProjector().load({
      kind: "u16",
      grid: g,
      channels: ["tool"],
      voxels,
      scale: Float64Array.of(1),
    });
    // Pixels of 0.19 mm at the tool: not those of the voxels.
    const fine = cameraOf(201, 0.317);
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, x) => total + x, 0);
    const { values } = await field.integrate(fine);
    expect(Math.abs(sum(values) / sum(centralPaths(fine, mesh).paths) - 1)).toBeLessThan(0.005);
  });
});

/** Length of {t : f(t) ≤ 0} of a convex f. */
function convexChord(f: (t: number) => number, from: number, to: number): number {
  let [a, b] = [from, to];
  for (let n = 0; n < 200; n++) {
    const [p, q] = [a + (b - a) / 3, b - (b - a) / 3];
    if (f(p) < f(q)) b = q;
    else a = p;
  }
  const least = (a + b) / 2;
  if (f(least) >= 0) return 0;
  const root = (outside: number): number => {
    let [out, inside] = [outside, least];
    for (let n = 0; n < 100; n++) {
      const middle = (out + inside) / 2;
      if (f(middle) > 0) out = middle;
      else inside = middle;
    }
    return inside;
  };
  return root(to) - root(from);
}
