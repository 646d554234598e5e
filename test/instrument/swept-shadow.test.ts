import { describe, expect, test } from "vitest";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { smoothLine } from "../../src/instrument/smooth-line.ts";
import type { SweptCurve } from "../../src/instrument/swept-curve.ts";
import { averagePath, type SweptShadow, sweptShadow } from "../../src/instrument/swept-shadow.ts";
import { frontalCamera } from "../detector/stand-in-beam.ts";

const camera = frontalCamera({ widthPx: 201, heightPx: 201, pitchMm: 1, sourceToDetectorMm: 1000 });
const curve = (pointsLps: Vector3[], radiusMm: number): SweptCurve => ({
  pointsLps,
  radiusMm,
  ends: "round",
});
const shadowOf = (...solids: SweptCurve[]): SweptShadow => sweptShadow(camera, { solids, bores: [] });

/** Path by pixel (u, v), zero where there is none. */
function pathAt({ pixels, pathMm }: SweptShadow, u: number, v: number): number {
  const n = pixels.indexOf(v * camera.widthPx + u);
  return n < 0 ? 0 : pathMm[n];
}
const sum = ({ pathMm }: SweptShadow): number => pathMm.reduce((total, path) => total + path, 0);

describe("the shadow of swept curves", () => {
  test("holds the volume of a ball: Σ path · pixel area at its depth", () => {
    // 5 to 34 rays in each of the shadow's n pixels: under 1 % from n = 50 on; a shadow of a few pixels within 4 %.
    for (const [radiusMm, tolerance] of [
      [0.4, 0.04],
      [2, 0.01],
      [10, 0.002],
    ]) {
      const depth = 500;
      const shadow = shadowOf(curve([[3.3, -7.2, depth]], radiusMm));
      const areaMm2 = (depth / 1000) ** 2;
      const volume = (4 / 3) * Math.PI * radiusMm ** 3;
      expect(Math.abs((sum(shadow) * areaMm2) / volume - 1)).toBeLessThan(tolerance);
    }
  });

  test("a thin wire has its cross-section, whatever its direction: no gaps, no beads", () => {
    for (const angleDeg of [0, 1, 17, 45, 90]) {
      const angle = (angleDeg * Math.PI) / 180;
      const [dx, dy] = [40 * Math.cos(angle), 40 * Math.sin(angle)];
      const wire = curve(
        [
          [-dx, -dy, 500],
          [dx, dy, 500],
        ],
        0.15,
      );
      const shadow = shadowOf(wire);
      // Volume of the wire over the area of a pixel at its depth, 0.25 mm².
      const expected = (Math.PI * 0.15 ** 2 * 80) / 0.25;
      expect(Math.abs(sum(shadow) / expected - 1)).toBeLessThan(0.03);
      // Along the wire, what three pixels across add up to stays within 15 %.
      const isSteep = angleDeg >= 45;
      const profile = Array.from({ length: 41 }, (_, n) => {
        const step = n - 20;
        const aside = Math.round(isSteep ? step / Math.tan(angle) : step * Math.tan(angle));
        const near = [-2, -1, 0, 1, 2].map((off) =>
          isSteep
            ? pathAt(shadow, 100 + aside + off, 100 + step)
            : pathAt(shadow, 100 + step, 100 + aside + off),
        );
        return near.reduce((total, value) => total + value, 0);
      });
      const mean = profile.reduce((total, value) => total + value, 0) / profile.length;
      for (const value of profile) expect(Math.abs(value / mean - 1)).toBeLessThan(0.15);
    }
  });

  test("a marker is magnified: the width of its shadow is 2 r · SDD / depth", () => {
    for (const depth of [400, 700, 950]) {
      const radiusMm = 8;
      const { pixels } = shadowOf(curve([[0, 0, depth]], radiusMm));
      const columns = [...pixels].map((pixel) => pixel % camera.widthPx);
      const width = Math.max(...columns) - Math.min(...columns) + 1;
      // Pixels are counted whole: up to one more on either side.
      expect(width).toBeGreaterThanOrEqual((2 * radiusMm * 1000) / depth - 0.5);
      expect(width).toBeLessThanOrEqual((2 * radiusMm * 1000) / depth + 2);
    }
  });

  test("curves add up; pieces of one curve are one thing", () => {
    const a: Vector3 = [-30, -10, 500];
    const b: Vector3 = [30, 14, 520];
    const whole = shadowOf(curve([a, b], 2));
    const middle = (t: number): Vector3 =>
      [0, 1, 2].map((axis) => a[axis] + t * (b[axis] - a[axis])) as [number, number, number];
    const pieces = shadowOf(curve([a, middle(0.1), middle(0.5), middle(0.52), b], 2));
    const twice = shadowOf(curve([a, b], 2), curve([a, b], 2));
    expect(pieces.pixels.length).toBe(whole.pixels.length);
    for (const [n, pixel] of whole.pixels.entries()) {
      const [u, v] = [pixel % camera.widthPx, Math.floor(pixel / camera.widthPx)];
      // float32 of paths up to 5 mm
      expect(pathAt(pieces, u, v)).toBeCloseTo(whole.pathMm[n], 5);
      expect(pathAt(twice, u, v)).toBeCloseTo(2 * whole.pathMm[n], 5);
    }
  });

  test("a bore is taken off: a tube is what lies between two cylinders", () => {
    const line: Vector3[] = [
      [-40, 0, 500],
      [40, 0, 500],
    ];
    const tube = sweptShadow(camera, { solids: [curve(line, 6)], bores: [curve(line, 4)] });
    // Through the middle 2 (6 − 4); the pixel is 0.5 mm high there, over which the walls grow by 1e-2 mm.
    expect(Math.abs(pathAt(tube, 100, 100) - 4)).toBeLessThan(0.02);
    // At 5 mm from the axis only the outer cylinder is met.
    expect(Math.abs(pathAt(tube, 100, 110) - 2 * Math.sqrt(36 - 25))).toBeLessThan(0.05);
  });

  test("nothing counts behind the source or behind the panel", () => {
    const along = (from: number, to: number): number =>
      pathAt(
        shadowOf({
          pointsLps: [
            [0, 0, from],
            [0, 0, to],
          ],
          radiusMm: 30,
          ends: "flat",
        }),
        100,
        100,
      );
    // The pixel's rays lean up to 0.7 mm in 1 m: lengths within 1e-6.
    expect(along(990, 1100)).toBeCloseTo(10, 4);
    expect(along(-50, 20)).toBeCloseTo(20, 4);
    expect(along(-50, -20)).toBe(0);
  });
});

