import { describe, expect, it } from "vitest";
import { augment } from "../../src/augmentation/augment.ts";
import { augmentationKey, drawsOf } from "../../src/augmentation/draws.ts";
import {
  aboutCentre,
  composed,
  IDENTITY,
  inverse,
  mapped,
  rotation,
  scaling,
  shear,
  translation,
} from "../../src/augmentation/geometry/affine.ts";
import { resample } from "../../src/augmentation/geometry/resample.ts";
import {
  FIELD_OVER_CONTROL,
  smoothFieldAt,
  smoothFieldPixels,
} from "../../src/augmentation/geometry/smooth-field.ts";
import {
  type AugmentationProfile,
  augmentationProfile,
  transformAlone,
} from "../../src/augmentation/profile.ts";
import { normalField } from "../../src/augmentation/random-field.ts";
import { sideExchange } from "../../src/augmentation/side-exchange.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { centroid, deviation, disc, waves } from "./disc.ts";

const keyOf = (sample: number) => augmentationKey({ seed: 8, epoch: 0, sample });

const alone = (profile: AugmentationProfile, name: string) => [name, transformAlone(profile, name)] as const;
const exchange = sideExchange({ structures: ["body"], landmarks: ["middle", "other"] });
const xray = augmentationProfile("xray", { exchange, quarterTurns: true });
const GEOMETRIES = [
  ...["flip", "zoom", "shift", "rotate", "aspect", "shear", "warp", "geometry", "quarter-turns"].map((name) =>
    alone(xray, name),
  ),
  ...["crop", "affine", "distort"].map((name) => alone(augmentationProfile("paper-strong"), name)),
] as const;

