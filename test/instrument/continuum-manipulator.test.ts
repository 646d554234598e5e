import { describe, expect, test } from "vitest";
import { jointAnglesDeg } from "../../src/instrument/tool/continuum-manipulator.ts";
import { presetTool } from "../../src/instrument/tool/preset-tools.ts";
import { norm, subtract } from "../../src/geometry/vector.ts";

const KNOTS = [1, 2, 3, 4, 5].map((k) => (26 * k) / 6);

describe("the angles of its joints", () => {
  test("are a spline's: exact for what is straight, and smooth", () => {
    // A cubic spline with natural ends gives back every straight line, beyond its knots too.
    const line = jointAnglesDeg(KNOTS.map((knot) => 2 + 0.3 * knot));
    expect(line).toHaveLength(27);
    line.forEach((angle, joint) => expect(angle).toBeCloseTo(2 + 0.3 * joint, 10));
    // Knot 3 lies on joint 13: there the spline is the control angle itself.
    expect(jointAnglesDeg([1, -2, 4, 0, 3])[13]).toBeCloseTo(4, 10);
    // The second derivative runs straight from knot to knot, here between −1.28 and 1.04: 0.54 a joint. Straight pieces would jump by 2.
    const angles = jointAnglesDeg([1, -2, 4, 0, 3]);
    const second = Array.from({ length: 25 }, (_, n) => angles[n] - 2 * angles[n + 1] + angles[n + 2]);
    for (let n = 1; n < second.length; n++) expect(Math.abs(second[n] - second[n - 1])).toBeLessThan(0.56);
  });
});

describe("its pose", () => {
  const keypoint = (parameters: Record<string, number>, name: string) =>
    presetTool("continuum-manipulator", parameters).keypoints.find((point) => point.name === name)?.atMm ?? [
      0, 0, 0,
    ];

  test("is straight at rest: the tip 35 mm from the base", () => {
    keypoint({}, "base").forEach((x, axis) => expect(x).toBeCloseTo([0, 0, -35][axis], 10));
  });

  test("is an arc where all joints bend alike", () => {
    const degrees = 4;
    const all = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`knot${n}Deg`, degrees]));
    // 27 chords of s = 35/27 mm, each turned by 4° from the one before, the first from the base:
    // the ends of n such chords lie s sin(nδ/2) / sin(δ/2) apart.
    const [s, delta] = [35 / 27, (degrees * Math.PI) / 180];
    const distance = (s * Math.sin((27 * delta) / 2)) / Math.sin(delta / 2);
    expect(norm(keypoint(all, "base"))).toBeCloseTo(distance, 9);
    // The shaft points away from the tip by the sum of the angles.
    const [base, end] = [keypoint(all, "base"), keypoint(all, "shaft end")];
    const along = subtract(base, end);
    expect(along[2] / norm(along)).toBeCloseTo(Math.cos(27 * delta), 9);
    expect(base[1]).toBe(0);
  });
});
