import { describe, expect, test } from "vitest";
import { chosenSamples, shownSamples } from "../../src/dataset/report/chosen-samples.ts";
import { drawnNumbers, inWords } from "../../src/dataset/report/drawn-numbers.ts";
import { evenlyKept } from "../../src/dataset/report/evenly-kept.ts";
import { greyOfPicture, greyOfTiff } from "../../src/dataset/report/grey-picture.ts";
import { fingerprint } from "../../src/dataset/report/fingerprint.ts";
import { greyTally, histogramDistance } from "../../src/dataset/report/grey-statistics.ts";
import { nearDuplicates } from "../../src/dataset/report/near-duplicates.ts";
import { numberTally, quantile } from "../../src/dataset/report/number-tally.ts";
import { outlinePath } from "../../src/dataset/report/outline-path.ts";
import { hammer, mapCentreDeg, turnDeg } from "../../src/dataset/report/sphere-map.ts";
import { radFromDeg } from "../../src/geometry/vector.ts";
import { binned } from "../../src/html/binned.ts";

describe("the map of directions", () => {
  test("keeps areas: the determinant of the projection is that of the sphere", () => {
    const step = 0.01;
    for (const [lambda, phi] of [
      [0, 0],
      [100, 20],
      [-150, -60],
      [30, 80],
    ]) {
      const [ax, ay] = hammer(lambda - step, phi);
      const [bx, by] = hammer(lambda + step, phi);
      const [cx, cy] = hammer(lambda, phi - step);
      const [dx, dy] = hammer(lambda, phi + step);
      const area = Math.abs((bx - ax) * (dy - cy) - (dx - cx) * (by - ay));
      const onSphere = (2 * radFromDeg(step)) ** 2 * Math.cos(radFromDeg(phi));
      // Central differences: relative error of the order of step² in rad, 3e-8, and rounding 1e-16 / step².
      expect(area / onSphere).toBeCloseTo(1, 5);
    }
  });

  test("has its centre, poles and ends where Hammer put them", () => {
    expect(hammer(0, 0)).toEqual([0, 0]);
    expect(hammer(0, 90)[1]).toBeCloseTo(Math.SQRT2, 12);
    expect(hammer(180, 0)[0]).toBeCloseTo(2 * Math.SQRT2, 12);
  });

  test("is centred where the panels are, across the seam of the angle", () => {
    expect(
      mapCentreDeg([
        { laoDeg: 170, craDeg: 0 },
        { laoDeg: -170, craDeg: 10 },
      ]),
    ).toBe(180);
    expect(mapCentreDeg([{ laoDeg: 5, craDeg: 0 }])).toBe(0);
    expect(turnDeg(180, -170)).toBe(10);
    expect(turnDeg(0, 180)).toBe(180);
  });
});

describe("selections", () => {
  test("of a stream are bounded, evenly spaced and begin with its first item", () => {
    for (const length of [0, 1, 7, 8, 9, 100, 1000]) {
      const kept = evenlyKept<number>(8);
      for (let n = 0; n < length; n++) kept.add(n);
      expect(kept.items.length).toBeLessThanOrEqual(8);
      expect(kept.items.length).toBeGreaterThanOrEqual(Math.min(length, 4));
      const stride = kept.items.length > 1 ? kept.items[1] - kept.items[0] : 1;
      expect(kept.items).toEqual(kept.items.map((_, n) => n * stride));
    }
  });

  test("of samples hold each number once, ascending, within the data set", () => {
    for (const [count, most] of [
      [5, 2000],
      [2000, 2000],
      [2001, 2000],
      [1_000_000, 2000],
      [30, 7],
      [100, 1],
    ]) {
      const ids = chosenSamples(count, most);
      expect(ids.length).toBeLessThanOrEqual(most);
      expect(ids.length).toBeGreaterThan(Math.min(count, most) / 2);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.toSorted((a, b) => a - b)).toEqual(ids);
      expect(ids[0]).toBeGreaterThanOrEqual(0);
      expect(ids[ids.length - 1]).toBeLessThan(count);
    }
    expect(shownSamples(100, 4)).toEqual([12, 37, 62, 87]);
    expect(shownSamples(3, 20)).toEqual([0, 1, 2]);
  });
});