describe("labels follow the picture", () => {
  it.each(GEOMETRIES)("of a disc under %s", (name, profile) => {
    const isBent = name === "warp" || name === "distort" || name === "geometry";
    const image = disc({ radius: isBent ? 6 : 11 });
    const samples = 60;
    let [moved, biasX, biasY] = [0, 0, 0];
    for (let sample = 0; sample < samples; sample++) {
      const turned = augment(image, profile, { key: keyOf(sample) });
      const [point] = turned.landmarks;
      if (!point) throw new Error("the disc is nowhere near the edge");
      const grey = centroid(turned, (n) => turned.pixels[n], point);
      const label = centroid(turned, (n) => Number(turned.classes?.[n] === 1), point);
      // A label is that of the nearest pixel, off by half a pixel in each direction at most: alike everywhere under a shift, and outwards
      // or inwards all along the edge under a slight zoom. A tenth more for the roughness of the edge.
      expect(Math.hypot(grey.x - label.x, grey.y - label.y)).toBeLessThan(Math.SQRT1_2 + 0.1);
      expect(Math.abs(label.sum - grey.sum)).toBeLessThan(0.6 * 2 * Math.sqrt(Math.PI * grey.sum));
      biasX += (grey.x - label.x) / samples;
      biasY += (grey.y - label.y) / samples;
      // An affine map keeps the centre. A bent one does not quite: a kink of the piecewise map through the middle, where slopes differ
      // by 0.7 at most, moves the centre of gravity by 0.42 r · 0.7 / 2. The next test is the sharp one.
      expect(Math.hypot(grey.x - point.x, grey.y - point.y)).toBeLessThan(isBent ? 0.9 : 0.08);
      expect([...(turned.masks?.[1] ?? [])]).toEqual([...(turned.classes ?? [])]);
      moved += Math.hypot(point.x - 52.3, point.y - 41.6);
    }
    // Rounding to the nearest has no favourite direction: uniform over a pixel at worst, 0.29 / √60 = 0.037; bound at four.
    expect(Math.abs(biasX)).toBeLessThan(0.15);
    expect(Math.abs(biasY)).toBeLessThan(0.15);
    // Something did happen: aspect and shear move a point near the middle least.
    expect(moved / samples).toBeGreaterThan(0.1);
  });

  it.each(GEOMETRIES.filter(([name]) => name !== "flip" && name !== "quarter-turns" && name !== "crop"))(
    "of a ramp, which tells where it came from, under %s",
    (name, profile) => {
      const places = [30, 45, 60].flatMap((x) => [33.3, 50.5, 61].map((y) => ({ x, y })));
      const ramp = (axis: "x" | "y") => ({
        widthPx: 96,
        heightPx: 96,
        pixels: Float32Array.from({ length: 96 * 96 }, (_, n) =>
          axis === "x" ? n % 96 : Math.floor(n / 96),
        ),
        landmarks: places,
      });
      for (let sample = 0; sample < 25; sample++)
        for (const axis of ["x", "y"] as const) {
          const turned = augment(ramp(axis), profile, { key: keyOf(sample) });
          for (const [n, point] of turned.landmarks.entries()) {
            if (!point || point.x < 0 || point.y < 0 || point.x > 94 || point.y > 94) continue;
            const [u, v] = [Math.floor(point.x), Math.floor(point.y)];
            const [s, t] = [point.x - u, point.y - v];
            const at = (i: number, j: number) => turned.pixels[(v + j) * 96 + u + i];
            const value =
              (1 - t) * ((1 - s) * at(0, 0) + s * at(1, 0)) + t * ((1 - s) * at(0, 1) + s * at(1, 1));
            // Linear interpolation between pixels: exact for affine maps but for the landmark's 1e-4 and float32; a kink of 0.7
            // between two pixels hides 0.7 / 4, the smooth warp's second derivative hardly anything.
            expect(Math.abs(value - places[n][axis])).toBeLessThan(
              name === "distort" ? 0.18 : name === "warp" || name === "geometry" ? 0.02 : 1e-3,
            );
          }
        }
    },
  );

  it("under the published code's affine step but for its 8 bits", () => {
    const [, profile] = alone(augmentationProfile("code-strong"), "affine");
    for (let sample = 0; sample < 10; sample++) {
      const turned = augment(disc(), profile, { key: keyOf(sample) });
      const point = turned.landmarks[0] ?? { x: 0, y: 0 };
      const grey = centroid(turned, (n) => turned.pixels[n], point);
      expect(Math.hypot(grey.x - point.x, grey.y - point.y)).toBeLessThan(0.1);
      expect(new Set(turned.pixels).size).toBeLessThanOrEqual(256);
    }
  });

  it("and a landmark is dropped exactly when it leaves", () => {
    const image = { ...disc(), landmarks: [{ x: 10, y: 5 }] };
    const at = (x0: number) =>
      resample(image, translation(x0, 0), { beyond: { kind: "mirrored", labels: "unknown" } }).landmarks[0];
    expect(at(10.5)).toEqual({ x: -0.5, y: 5 });
    expect(at(10.5001)).toBeUndefined();
    expect(at(-85.4999)?.x).toBeCloseTo(95.4999, 6);
    expect(at(-85.5)).toBeUndefined();
  });

  it("as published: kept below the lower edge, dropped near the upper one", () => {
    const image = {
      ...disc(),
      landmarks: [
        { x: 40, y: 95 },
        { x: 40, y: 12 },
      ],
    };
    const options = { probabilities: { affine: 1 } };
    const published = transformAlone(
      augmentationProfile("code-strong", { ...options, asPublished: { classes: 7 } }),
      "affine",
    );
    const correct = transformAlone(augmentationProfile("code-strong", options), "affine");
    let [below, above] = [0, 0];
    for (let sample = 0; sample < 100; sample++) {
      const [wrong, right] = [published, correct].map(
        (profile) => augment(image, profile, { key: keyOf(sample) }).landmarks,
      );
      const [low, high] = [wrong[0], right[1]];
      if (low && low.y > 95.5) {
        below++;
        expect(right[0]).toBeUndefined();
      }
      if (high && high.y < 6) {
        above++;
        expect(wrong[1]).toBeUndefined();
      }
    }
    expect(below).toBeGreaterThan(20);
    expect(above).toBeGreaterThan(5);
  });
});

