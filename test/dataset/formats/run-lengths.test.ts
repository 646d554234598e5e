import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  areaOfRuns,
  maskFromRunLengths,
  parseRunText,
  runLengths,
  runText,
} from "../../../src/dataset/formats/run-lengths.ts";
import { InputError } from "../../../src/error/input-error.ts";
import { askOracle, hasOracle } from "./oracle.ts";

/** Masks of all kinds: noise, and long runs as real masks have. */
const masks = fc
  .record({
    widthPx: fc.integer({ min: 1, max: 40 }),
    heightPx: fc.integer({ min: 1, max: 40 }),
    runs: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 }),
    first: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ widthPx, heightPx, runs, first }) => {
    const mask = new Uint8Array(widthPx * heightPx);
    for (let n = 0, run = 0, value = first; n < mask.length; run++, value = 1 - value)
      for (let left = runs[run % runs.length]; left > 0 && n < mask.length; left--) mask[n++] = value;
    return { widthPx, heightPx, mask };
  });

describe("run lengths of masks", () => {
  test("a mask comes back from its runs and from their text", () => {
    fc.assert(
      fc.property(masks, ({ mask, widthPx, heightPx }) => {
        const runs = runLengths(mask, widthPx, heightPx);
        expect(maskFromRunLengths(runs)).toEqual(mask);
        expect(parseRunText(runText(runs.counts), widthPx, heightPx)).toEqual(runs);
        expect(areaOfRuns(runs)).toBe(mask.reduce((sum, value) => sum + value, 0));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test("runs go down the columns and begin with zeros", () => {
    // Rows 1 0 0 / 1 1 0: columns (1 1) (0 1) (0 0).
    expect(runLengths(Uint8Array.of(1, 0, 0, 1, 1, 0), 3, 2).counts).toEqual([0, 2, 1, 1, 2]);
    expect(runLengths(new Uint8Array(6), 3, 2).counts).toEqual([6]);
    expect(runLengths(new Uint8Array(6).fill(1), 3, 2).counts).toEqual([0, 6]);
  });

  test("the longest runs that fit a picture fit the text", () => {
    const counts = [0, 2 ** 28 - 2, 1, 1];
    expect(parseRunText(runText(counts), 16384, 16384).counts).toEqual(counts);
  });

  test("any other text is refused by an InputError", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: fc.constantFrom(...Array.from("0123456789:;<=?@AOPabcno")) }),
        ),
        (text) => {
          try {
            const { counts } = parseRunText(text, 8, 8);
            expect(counts.reduce((sum, count) => sum + count, 0)).toBe(64);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { seed: 4, numRuns: 2000 },
    );
    expect(() => parseRunText("", 8, 8)).toThrow(/describes 0 pixels/);
    expect(() => parseRunText(runText([64]), 0, 8)).toThrow(InputError);
  });

  test.skipIf(!hasOracle("pycocotools.mask"))("they are those of pycocotools", () => {
    const cases = fc.sample(masks, { seed: 5, numRuns: 100 });
    const given = cases.map(({ mask, widthPx, heightPx }) => ({
      mask: [...mask],
      size: [heightPx, widthPx],
    }));
    const texts = askOracle(
      `
import json, numpy as np
from pycocotools import mask as m
out = []
for case in json.load(open("masks.json")):
    r = m.encode(np.asfortranarray(np.array(case["mask"], "uint8").reshape(case["size"])))
    out.append(r["counts"].decode())
print(json.dumps(out))`,
      { "masks.json": JSON.stringify(given) },
    );
    expect(
      cases.map(({ mask, widthPx, heightPx }) => runText(runLengths(mask, widthPx, heightPx).counts)),
    ).toEqual(texts);
  });
});
