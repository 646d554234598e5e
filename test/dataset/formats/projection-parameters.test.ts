import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cameraOfParameters,
  projectionParameters,
} from "../../../src/dataset/formats/projection-parameters.ts";
import { type Camera, cameraFromMatrix, project } from "../../../src/geometry/camera.ts";

const identity = Float64Array.from({ length: 16 }, (_, n) => (n % 5 === 0 ? 1 : 0));

/** Cameras anywhere, mirrored ones and ones with slanted pixels among them. */
const cameras = fc
  .record({
    angles: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
    focal: fc.double({ min: 500, max: 6000, noNaN: true }),
    skew: fc.double({ min: -5, max: 5, noNaN: true }),
    isMirrored: fc.boolean(),
  })
  .map(({ angles: [a, b, c], focal, skew, isMirrored }): Camera => {
    const rotation = [
      [
        Math.cos(a) * Math.cos(b),
        Math.cos(a) * Math.sin(b) * Math.sin(c) - Math.sin(a) * Math.cos(c),
        Math.cos(a) * Math.sin(b) * Math.cos(c) + Math.sin(a) * Math.sin(c),
      ],
      [
        Math.sin(a) * Math.cos(b),
        Math.sin(a) * Math.sin(b) * Math.sin(c) + Math.cos(a) * Math.cos(c),
        Math.sin(a) * Math.sin(b) * Math.cos(c) - Math.cos(a) * Math.sin(c),
      ],
      [-Math.sin(b), Math.cos(b) * Math.sin(c), Math.cos(b) * Math.cos(c)],
    ];
    const offset = [10, -20, 700];
    const k = [isMirrored ? -focal : focal, skew, 180, 0, 1.1 * focal, 175, 0, 0, 1];
    const extended = rotation.map((row, n) => [...row, offset[n]]);
    const pixelFromLps = Array.from({ length: 12 }, (_, n) =>
      [0, 1, 2].reduce((sum, axis) => sum + k[3 * (n >> 2) + axis] * extended[axis][n & 3], 0),
    );
    return cameraFromMatrix({ pixelFromLps, widthPx: 361, heightPx: 351, sourceToDetectorMm: 1020 });
  });

const points = [
  [0, 0, 0],
  [50, -30, 20],
  [-100, 40, -60],
] as const;

describe("projection parameters as xReg keeps them", () => {
  test("project a point as the camera does: K · x / z with z negative in front", () => {
    fc.assert(
      fc.property(cameras, (camera) => {
        const { parameters, lpsFromCamera } = projectionParameters(camera);
        const k = parameters.intrinsic;
        for (const point of points) {
          const expected = project(camera, point);
          const d = [0, 1, 2].map((axis) => point[axis] - lpsFromCamera[4 * axis + 3]);
          const [x, y, z] = [0, 1, 2].map((axis) =>
            d.reduce((sum, value, row) => sum + lpsFromCamera[4 * row + axis] * value, 0),
          );
          expect(z).toBeCloseTo(-expected.depthMm, 6);
          expect((k[0] * x + k[1] * y) / z + k[2]).toBeCloseTo(expected.u, 6);
          expect((k[4] * y) / z + k[5]).toBeCloseTo(expected.v, 6);
        }
      }),
      { seed: 9, numRuns: 200 },
    );
  });

  test("the pose is a proper rotation, mirrored picture or not", () => {
    fc.assert(
      fc.property(cameras, (camera) => {
        const { lpsFromCamera: m, parameters } = projectionParameters(camera);
        const determinant =
          m[0] * (m[5] * m[10] - m[6] * m[9]) -
          m[1] * (m[4] * m[10] - m[6] * m[8]) +
          m[2] * (m[4] * m[9] - m[5] * m[8]);
        expect(determinant).toBeCloseTo(1, 9);
        expect(parameters.intrinsic[4]).toBeLessThan(0);
      }),
      { seed: 10, numRuns: 200 },
    );
  });

  test("the camera comes back from them, whatever frame the poses refer to", () => {
    const cameraFromWorld = Float64Array.of(0, 0, 1, -157.58, -1, 0, 0, -2.68, 0, -1, 0, -631.78, 0, 0, 0, 1);
    fc.assert(
      fc.property(cameras, (camera) => {
        const { parameters, lpsFromCamera } = projectionParameters(camera);
        const lpsFromWorld = Float64Array.from({ length: 16 }, (_, n) =>
          [0, 1, 2, 3].reduce(
            (sum, k) => sum + lpsFromCamera[4 * (n >> 2) + k] * cameraFromWorld[4 * k + (n & 3)],
            0,
          ),
        );
        for (const back of [
          cameraOfParameters(parameters, lpsFromCamera, identity),
          cameraOfParameters(parameters, lpsFromWorld, cameraFromWorld),
        ]) {
          const scale = Math.max(...camera.pixelFromLps.map(Math.abs));
          for (let n = 0; n < 12; n++)
            expect(Math.abs(back.pixelFromLps[n] - camera.pixelFromLps[n])).toBeLessThan(1e-10 * scale);
        }
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  test("a matrix that is no rotation is refused", () => {
    const { parameters } = projectionParameters(fc.sample(cameras, { seed: 1, numRuns: 1 })[0]);
    expect(() => cameraOfParameters(parameters, new Float64Array(16), identity)).toThrow(/not a rotation/);
  });
});
