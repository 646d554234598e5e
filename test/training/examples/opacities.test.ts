import { describe, expect, it } from "vitest";
import { drawsOf } from "../../../src/augmentation/draws.ts";
import { sampleKey } from "../../../src/random/sample-key.ts";
import { exposureVariationSchema } from "../../../src/training/examples/exposure-variation.ts";
import { opacities } from "../../../src/training/examples/opacities.ts";

const picture = { widthPx: 40, heightPx: 30, pitchMm: 5 };
const left = Uint8Array.from({ length: 1200 }, (_, n) => (n % 40 >= 22 && n % 40 < 38 ? 1 : 0));
const right = Uint8Array.from({ length: 1200 }, (_, n) => (n % 40 >= 2 && n % 40 < 18 ? 1 : 0));
const regions = new Map([
  ["lung_left", left],
  ["lung_right", right],
]);
const { opacities: variation } = exposureVariationSchema.parse({
  opacities: { probability: 1, gPerCm2: [2, 3] },
});
const draws = (n: number) => drawsOf(sampleKey(4, n, "test"), "opacities");

describe("opacities", () => {
  it("add soft tissue within their structures only, and no more than their amount", () => {
    for (let n = 0; n < 30; n++) {
      const added = opacities(regions, picture, variation, draws(n));
      expect(added).toBeDefined();
      for (const [pixel, value] of (added ?? []).entries()) {
        if (left[pixel] + right[pixel] === 0) expect(value).toBe(0);
        expect(value).toBeGreaterThanOrEqual(0);
        // The blurred mask may exceed one by rounding of float32.
        expect(value).toBeLessThanOrEqual(3 * (1 + 1e-5));
      }
    }
  });

  it("are drawn for each structure by itself: without the other one a lung keeps its own", () => {
    const both = opacities(regions, picture, variation, draws(7)) as Float32Array;
    const one = opacities(new Map([["lung_left", left]]), picture, variation, draws(7)) as Float32Array;
    const inside = (values: Float32Array): Float32Array => values.filter((_, pixel) => left[pixel]);
    expect(inside(one)).toEqual(inside(both));
  });

  it("are not there where no structure is known or none is drawn", () => {
    expect(opacities(new Map(), picture, variation, draws(1))).toBeUndefined();
    expect(opacities(regions, picture, { ...variation, probability: 0 }, draws(1))).toBeUndefined();
  });
});
