import type { LabelledPicture } from "../../../src/dataset/formats/labelled-picture.ts";
import type { StructureLabel } from "../../../src/label/labels.ts";

export const [WIDTH_PX, HEIGHT_PX] = [23, 17];

/** A small labelled picture: two overlapping discs, a structure out of view, landmarks of every fate. */
export function labelledSample(id: number): LabelledPicture {
  const pixels = WIDTH_PX * HEIGHT_PX;
  const disc = (name: string, u0: number, v0: number, radius: number): StructureLabel => {
    const mask = Uint8Array.from({ length: pixels }, (_, n) =>
      Math.hypot((n % WIDTH_PX) - u0, Math.floor(n / WIDTH_PX) - v0) <= radius ? 1 : 0,
    );
    const areaPx = mask.reduce((sum, value) => sum + value, 0);
    const us = Array.from(mask.keys())
      .filter((n) => mask[n])
      .map((n) => n % WIDTH_PX);
    const vs = Array.from(mask.keys())
      .filter((n) => mask[n])
      .map((n) => Math.floor(n / WIDTH_PX));
    const [x, y] = [Math.min(...us), Math.min(...vs)];
    const box = areaPx === 0 ? null : { x, y, w: Math.max(...us) - x + 1, h: Math.max(...vs) - y + 1 };
    return { name, mask, areaPx, box };
  };
  const structures = [
    disc("hip_left", 6 + (id % 3), 8, 5),
    disc("femur left/1", 10 + (id % 3), 9, 4),
    disc("sacrum", -50, -50, 3),
  ];
  const values = Float32Array.from({ length: pixels }, (_, n) => Math.sin(n * 0.7 + id) * 3 + 1.25);
  const [black, white] = [-2, 4.5];
  return {
    id,
    subject: `subject-${id % 2}`,
    split: id % 2 === 0 ? "train" : "validation",
    radiograph: {
      widthPx: WIDTH_PX,
      heightPx: HEIGHT_PX,
      values,
      pixels: Uint16Array.from(values, (value) =>
        Math.min(65535, Math.max(0, Math.round(((value - black) / (white - black)) * 65535))),
      ),
      window: { black, white },
    },
    labels: {
      widthPx: WIDTH_PX,
      heightPx: HEIGHT_PX,
      structures,
      classes: Uint16Array.from({ length: pixels }, (_, n) =>
        structures[1].mask[n] ? 2 : structures[0].mask[n],
      ),
      landmarks: [
        { name: "FH-l", lpsMm: [1, 2, 3], status: "visible", pixel: [6.25 + id, 8.5], depthMm: 700 },
        { name: "GSN-l", lpsMm: [4, 5, 6], status: "outside", pixel: [-12.5, 40.75], depthMm: 710 },
        { name: "IOF-l", lpsMm: [7, 8, 9], status: "behind source", pixel: null },
      ],
    },
  };
}
