import { describe, expect, test } from "vitest";
import { combineMembers } from "../../src/evaluation/ensemble.ts";
import { normaliseHeatMaps } from "../../src/evaluation/heat-map-normalisation.ts";

const SIZE = { widthPx: 2, heightPx: 1 };

describe("heat-maps of a picture", () => {
  test("are brought to 0 to 1 with one scale for all landmarks", () => {
    // A landmark with a low response stays low beside one with a high response.
    expect([...normaliseHeatMaps(Float32Array.of(-1, 3, 0, 1))]).toEqual([0, 1, 0.25, 0.5]);
  });

  test("do not change with scale and offset", () => {
    const maps = Float32Array.of(0, 1, 4, 2);
    expect(normaliseHeatMaps(maps.map((value) => 8 * value - 16))).toEqual(normaliseHeatMaps(maps));
  });

  test("without any difference become 0", () => {
    expect([...normaliseHeatMaps(Float32Array.of(5, 5))]).toEqual([0, 0]);
  });
});

describe("an ensemble", () => {
  test("takes the likeliest class of the mean, not the class that most networks take", () => {
    const sure = Float32Array.of(0.01, 0.9, 0.99, 0.1);
    const unsure = Float32Array.of(0.6, 0.6, 0.4, 0.4);
    const { classes } = combineMembers(
      [sure, unsure, unsure].map((probabilities) => ({ probabilities })),
      { ...SIZE, targets: "classes" },
    );
    expect([...(classes ?? [])]).toEqual([1, 0]);
  });

  test("of equal probabilities takes the first class, and masks above a half only", () => {
    const probabilities = Float32Array.of(0.5, 0.2, 0.5, 0.8);
    expect(combineMembers([{ probabilities }], { ...SIZE, targets: "classes" }).classes).toEqual(
      Uint8Array.of(0, 1),
    );
    expect(combineMembers([{ probabilities }], { ...SIZE, targets: "masks" }).masks).toEqual([
      Uint8Array.of(0, 0),
      Uint8Array.of(0, 1),
    ]);
  });

  test("averages heat-maps after each was normalised, so no network outweighs the others", () => {
    const probabilities = Float32Array.of(1, 1);
    const { heatMaps } = combineMembers(
      [
        { probabilities, heatMaps: Float32Array.of(0, 1) },
        { probabilities, heatMaps: Float32Array.of(1000, 0) },
      ],
      { ...SIZE, targets: "masks" },
    );
    expect([...(heatMaps ?? [])]).toEqual([0.5, 0.5]);
  });

  test("of one network is that network; of different outputs is refused", () => {
    const probabilities = Float32Array.of(0.25, 0.75);
    expect(combineMembers([{ probabilities }], { ...SIZE, targets: "masks" }).probabilities).toEqual(
      probabilities,
    );
    const options = { ...SIZE, targets: "masks" } as const;
    expect(() => combineMembers([], options)).toThrow(/found none/);
    expect(() =>
      combineMembers([{ probabilities }, { probabilities: new Float32Array(4) }], options),
    ).toThrow(/found 2, 4/);
    expect(() =>
      combineMembers([{ probabilities, heatMaps: Float32Array.of(0, 1) }, { probabilities }], options),
    ).toThrow(/1 of 2 networks/);
  });
});
