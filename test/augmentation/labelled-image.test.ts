import { describe, expect, it } from "vitest";
import { cropped, croppedAtEdges } from "../../src/augmentation/cropped.ts";
import { flipped } from "../../src/augmentation/flipped.ts";
import { type LabelledImage, pointInside } from "../../src/augmentation/labelled-image.ts";
import { quarterTurned } from "../../src/augmentation/quarter-turned.ts";
import { reflectPadded } from "../../src/augmentation/reflect-padded.ts";
import { resized } from "../../src/augmentation/resized.ts";
import { sideExchange } from "../../src/augmentation/side-exchange.ts";
import { standardise } from "../../src/augmentation/standardise.ts";
import { centroid, deviation, disc, flat, mean, waves } from "./disc.ts";

const row = (values: readonly number[], landmarkX: number): LabelledImage => ({
  widthPx: values.length,
  heightPx: 1,
  pixels: Float32Array.from(values),
  classes: Uint8Array.from(values),
  landmarks: [{ x: landmarkX, y: 0 }],
});

describe("standardising", () => {
  it("makes mean 0 and standard deviation 1, whatever the unit was", () => {
    const image = standardise(waves());
    expect(mean(image.pixels)).toBeCloseTo(0, 6);
    expect(deviation(image.pixels)).toBeCloseTo(1, 6);
    const scaled = { ...waves(), pixels: waves().pixels.map((value) => 1000 + 20 * value) };
    const other = standardise(scaled).pixels;
    // float32 of numbers near 1000 has steps of 6e-5, a millionth of the deviation of 36 or so.
    image.pixels.forEach((value, n) => expect(other[n]).toBeCloseTo(value, 4));
  });

  it("makes zeros of a picture of one value", () => {
    expect(new Set(standardise(flat(0.1)).pixels)).toEqual(new Set([0]));
  });
});

describe("padding by reflection", () => {
  it("mirrors about the outermost pixels, as often as needed, and moves landmarks along", () => {
    const image = reflectPadded(row([1, 2, 3], 2), 10, 1);
    expect([...image.pixels]).toEqual([2, 3, 2, 1, 2, 3, 2, 1, 2, 3]);
    expect([...(image.classes ?? [])]).toEqual([2, 3, 2, 1, 2, 3, 2, 1, 2, 3]);
    expect(image.landmarks).toEqual([{ x: 5, y: 0 }]);
  });

  it("leaves labels unknown beyond the edge where asked", () => {
    const image = reflectPadded(row([1, 2, 3], 2), 6, 1, { labels: "unknown" });
    expect([...(image.classes ?? [])]).toEqual([255, 1, 2, 3, 255, 255]);
  });

  it("is undone by cropping, and refuses to shrink", () => {
    const image = disc();
    expect(croppedAtEdges(reflectPadded(image, 108, 108), 6)).toEqual(image);
    expect(() => reflectPadded(image, 95, 108)).toThrow(RangeError);
  });
});

describe("resizing", () => {
  it("keeps a disc's place and, in shares of the picture, its area", () => {
    const image = disc();
    for (const side of [48, 64, 150, 192]) {
      const factor = side / 96;
      const small = resized(image, side, side);
      const [point] = small.landmarks;
      expect(point?.x).toBeCloseTo((52.3 + 0.5) * factor - 0.5, 9);
      const about = { x: point?.x ?? 0, y: point?.y ?? 0 };
      const grey = centroid(small, (n) => small.pixels[n], about, 24 * factor);
      const label = centroid(small, (n) => Number(small.classes?.[n] === 1), about, 24 * factor);
      // Grey values keep their place but for the disc's own pixels. The centre of a new pixel may lie on the border between old ones, so
      // that labels are off by half an old pixel in each direction; the rest is the roughness of the edge.
      expect(Math.hypot(grey.x - about.x, grey.y - about.y)).toBeLessThan(0.06);
      expect(Math.hypot(label.x - about.x, label.y - about.y)).toBeLessThan(Math.SQRT1_2 * factor + 0.1);
      expect(grey.sum / factor ** 2 / (Math.PI * 11 ** 2)).toBeCloseTo(1, 1.5);
    }
  });

  it("averages when shrinking by a whole factor", () => {
    expect([...resized(row([1, 3, 5, 9], 0), 2, 1).pixels]).toEqual([2, 7]);
  });
});