describe("resampling", () => {
  const mirrored = { beyond: { kind: "mirrored", labels: "mirrored" } } as const;

  it("by the identity changes nothing, to the bit", () => {
    const image = disc();
    expect(resample(image, IDENTITY, mirrored)).toEqual(image);
  });

  it("by whole pixels moves pixels, and beyond the edge the picture is mirrored, unknown or a border", () => {
    const image = {
      widthPx: 4,
      heightPx: 1,
      pixels: Float32Array.of(1, 2, 3, 4),
      classes: Uint8Array.of(1, 2, 3, 4),
      landmarks: [],
    };
    const by = translation(-2, 0);
    expect([...resample(image, by, mirrored).pixels]).toEqual([3, 2, 1, 2]);
    expect([...(resample(image, by, mirrored).classes ?? [])]).toEqual([3, 2, 1, 2]);
    const unknown = resample(image, by, { beyond: { kind: "mirrored", labels: "unknown" } });
    expect([...(unknown.classes ?? [])]).toEqual([255, 255, 1, 2]);
    const border = resample(image, by, { beyond: { kind: "border", value: 9, label: 0 } });
    expect([...border.pixels]).toEqual([9, 9, 1, 2]);
    expect([...(border.classes ?? [])]).toEqual([0, 0, 1, 2]);
  });

  it("there and back is the picture again, as far as linear interpolation goes", () => {
    const image = waves(96);
    const there = aboutCentre(composed(rotation(7), scaling(1.05, 0.97)), image);
    const back = resample(resample(image, there, mirrored), inverse(there), mirrored);
    // Linear interpolation errs by h²/8 of the second derivative, twice: 2 · (7/96)² / 8 · 2 a side and direction; inner part only.
    for (let v = 24; v < 72; v++)
      for (let u = 24; u < 72; u++)
        expect(Math.abs(back.pixels[v * 96 + u] - image.pixels[v * 96 + u])).toBeLessThan(0.011);
  });
});

describe("affine maps", () => {
  it("are undone by their inverse and composed in order", () => {
    const map = composed(composed(rotation(30), shear(5, -3)), translation(4, -2));
    const point = { x: 3, y: 8 };
    const back = mapped(inverse(map), mapped(map, point));
    expect(back.x).toBeCloseTo(3, 12);
    expect(back.y).toBeCloseTo(8, 12);
    expect(mapped(composed(translation(1, 0), scaling(2, 2)), { x: 0, y: 0 })).toEqual({ x: 2, y: 0 });
    expect(mapped(rotation(90), { x: 1, y: 0 }).y).toBeCloseTo(-1, 12);
    expect(() => inverse(scaling(1, 0))).toThrow(RangeError);
  });
});

describe("smooth fields", () => {
  const field = (sample: number, intervals = 4) => ({
    intervals,
    widthPx: 60,
    heightPx: 40,
    control: normalField(sampleKey(2, sample, "field"), (intervals + 3) ** 2),
  });

  it("are the same at pixels and between them, and are constant where their control points are", () => {
    const one = field(0);
    const pixels = smoothFieldPixels(one);
    for (const [u, v] of [
      [0, 0],
      [59, 39],
      [17, 22],
    ])
      expect(smoothFieldAt(one, u, v)).toBeCloseTo(pixels[v * 60 + u], 6);
    const constant = smoothFieldPixels({ ...one, control: one.control.map(() => 2) });
    constant.forEach((value) => expect(value).toBeCloseTo(2, 6));
  });

  it("have the standard deviation that is said of them", () => {
    const values = Array.from({ length: 300 }, (_, sample) => smoothFieldPixels(field(sample))).flatMap(
      (pixels) => Array.from(pixels),
    );
    // 300 fields of some 20 independent values each: 0.9 % standard error of the deviation; bound at four.
    expect(deviation(values) / FIELD_OVER_CONTROL).toBeGreaterThan(0.96);
    expect(deviation(values) / FIELD_OVER_CONTROL).toBeLessThan(1.04);
  });
});

describe("draws", () => {
  it("are unlike for other names and alike for the same", () => {
    const key = keyOf(1);
    expect(drawsOf(key, "a").uniform()).toBe(drawsOf(key, "a").uniform());
    expect(drawsOf(key, "a").uniform()).not.toBe(drawsOf(key, "b").uniform());
    const draws = drawsOf(key, "log");
    const values = Array.from({ length: 500 }, () => draws.logUniformIn(0.5, 8));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...values)).toBeLessThan(8);
    // Half of a log-uniform sample lies below the geometric mean, 2; binomial deviation 11.
    expect(Math.abs(values.filter((value) => value < 2).length - 250)).toBeLessThan(45);
  });
});