describe("numbers", () => {
  test("0 to 100 have themselves as percentiles", () => {
    const tally = numberTally();
    for (let n = 100; n >= 0; n--) tally.add(n);
    tally.add(Number.NaN);
    const summary = tally.summary();
    expect([summary.count, summary.least, summary.most, summary.mean]).toEqual([101, 0, 100, 50]);
    for (const percent of [0, 5, 50, 95, 100])
      expect(quantile(summary, percent / 100)).toBeCloseTo(percent, 9);
    expect(quantile(numberTally().summary(), 0.5)).toBeNaN();
  });

  test("fall into their bins, those outside into the last", () => {
    expect(binned([-1, 0, 0.49, 0.5, 1, 9], 0, 1, 2)).toEqual([3, 3]);
    expect(binned([2, 2], 2, 2, 3)).toEqual([2, 0, 0]);
  });

  test("of a record are found by the way to them, without seeds and places", () => {
    const numbers = drawnNumbers({
      kv: 70,
      seed: 5,
      isocentreLps: [1, 2, 3],
      offsetMm: [1, 2, 3],
      filters: [{ material: "Al", thicknessMm: 3 }],
      deformation: { sdMm: 2, seed: 9 },
      view: "AP",
    });
    expect(Object.fromEntries(numbers.map(({ path, value }) => [path, value]))).toEqual({
      kv: 70,
      "offsetMm.left-right": 1,
      "offsetMm.front-back": 2,
      "offsetMm.foot-head": 3,
      "filters.Al.thicknessMm": 3,
      "deformation.sdMm": 2,
    });
    expect(inWords("detectorKermaMicroGy").unit).toBe("µGy");
    expect(inWords("sourceToIsocentreMm")).toEqual({ title: "source to isocentre", unit: "mm" });
    expect(inWords("offsetMm.left-right")).toEqual({ title: "offset, left-right", unit: "mm" });
  });
});

describe("outlines", () => {
  const maskOf = (widthPx: number, heightPx: number, isSet: (u: number, v: number) => boolean): Uint8Array =>
    Uint8Array.from({ length: widthPx * heightPx }, (_, n) =>
      isSet(n % widthPx, Math.floor(n / widthPx)) ? 1 : 0,
    );
  const loops = (path: string): [number, number][][] =>
    path
      .split("Z")
      .filter((part) => part !== "")
      .map((part) =>
        part
          .slice(1)
          .split("L")
          .map((point) => point.split(" ").map(Number) as [number, number]),
      );
  const areaOf = (path: string): number =>
    loops(path).reduce(
      (sum, loop) =>
        sum +
        loop.reduce((part, [x, y], n) => {
          const [nextX, nextY] = loop[(n + 1) % loop.length];
          return part + (x * nextY - nextX * y) / 2;
        }, 0),
      0,
    );

  test("of a rectangle have its four corners, at the edges of pixels", () => {
    const path = outlinePath(
      maskOf(8, 6, (u, v) => u >= 2 && u < 6 && v >= 1 && v < 4),
      8,
      6,
    );
    expect(loops(path).map((loop) => loop.toSorted(([a, b], [c, d]) => a - c || b - d))).toEqual([
      [
        [2, 1],
        [2, 4],
        [6, 1],
        [6, 4],
      ],
    ]);
  });

  test("go around holes the other way, so that areas add up", () => {
    const path = outlinePath(
      maskOf(20, 20, (u, v) => u > 1 && u < 18 && v > 1 && v < 18 && !(u > 6 && u < 12 && v > 5 && v < 10)),
      20,
      20,
    );
    expect(loops(path)).toHaveLength(2);
    expect(areaOf(path)).toBe(16 * 16 - 5 * 4);
  });

  test("of a disc enclose about its area, with far fewer points than edges", () => {
    const mask = maskOf(100, 100, (u, v) => Math.hypot(u - 50, v - 50) <= 40);
    const area = mask.reduce((sum, value) => sum + value, 0);
    const path = outlinePath(mask, 100, 100);
    // No point of the outline moves by more than the tolerance of 0.75 px: 2π · 40 · 0.75 at the very most.
    expect(Math.abs(areaOf(path) - area)).toBeLessThan(2 * Math.PI * 40 * 0.75);
    expect(loops(path)[0].length).toBeLessThan(80);
  });

  test("of nothing are empty; of pixels that touch by corners they close", () => {
    expect(outlinePath(new Uint8Array(12), 4, 3)).toBe("");
    expect(
      areaOf(
        outlinePath(
          maskOf(2, 2, (u, v) => u === v),
          2,
          2,
        ),
      ),
    ).toBe(2);
  });
});