describe("cropping", () => {
  it("drops a landmark exactly when no pixel of the part covers it", () => {
    const image = row([1, 2, 3, 4, 5], 0);
    const at = (x: number) =>
      cropped({ ...image, landmarks: [{ x, y: 0 }] }, { left: 1, top: 0, widthPx: 3, heightPx: 1 })
        .landmarks[0];
    expect(at(0.5)).toEqual({ x: -0.5, y: 0 });
    expect(at(0.4999)).toBeUndefined();
    expect(at(3.4999)?.x).toBeCloseTo(2.4999, 9);
    expect(at(3.5)).toBeUndefined();
    expect(pointInside({ x: 1, y: -0.6 }, image)).toBeUndefined();
  });

  it("refuses what is not in the picture", () => {
    expect(() => cropped(disc(), { left: 90, top: 0, widthPx: 10, heightPx: 5 })).toThrow(RangeError);
  });
});

describe("flipping", () => {
  const exchange = sideExchange({
    structures: ["hip_left", "hip_right", "vertebrae"],
    landmarks: ["FH-l", "FH-r", "apex"],
  });

  it("is undone by flipping again, with and without exchange of sides", () => {
    const image = {
      ...disc(),
      masks: [1, 2, 3].map((value) => disc().pixels.map((grey) => (grey > value / 4 ? 1 : 0))),
      landmarks: [{ x: 1, y: 2 }, undefined, { x: 95, y: 0 }],
    };
    const labelled = { ...image, masks: image.masks.map((mask) => Uint8Array.from(mask)) };
    expect(flipped(flipped(labelled))).toEqual(labelled);
    expect(flipped(flipped(labelled, exchange), exchange)).toEqual(labelled);
  });

  it("gives the left one's place to the right one and keeps what is not known", () => {
    const image: LabelledImage = {
      ...row([1, 2, 3, 255], 0),
      masks: [1, 2, 3].map((value) => Uint8Array.from([1, 2, 3, 255], (c) => (c === value ? 1 : 0))),
      landmarks: [{ x: 0, y: 0 }, undefined, { x: 2, y: 0 }],
    };
    const other = flipped(image, exchange);
    expect([...(other.classes ?? [])]).toEqual([255, 3, 1, 2]);
    expect(other.masks?.map((mask) => [...mask])).toEqual([
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [0, 1, 0, 0],
    ]);
    expect(other.landmarks).toEqual([undefined, { x: 3, y: 0 }, { x: 1, y: 0 }]);
  });

  it("finds partners by names of many kinds", () => {
    const { masks } = sideExchange({
      structures: [
        "left lung",
        "Right_Lung",
        "right lung",
        "LEFT ARM",
        "RIGHT ARM",
        "l_rib",
        "r_rib",
        "rectum",
        "l",
      ],
      landmarks: [],
    });
    expect(masks).toEqual([2, 1, 0, 4, 3, 6, 5, 7, 8]);
  });
});

describe("quarter turns", () => {
  it("come back after four, and two are both flips", () => {
    const image = { ...waves(7, 4), landmarks: [{ x: 1.25, y: 3 }] };
    const turned = quarterTurned(image, 1);
    expect([turned.widthPx, turned.heightPx]).toEqual([4, 7]);
    expect(turned.landmarks).toEqual([{ x: 0, y: 1.25 }]);
    expect(quarterTurned(turned, 3)).toEqual(image);
    expect(quarterTurned(quarterTurned(image, 1), 1)).toEqual(quarterTurned(image, 2));
    expect([...quarterTurned(image, 2).pixels]).toEqual([...image.pixels].toReversed());
  });
});
