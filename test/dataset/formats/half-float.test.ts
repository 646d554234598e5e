import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { floatFromHalf, halfFromFloat } from "../../../src/dataset/formats/half-float.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const every = Uint16Array.from({ length: 65536 }, (_, n) => n);
const isNaNHalf = (half: number): boolean => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;

describe("half floats", () => {
  test("every one comes back from its value", () => {
    const back = halfFromFloat(floatFromHalf(every));
    const wrong = every.filter((half) => (isNaNHalf(half) ? !isNaNHalf(back[half]) : back[half] !== half));
    expect(wrong).toHaveLength(0);
  });

  test("a value becomes the nearest one: no neighbour is nearer, and of two equally near the even one is taken", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -65504, max: 65504 }), (value) => {
        const [half] = halfFromFloat(Float32Array.of(value));
        const [below, at, above] = floatFromHalf(Uint16Array.of(half - 1, half, half + 1));
        const distance = Math.abs(at - value);
        for (const neighbour of [below, above]) {
          // Steps over zero or into infinity and NaN are no neighbours.
          if (!Number.isFinite(neighbour) || Math.sign(neighbour) === -Math.sign(value)) continue;
          expect(Math.abs(neighbour - value)).toBeGreaterThanOrEqual(distance);
          if (Math.abs(neighbour - value) === distance && neighbour !== at) expect(half & 1).toBe(0);
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test("from 2^-14 on the relative error is at most 2^-11, below the absolute one at most 2^-25", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: 0, max: 65504 }), (value) => {
        const [back] = floatFromHalf(halfFromFloat(Float32Array.of(value)));
        const bound = value >= 2 ** -14 ? value * 2 ** -11 : 2 ** -25;
        expect(Math.abs(back - value)).toBeLessThanOrEqual(bound);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  test("what lies beyond the range becomes infinite; NaN stays", () => {
    const halves = halfFromFloat(
      Float32Array.of(65519, 65520, -1e30, Number.NaN, Number.POSITIVE_INFINITY, -0),
    );
    expect([...halves]).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x7c00, 0x8000]);
  });

  test.skipIf(!hasOracle("numpy"))("they are NumPy's", () => {
    const values = Float32Array.from({ length: 20000 }, (_, n) => Math.sin(n) * 2 ** ((n % 44) - 27));
    const numpy = askOracle(
      `import numpy as np, json; print(json.dumps(np.fromfile("v.f4", "<f4").astype("<f2").view("<u2").tolist()))`,
      { "v.f4": new Uint8Array(values.buffer) },
    );
    expect([...halfFromFloat(values)]).toEqual(numpy);
  });
});