describe("grey values", () => {
  const ramp = (from: number, to: number) => ({
    widthPx: 40,
    heightPx: 30,
    values: Float32Array.from({ length: 1200 }, (_, n) => from + ((to - from) * (n % 40)) / 39),
  });

  test("of 8 and 16 bits and of a log image reach from 0 to 1", () => {
    const bytes = { widthPx: 2, heightPx: 1, channels: 1, pixels: Uint8Array.of(0, 255) } as const;
    const words = { widthPx: 2, heightPx: 1, channels: 1, pixels: Uint16Array.of(0, 65535) } as const;
    const colours = { widthPx: 1, heightPx: 1, channels: 3, pixels: Uint8Array.of(255, 255, 255) } as const;
    expect(Array.from(greyOfPicture(bytes).values)).toEqual([0, 1]);
    expect(Array.from(greyOfPicture(words).values)).toEqual([0, 1]);
    expect(greyOfPicture(colours).values[0]).toBeCloseTo(1, 6);
    const tiff = greyOfTiff({ widthPx: 40, heightPx: 30, pixels: ramp(2, 9).values });
    expect([tiff.values[0], tiff.values[39]]).toEqual([0, 1]);
  });

  test("count every picture the same, whatever its size", () => {
    const tally = greyTally();
    tally.add({ widthPx: 1, heightPx: 1, values: Float32Array.of(0) });
    tally.add({ widthPx: 10, heightPx: 10, values: new Float32Array(100).fill(1) });
    const { greys, standardised } = tally.statistics();
    expect([greys[0], greys[63]]).toEqual([0.5, expect.closeTo(0.5, 9)]);
    // A picture of one grey has no deviation: all of it lies at its mean.
    expect(standardised[32]).toBeCloseTo(1, 9);
  });

  test("that all move by k bins lie k bins apart", () => {
    const at = (bin: number) => Array.from({ length: 10 }, (_, n) => (n === bin ? 1 : 0));
    expect(histogramDistance(at(2), at(2))).toBe(0);
    expect(histogramDistance(at(2), at(5))).toBeCloseTo(0.3, 12);
    expect(histogramDistance(at(9), at(0))).toBeCloseTo(0.9, 12);
  });

  test("in other brightness and contrast make the same fingerprint, inverted the opposite one", () => {
    const product = (a: Float32Array = new Float32Array(1024), b: Float32Array = a) =>
      a.reduce((sum, value, n) => sum + value * b[n], 0);
    const waves = (from: number, to: number) => {
      const { values, ...size } = ramp(from, to);
      return { ...size, values: values.map((value, n) => value + (to - from) * Math.sin(n / 9)) };
    };
    const first = fingerprint(waves(0, 1));
    // Float32 numbers and sums of 1024 products: 1024 · 2⁻²⁴ = 6e-5 at worst.
    expect(product(first)).toBeCloseTo(1, 3);
    expect(product(first, fingerprint(waves(0.4, 0.6)))).toBeCloseTo(1, 3);
    expect(product(first, fingerprint(waves(1, 0)))).toBeCloseTo(-1, 3);
    expect(fingerprint(waves(0.5, 0.5))).toBeUndefined();
  });

  test("of a copy among others are found", () => {
    const noise = (seed: number) =>
      fingerprint({
        widthPx: 32,
        heightPx: 32,
        values: Float32Array.from({ length: 1024 }, (_, n) => ((n * 7919 + seed * 104729) % 1009) / 1009),
      }) as Float32Array;
    const pictures = [1, 2, 3, 4, 2].map((seed, id) => ({ id: 10 + id, fingerprint: noise(seed) }));
    const found = nearDuplicates(pictures);
    expect(found.compared).toBe(5);
    expect(found.samples).toBe(2);
    expect(found.pairs[0]).toEqual({ ids: [11, 14], correlation: expect.closeTo(1, 4) });
    expect(nearDuplicates(pictures.slice(0, 1))).toEqual({ compared: 1, samples: 0, pairs: [], nearest: [] });
  });
});
