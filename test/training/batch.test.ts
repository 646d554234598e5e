import { describe, expect, test } from "vitest";
import type { LabelledImage } from "../../src/augmentation/labelled-image.ts";
import { batchOf, type Task } from "../../src/training/batch.ts";

const task: Task = {
  structures: ["a", "b"],
  landmarks: ["p", "q", "r"],
  targets: "classes",
  widthPx: 3,
  heightPx: 2,
};
const masksTask: Task = { ...task, targets: "masks" };

/** Values that say which example they are of. */
const example = (n: number, fields: Partial<LabelledImage> = {}): { name: string; image: LabelledImage } => ({
  name: `set: ${n}`,
  image: {
    widthPx: 3,
    heightPx: 2,
    pixels: Float32Array.from({ length: 6 }, (_, pixel) => 10 * n + pixel),
    classes: Uint8Array.of(n, 0, 1, 2, 255, 0),
    landmarks: [{ x: n, y: 0.5 }, undefined, { x: 0, y: 0 }],
    ...fields,
  },
});

describe("a batch", () => {
  test("has its examples side by side", () => {
    const batch = batchOf([example(0), example(1)], task);
    expect(batch).toEqual({
      size: 2,
      pixels: Float32Array.of(0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15),
      targets: Uint8Array.of(0, 0, 1, 2, 255, 0, 1, 0, 1, 2, 255, 0),
      points: Float32Array.of(0, 0.5, 0, 0, 0, 0, 1, 0.5, 0, 0, 0, 0),
      visible: Float32Array.of(1, 0, 1, 1, 0, 1),
    });
  });

  test("of masks has them in the order of the structures", () => {
    const masks = [Uint8Array.of(1, 1, 0, 0, 0, 0), Uint8Array.of(0, 1, 0, 0, 255, 1)];
    const { classes: _, ...image } = example(0).image;
    const { targets } = batchOf([{ name: "x", image: { ...image, masks } }], masksTask);
    expect([...targets]).toEqual(masks.flatMap((mask) => [...mask]));
  });

  test("refuses an example of another size, by name", () => {
    expect(() => batchOf([example(0), example(7, { widthPx: 2, heightPx: 3 })], task)).toThrow(
      "set: 7 is 2 × 3 pixels, the network takes 3 × 2",
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %s and says where it is", (value) => {
    const pixels = Float32Array.of(0, 0, 0, 0, value, 0);
    expect(() => batchOf([example(0), example(3, { pixels })], task)).toThrow(
      `set: 3 has ${value} at column 1, row 1`,
    );
  });

  test("refuses an example without the plan's targets or landmarks, and says what it has", () => {
    const { classes: _, ...bare } = example(2).image;
    const refused = (image: LabelledImage, of: Task) => () => batchOf([{ name: "set: 2", image }], of);
    expect(refused(bare, task)).toThrow("set: 2 has 0 classes and 3 landmarks, the plan trains 1 and 3");
    expect(refused({ ...bare, masks: [new Uint8Array(6)] }, masksTask)).toThrow(
      "set: 2 has 1 masks and 3 landmarks, the plan trains 2 and 3",
    );
    expect(refused({ ...example(2).image, landmarks: [] }, task)).toThrow(
      "set: 2 has 1 classes and 0 landmarks, the plan trains 1 and 3",
    );
  });
});
