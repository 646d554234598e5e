import { describe, expect, test } from "vitest";
import { reflectPadded } from "../../src/augmentation/reflect-padded.ts";
import { resized } from "../../src/augmentation/resized.ts";
import { framed, pointInPicture, squareFrame, unframed } from "../../src/prediction/square-frame.ts";

/** Odd, even, wide, tall, smaller and larger than the square. */
const SIZES = [
  [96, 96],
  [97, 97],
  [360, 360],
  [359, 270],
  [151, 500],
  [400, 31],
  [33, 20],
  [8, 61],
] as const;
const SIDES = [64, 96, 97];
const cases = SIZES.flatMap(([widthPx, heightPx]) => SIDES.map((sidePx) => ({ widthPx, heightPx, sidePx })));

const picture = (widthPx: number, heightPx: number, of: (u: number, v: number) => number): Float32Array =>
  Float32Array.from({ length: widthPx * heightPx }, (_, n) => of(n % widthPx, Math.floor(n / widthPx)));

describe.each(cases)(
  "a picture of $widthPx × $heightPx in a square of $sidePx",
  ({ widthPx, heightPx, sidePx }) => {
    const frame = squareFrame({ widthPx, heightPx }, sidePx);
    const { content } = frame;

    test("fills it with its longer side, the other one in the middle and in proportion to half a pixel", () => {
      expect(Math.max(content.widthPx, content.heightPx)).toBe(sidePx);
      const factor = sidePx / Math.max(widthPx, heightPx);
      expect(Math.abs(content.widthPx - widthPx * factor)).toBeLessThanOrEqual(0.5 + 1e-9);
      expect(Math.abs(content.heightPx - heightPx * factor)).toBeLessThanOrEqual(0.5 + 1e-9);
      for (const [first, length] of [
        [content.column, content.widthPx],
        [content.row, content.heightPx],
      ]) {
        const after = sidePx - first - length;
        expect(after - first === 0 || after - first === 1).toBe(true);
      }
    });

    test("lies there exactly where a training example does, with its landmarks", () => {
      const pixels = picture(widthPx, heightPx, (u, v) => Math.sin(u / 3) + Math.cos(v / 5));
      const points = [0, 0.25, 0.5, 0.8, 1].map((share) => ({
        x: share * (widthPx - 1),
        y: (1 - share) * (heightPx - 1),
      }));
      const small = resized(
        { widthPx, heightPx, pixels, landmarks: points },
        content.widthPx,
        content.heightPx,
      );
      const square = reflectPadded(small, sidePx, sidePx);
      expect(framed(pixels, frame)).toEqual(square.pixels);
      // What a training puts into the square, a prediction finds in the picture again.
      for (const [n, point] of square.landmarks.entries()) {
        if (!point) throw new Error("a landmark of the picture is not in its square");
        const back = pointInPicture(point, frame);
        expect(back.x).toBeCloseTo(points[n].x, 8);
        expect(back.y).toBeCloseTo(points[n].y, 8);
      }
    });

    test("a landmark found at the nearest pixel of the square is within half of one in the picture", () => {
      const [across, down] = [widthPx / content.widthPx, heightPx / content.heightPx];
      for (let n = 0; n < 50; n++) {
        const true_ = {
          x: (((n * 37) % 50) / 50) * widthPx - 0.5,
          y: (((n * 17) % 50) / 50) * heightPx - 0.5,
        };
        const inSquare = {
          x: Math.round((true_.x + 0.5) / across - 0.5 + content.column),
          y: Math.round((true_.y + 0.5) / down - 0.5 + content.row),
        };
        const found = pointInPicture(inSquare, frame);
        expect(Math.abs(found.x - true_.x)).toBeLessThanOrEqual(across / 2 + 1e-9);
        expect(Math.abs(found.y - true_.y)).toBeLessThanOrEqual(down / 2 + 1e-9);
      }
    });

    test("comes back as a plane that is constant, or straight inside", () => {
      const flat = unframed(new Float32Array(sidePx * sidePx).fill(0.25), frame);
      expect(flat).toHaveLength(widthPx * heightPx);
      expect(flat.every((value) => Math.abs(value - 0.25) < 1e-6)).toBe(true);
      // One of the two ways interpolates, which keeps what is straight; the other averages, and a part f of a pixel counts there as if it
      // lay at the pixel's centre: the mean of a ramp is off by f (1 − f) / 2 ≤ 1/8 of a pixel of the picture along each axis. Where there is
      // nothing to go on to, within two pixels of the coarser grid from the edge, it is not straight.
      const ramp = picture(widthPx, heightPx, (u, v) => u + 0.5 * v);
      const back = unframed(framed(ramp, frame), frame);
      const marginX = Math.ceil(2 * Math.max(1, widthPx / content.widthPx));
      const marginY = Math.ceil(2 * Math.max(1, heightPx / content.heightPx));
      let largest = 0;
      for (let v = marginY; v < heightPx - marginY; v++)
        for (let u = marginX; u < widthPx - marginX; u++) {
          const n = v * widthPx + u;
          largest = Math.max(largest, Math.abs(back[n] - ramp[n]));
        }
      expect(largest).toBeLessThan(1.5 / 8 + 1e-3);
    });
  },
);

test("what is beyond the picture in the square does not come back", () => {
  const frame = squareFrame({ widthPx: 40, heightPx: 20 }, 64);
  const { content } = frame;
  expect(content).toEqual({ column: 0, row: 16, widthPx: 64, heightPx: 32 });
  const plane = picture(64, 64, (_, v) => (v >= 16 && v < 48 ? 1 : 1000));
  for (const value of unframed(plane, frame)) expect(value).toBeCloseTo(1, 6);
});
