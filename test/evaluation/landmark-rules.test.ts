import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findLandmarks } from "../../src/evaluation/find-landmarks.ts";
import { idealHeatMap } from "../../src/evaluation/ideal-heat-map.ts";
import { isActivated, PUBLISHED_RULE } from "../../src/evaluation/landmark-rule.ts";
import { windowCorrelation, windowSidePx } from "../../src/evaluation/window-correlation.ts";

const SIZE = { widthPx: 80, heightPx: 64 };

/** A prediction with one heat-map and, on request, a structure that covers the columns from `from` to `to`. */
function prediction(heatMap: Float32Array, from = 0, to = SIZE.widthPx) {
  const classes = Uint8Array.from({ length: SIZE.widthPx * SIZE.heightPx }, (_, n) => {
    const u = n % SIZE.widthPx;
    return u >= from && u < to ? 1 : 0;
  });
  return { ...SIZE, heatMaps: heatMap, classes };
}

describe("the ideal heat-map", () => {
  // Float32 pixels: each is right to 6e-8 of itself, so the correlation to about 1e-7.
  test.each([2.5, 5, 20 / 3, 7.11])("of σ %f correlates with itself to 1, and rule 3 keeps it", (sigmaPx) => {
    const size = { widthPx: 101, heightPx: 90 };
    const heatMaps = idealHeatMap(size, { x: 48, y: 40 }, sigmaPx);
    const classes = new Uint8Array(heatMaps.length).fill(1);
    const [found] = findLandmarks({ ...size, heatMaps, classes }, { sigmaPx, structures: [0] });
    expect(found).toMatchObject({ x: 48, y: 40 });
    expect(Math.abs((found?.ncc ?? 0) - 1)).toBeLessThan(1e-6);
    expect(found && isActivated(found, PUBLISHED_RULE)).toBe(true);
  });

  test("has the volume 1 and the published windows", () => {
    const volume = idealHeatMap({ widthPx: 61, heightPx: 61 }, { x: 30, y: 30 }, 5).reduce(
      (a, b) => a + b,
      0,
    );
    expect(volume).toBeCloseTo(1, 5);
    expect([2.5, 5, 20 / 3, 7.11].map(windowSidePx)).toEqual([25, 50, 66, 71]);
  });

  test("correlates to 1 whatever its scale and offset, and to −1 upside down", () => {
    const values = idealHeatMap(SIZE, { x: 40, y: 30 }, 2.5);
    const window = { sidePx: 25, sigmaPx: 2.5 };
    const of = (change: (value: number) => number): number =>
      windowCorrelation({ ...SIZE, values: Float64Array.from(values, change) }, [40, 30], window);
    expect(of((value) => 100 * value - 3)).toBeCloseTo(1, 9);
    expect(of((value) => -value)).toBeCloseTo(-1, 9);
    expect(of(() => 0.4)).toBe(0);
  });

  test("correlates to (N − 1) / N as published", () => {
    const values = idealHeatMap(SIZE, { x: 40, y: 30 }, 2.5);
    const ncc = windowCorrelation({ ...SIZE, values }, [40, 30], { sidePx: 25, sigmaPx: 2.5 }, true);
    expect(ncc).toBeCloseTo(624 / 625, 7);
  });

  test("in the corner of a picture is mirrored, so that it stays whole", () => {
    const values = idealHeatMap(SIZE, { x: 0, y: 0 }, 2.5);
    expect(windowCorrelation({ ...SIZE, values }, [0, 0], { sidePx: 25, sigmaPx: 2.5 })).toBeCloseTo(1, 6);
  });

  test("correlates less with a heat-map of another width, by the closed form", () => {
    // Wide window: means vanish, and the NCC of two Gaussians is 2ab / (a² + b²).
    const size = { widthPx: 201, heightPx: 201 };
    const values = idealHeatMap(size, { x: 100, y: 100 }, 4);
    const ncc = windowCorrelation({ ...size, values }, [100, 100], { sidePx: 201, sigmaPx: 8 });
    // The means of 201² pixels leave 4πσ² / 201² ≈ 1.2 % of the squares of the wider one.
    expect(Math.abs(ncc - (2 * 4 * 8) / (4 * 4 + 8 * 8))).toBeLessThan(0.012);
  });
});

/** Heat-maps and their correlation by NumPy; made by tools/make-evaluation-fixtures.py. */
const windows = JSON.parse(readFileSync("test/fixtures/evaluation/windows.json", "utf8")) as {
  widthPx: number;
  heightPx: number;
  pixel: [number, number];
  sidePx: number;
  sigmaPx: number;
  values: number[];
  ncc: number;
}[];

