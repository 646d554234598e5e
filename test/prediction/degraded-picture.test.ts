import { describe, expect, test } from "vitest";
import { degradationNames, degradedPicture } from "../../src/prediction/degraded-picture.ts";
import type { Picture } from "../../src/prediction/predict.ts";

const WIDTH = 120;
const HEIGHT = 90;
/** From -3 to 5, no value at the edges the darkest. */
const plain: Picture = {
  widthPx: WIDTH,
  heightPx: HEIGHT,
  pixels: Float32Array.from({ length: WIDTH * HEIGHT }, (_, n) => {
    const [u, v] = [n % WIDTH, Math.floor(n / WIDTH)];
    return 1 + 4 * Math.sin(u / 7) * Math.cos(v / 11);
  }),
};
plain.pixels[45 * WIDTH + 60] = -3;
plain.pixels[46 * WIDTH + 60] = 5;

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const flat = (value: number): Picture => ({ ...plain, pixels: new Float32Array(WIDTH * HEIGHT).fill(value) });

describe("a degraded picture", () => {
  test.each(degradationNames)(
    "by %s has the same size, is finite, changes and leaves the original alone",
    (kind) => {
      const before = plain.pixels.slice();
      const changed = degradedPicture(plain, kind, 3);
      expect([changed.widthPx, changed.heightPx]).toEqual([WIDTH, HEIGHT]);
      expect(changed.pixels.every(Number.isFinite)).toBe(true);
      expect(changed.pixels).not.toEqual(plain.pixels);
      expect(plain.pixels).toEqual(before);
      expect(degradedPicture(plain, kind, 3)).toEqual(changed);
      for (const value of degradedPicture(flat(2), kind, 3).pixels) expect(Number.isFinite(value)).toBe(true);
    },
  );

  test.each(degradationNames)("by %s is the same in any unit", (kind) => {
    const unit = (value: number) => 100 * value + 700;
    const other = degradedPicture({ ...plain, pixels: plain.pixels.map(unit) }, kind, 3);
    const expected = degradedPicture(plain, kind, 3).pixels.map(unit);
    // Values to 1200, rounded to float32 a few times over.
    for (let n = 0; n < expected.length; n++)
      expect(Math.abs(other.pixels[n] - expected[n])).toBeLessThan(5e-3);
  });

  test("by noise has a tenth of its range more of standard deviation, another one each", () => {
    const noise = (index: number) =>
      degradedPicture(plain, "noise", index).pixels.map((value, n) => value - plain.pixels[n]);
    const [one, two] = [noise(0), noise(1)];
    // Of 10 800 numbers: the mean to 4 · 0.8 / √n, the standard deviation to 4 · 0.8 / √(2 n).
    const count = WIDTH * HEIGHT;
    const sd = (values: Float32Array) => Math.sqrt(mean(values.map((value) => value * value)));
    for (const each of [one, two]) {
      expect(Math.abs(mean(each))).toBeLessThan((4 * 0.8) / Math.sqrt(count));
      expect(Math.abs(sd(each) - 0.8)).toBeLessThan((4 * 0.8) / Math.sqrt(2 * count));
    }
    const correlation = mean(one.map((value, n) => value * two[n])) / 0.64;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(count));
  });

  test("by blur spreads a point as a Gaussian of 1.5 pixels of 90, and loses nothing of it", () => {
    const point = flat(0);
    point.pixels[45 * WIDTH + 60] = 1;
    const { pixels } = degradedPicture(point, "blur", 0);
    let [sum, square] = [0, 0];
    for (const [n, value] of pixels.entries()) {
      sum += value;
      square += value * ((n % WIDTH) - 60) ** 2;
    }
    expect(sum).toBeCloseTo(1, 5);
    // A kernel cut off at a few standard deviations and taken at whole pixels: within 3 %.
    expect(Math.abs(Math.sqrt(square) / 1.5 - 1)).toBeLessThan(0.03);
    for (const value of degradedPicture(flat(2), "blur", 0).pixels) expect(value).toBeCloseTo(2, 5);
  });

  test("by a rim is darkest within 8 pixels of 90 of every edge, untouched elsewhere", () => {
    const { pixels } = degradedPicture(plain, "rim", 0);
    for (const [n, value] of pixels.entries()) {
      const [u, v] = [n % WIDTH, Math.floor(n / WIDTH)];
      const isRim = u < 8 || v < 8 || u >= WIDTH - 8 || v >= HEIGHT - 8;
      expect(value).toBe(isRim ? -3 : plain.pixels[n]);
    }
  });

  test("by gamma keeps its darkest and brightest, and squares what is between", () => {
    const { pixels } = degradedPicture(plain, "gamma", 0);
    expect(Math.min(...pixels)).toBe(-3);
    expect(Math.max(...pixels)).toBe(5);
    for (const [n, value] of pixels.entries())
      expect(value).toBeCloseTo(-3 + 8 * ((plain.pixels[n] + 3) / 8) ** 2, 5);
  });

  test("inverted twice is itself, and has the same range", () => {
    const once = degradedPicture(plain, "inverted", 0);
    expect([Math.min(...once.pixels), Math.max(...once.pixels)]).toEqual([-3, 5]);
    const twice = degradedPicture(once, "inverted", 0);
    for (const [n, value] of twice.pixels.entries()) expect(value).toBeCloseTo(plain.pixels[n], 5);
  });
});
