import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { stripsOf } from "../../src/projector/webgpu/strips.ts";

const side = integer({ min: 1, max: 3000 });

test("strips cover a region once, in order, part only at borders between tiles, and keep their limits", () => {
  assert(
    property(
      side,
      side,
      side,
      side,
      integer({ min: 1, max: 2 ** 28 }),
      (row, column, w, h, largestSamples) => {
        const region = { row, column, widthPx: w, heightPx: h };
        const limits = { samplesPerPixel: 400, largestSamples, bytesPerPixel: 16, largestBytes: 2 ** 26 };
        const strips = stripsOf(region, limits);
        const ends = strips.map((strip) => strip.row + strip.heightPx);
        expect(strips.map((strip) => strip.row)).toEqual([row, ...ends.slice(0, -1)]);
        expect(ends.at(-1)).toBe(row + h);
        expect(ends.slice(0, -1).every((end) => end % 16 === 0)).toBe(true);
        expect(
          strips.every((strip) => strip.heightPx > 0 && strip.column === column && strip.widthPx === w),
        ).toBe(true);
        // One row of tiles is the least that can be submitted.
        const cut = strips.filter((strip) => strip.heightPx > 16).map((strip) => strip.heightPx * w);
        expect(cut.every((pixels) => pixels * 400 <= largestSamples && pixels * 16 <= 2 ** 26)).toBe(true);
      },
    ),
  );
});
