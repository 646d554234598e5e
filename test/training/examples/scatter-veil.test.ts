import { describe, expect, it } from "vitest";
import { scatterVeil } from "../../../src/training/examples/scatter-veil.ts";

const SIDE = 96;
const COUNT = SIDE * SIDE;

const veilOf = (primary: Float32Array, behindPatient: Uint8Array, toPrimary = 0.8): Float32Array =>
  scatterVeil({
    primary,
    openField: 1000,
    widthPx: SIDE,
    heightPx: SIDE,
    sigmaPx: 15,
    toPrimary,
    behindPatient,
  });

describe("the veil of scatter", () => {
  it("has the ratio to the primary that is asked for", () => {
    const primary = new Float32Array(COUNT).fill(20);
    const veil = veilOf(primary, new Uint8Array(COUNT).fill(1));
    // A flat primary has a flat veil.
    for (const value of veil) expect(value).toBeCloseTo(16, 3);
  });

  it("is smoother than the shadows it lies over, and nothing of it comes from the open field", () => {
    const primary = Float32Array.from({ length: COUNT }, (_, n) =>
      n % SIDE < SIDE / 2 ? 1000 : n % 2 ? 10 : 30,
    );
    const mask = primary.map((value) => (value < 1000 ? 1 : 0));
    const veil = veilOf(primary, Uint8Array.from(mask));
    expect(veil[SIDE - 1]).toBeGreaterThan(veil[0]);
    for (let u = 1; u < SIDE; u++) expect(Math.abs(veil[u] - veil[u - 1])).toBeLessThan(1);
  });

  it("is nothing without a patient", () => {
    const veil = veilOf(new Float32Array(COUNT).fill(1000), new Uint8Array(COUNT));
    expect(veil.every((value) => value === 0)).toBe(true);
  });
});