describe("the window of a noisy heat-map", () => {
  test.each(windows.map((window) => [window.sidePx, window.widthPx, window.heightPx, window] as const))(
    "of %d pixels in %d × %d correlates as NumPy says, mirrored at the edges",
    (_side, _width, _height, { pixel, ncc, ...window }) => {
      // The ideal heat-map is in float32: 6e-8 of each pixel.
      expect(Math.abs(windowCorrelation(window, pixel, window) - ncc)).toBeLessThan(1e-7);
    },
  );
});

describe("a landmark", () => {
  const sigmaPx = 2.5;
  const options = { sigmaPx, structures: [0] };

  test("outside its own structure is not detected", () => {
    const heatMaps = idealHeatMap(SIZE, { x: 60, y: 30 }, sigmaPx);
    // No pixel of the structure: no candidate.
    expect(findLandmarks(prediction(heatMaps, 0, 0), options)).toEqual([undefined]);
    // The structure ends eight pixels before the peak: the best pixel there looks like no landmark.
    const [candidate] = findLandmarks(prediction(heatMaps, 0, 53), options);
    expect(candidate?.x).toBe(52);
    expect(candidate && isActivated(candidate, PUBLISHED_RULE)).toBe(false);
    // Were it free to lie anywhere, it would be found.
    const [free] = findLandmarks(prediction(heatMaps, 0, 53), { sigmaPx });
    expect(free).toMatchObject({ x: 60, y: 30 });
  });

  test("is looked for in its own mask where masks overlap", () => {
    const heatMaps = idealHeatMap(SIZE, { x: 20, y: 30 }, sigmaPx);
    const masks = [new Uint8Array(heatMaps.length), new Uint8Array(heatMaps.length).fill(1)];
    const both = { ...SIZE, heatMaps, masks };
    expect(findLandmarks(both, { sigmaPx, structures: [0] })).toEqual([undefined]);
    expect(findLandmarks(both, { sigmaPx, structures: [1] })[0]).toMatchObject({ x: 20, y: 30 });
  });

  test("of a flat heat-map is a candidate that no correlation keeps", () => {
    const [flat] = findLandmarks(
      prediction(new Float32Array(SIZE.widthPx * SIZE.heightPx).fill(0.3)),
      options,
    );
    expect(flat).toMatchObject({ x: 0, y: 0, ncc: 0 });
    expect(flat && isActivated(flat, PUBLISHED_RULE)).toBe(false);
  });

  test("counts by rule 2 from its threshold on", () => {
    const at = (peak: number) => ({ x: 1, y: 1, peak, ncc: 0 });
    const rule = { kind: "peak", threshold: 0.1 } as const;
    expect([0.0999, 0.1, 0.5].map((peak) => isActivated(at(peak), rule))).toEqual([false, true, true]);
    expect(isActivated(at(-1), { kind: "always" })).toBe(true);
  });

  test.each([
    [31.3, 20.8],
    [40.49, 33.51],
    [22, 30],
  ])("of a Gaussian at (%f, %f) is found between pixels", (x, y) => {
    const heatMaps = idealHeatMap(SIZE, { x, y }, sigmaPx);
    const [plain] = findLandmarks(prediction(heatMaps), options);
    const [refined] = findLandmarks(prediction(heatMaps), { ...options, isRefined: true });
    expect(plain).toMatchObject({ x: Math.round(x), y: Math.round(y) });
    // The parabola through logarithms is exact; float32 logarithms are right to 1e-7, the bend is 1/σ² = 0.16.
    expect(refined?.x).toBeCloseTo(x, 5);
    expect(refined?.y).toBeCloseTo(y, 5);
  });

  test("at the border of its structure, where a neighbour is higher, is not moved by refinement", () => {
    const heatMaps = idealHeatMap(SIZE, { x: 60, y: 30 }, sigmaPx);
    const [candidate] = findLandmarks(prediction(heatMaps, 0, 58), { ...options, isRefined: true });
    expect(candidate).toMatchObject({ x: 57, y: 30 });
  });

  test("in a heat-map with a value that is no number is refused by name", () => {
    const heatMaps = new Float32Array(2 * SIZE.widthPx * SIZE.heightPx);
    heatMaps[SIZE.widthPx * SIZE.heightPx + 7] = Number.NaN;
    expect(() => findLandmarks({ ...SIZE, heatMaps }, { sigmaPx })).toThrow(
      /heat-map 1 has the value NaN at pixel 7/,
    );
    expect(() => findLandmarks({ ...SIZE, heatMaps: new Float32Array(5) }, { sigmaPx })).toThrow(
      /cannot have 5 values/,
    );
  });
});