describe("the average over a pixel", () => {
  test("transmits what its rays do on average", () => {
    const paths = [0, 0, 1.5, 3];
    for (const mu of [0.01, 1, 5]) {
      const transmitted = paths.reduce((total, path) => total + Math.exp(-mu * path), 0) / paths.length;
      expect(Math.exp(-mu * averagePath(paths, mu))).toBeCloseTo(transmitted, 12);
    }
  });

  test("is the mean where attenuation is weak, and finite where nothing gets through", () => {
    expect(averagePath([1, 2, 6], 0)).toBe(3);
    // Second order: μ · variance / 2.
    expect(Math.abs(averagePath([1, 2, 6], 1e-4) - 3)).toBeLessThan(1e-3);
    expect(averagePath([900, 1000], 5)).toBeCloseTo(900 + Math.log(2) / 5, 9);
  });
});

describe("a smooth line", () => {
  test("goes through its points and keeps straight ones straight", () => {
    const points: Vector3[] = [
      [0, 0, 0],
      [10, 5, 1],
      [25, 0, 4],
      [30, -20, 4],
    ];
    const line = smoothLine(points, 2);
    for (const point of points)
      expect(
        Math.min(...line.map((p) => Math.hypot(p[0] - point[0], p[1] - point[1], p[2] - point[2]))),
      ).toBeLessThan(1e-12);
    const straight = smoothLine(
      [0, 1, 2, 3].map((n): Vector3 => [10 * n, 5 * n, 0]),
      3,
    );
    for (const [x, y] of straight) expect(y).toBeCloseTo(x / 2, 12);
  });
});
