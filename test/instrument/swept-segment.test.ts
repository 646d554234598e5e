import { describe, expect, test } from "vitest";
import { normalize, type Vector3 } from "../../src/geometry/vector.ts";
import { passesWithin, rayThroughSegment, segmentsOf } from "../../src/instrument/swept-segment.ts";

const SOURCE: Vector3 = [0, 0, 0];
const into = new Float64Array(2);

/** Length of the ray through the source and `at` in the first segment of a curve. */
function chord(points: Vector3[], radiusMm: number, at: Vector3, ends: "round" | "flat" = "round"): number {
  const [segment] = segmentsOf({ pointsLps: points, radiusMm, ends }, SOURCE);
  const [x, y, z] = normalize(at);
  return rayThroughSegment(segment, x, y, z, into) ? into[1] - into[0] : 0;
}

// Closed forms hold to rounding: coordinates of 700 mm carry 1e-13 mm, under a square root at most a few 1e-7 mm near grazing.
const DIGITS = 7;

describe("the way of a ray in a swept segment", () => {
  test("through a ball at distance d from its middle: 2 √(r² − d²)", () => {
    for (const r of [0.3, 1, 20])
      for (const part of [0, 0.3, 0.9, 0.999]) {
        // A ball beside a ray along z.
        expect(chord([[part * r, 0, 700]], r, [0, 0, 1])).toBeCloseTo(
          2 * Math.sqrt(r * r - (part * r) ** 2),
          DIGITS,
        );
      }
    expect(chord([[1.001, 0, 700]], 1, [0, 0, 1])).toBe(0);
  });

  test("across a cylinder: 2 √(r² − d²); obliquely that over the sine of the angle", () => {
    for (const angleDeg of [90, 60, 20, 3]) {
      const angle = (angleDeg * Math.PI) / 180;
      for (const d of [0, 0.2, 0.29]) {
        // Axis in the plane x = d, at an angle to the ray along z.
        const along: Vector3 = [0, 200 * Math.sin(angle), 200 * Math.cos(angle)];
        const points: Vector3[] = [
          [d, -along[1], 700 - along[2]],
          [d, along[1], 700 + along[2]],
        ];
        expect(chord(points, 0.3, [0, 0, 1])).toBeCloseTo(
          (2 * Math.sqrt(0.09 - d * d)) / Math.sin(angle),
          DIGITS,
        );
      }
    }
  });

  test("along the axis: the length, and with round ends a radius more at either", () => {
    const rod: Vector3[] = [
      [0, 0, 600],
      [0, 0, 640],
    ];
    expect(chord(rod, 2, [0, 0, 1], "flat")).toBeCloseTo(40, DIGITS);
    expect(chord(rod, 2, [0, 0, 1], "round")).toBeCloseTo(44, DIGITS);
  });

  test("through a disc: its thickness over the cosine of the tilt", () => {
    const tilt = 0.4;
    const normal: Vector3 = [Math.sin(tilt), 0, Math.cos(tilt)];
    const disc = [-0.5, 0.5].map((mm): Vector3 => [mm * normal[0], 0, 700 + mm * normal[2]]);
    expect(chord(disc, 8, [0, 0, 1], "flat")).toBeCloseTo(1 / Math.cos(tilt), DIGITS);
  });

  test("behind the end of a flat segment there is nothing, behind a round one the cap", () => {
    const rod: Vector3[] = [
      [-50, 0, 700],
      [0, 0, 700],
    ];
    // A ray that passes 0.6 mm beyond the end; it leans by 0.6/700, which lengthens chords by 4e-7 of themselves.
    expect(chord(rod, 1, [0.6, 0, 700], "flat")).toBe(0);
    expect(chord(rod, 1, [0.6, 0, 700], "round")).toBeCloseTo(2 * Math.sqrt(1 - 0.36), 5);
  });

  test("what passes further away than asked is told apart", () => {
    const [segment] = segmentsOf(
      {
        pointsLps: [
          [5, -50, 700],
          [5, 50, 700],
        ],
        radiusMm: 1,
        ends: "round",
      },
      SOURCE,
    );
    expect(passesWithin(segment, 0, 0, 1, 5.001)).toBe(true);
    expect(passesWithin(segment, 0, 0, 1, 4.999)).toBe(false);
  });
});
