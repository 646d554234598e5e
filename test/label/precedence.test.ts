import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { projectLabels } from "../../src/label/load-structures.ts";
import type { StructureSet } from "../../src/label/structure.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { camera, phantom } from "./phantom.ts";

const projector = referenceProjector();

/** Two balls on the beam of an AP view (the source is in front, at negative y) and one beside them. */
const labelMap = phantom({
  spacingMm: [2, 2, 2],
  shape: [51, 51, 31],
  labelAt: ([x, y, z]) => {
    if (Math.hypot(x, y + 25, z) < 12) return 1;
    if (Math.hypot(x, y - 25, z) < 20) return 2;
    return Math.hypot(x - 35, y, z) < 10 ? 3 : 0;
  },
});
const structures = [
  { name: "front", labels: [1] },
  { name: "back", labels: [2] },
  { name: "beside", labels: [3] },
];
const size = 96;
const centre = (size / 2) * size + size / 2;

const labelsOf = (set: StructureSet, laoDeg = 180) =>
  projectLabels({ projector, labelMap, set, camera: camera(size, laoDeg) });

describe("the flattened mask", () => {
  test("shows the structure that comes first in the precedence, wherever it lies", async () => {
    for (const precedence of [
      ["front", "back", "beside"],
      ["back", "front", "beside"],
    ]) {
      const labels = await labelsOf({ structures, precedence });
      expect(labels.classes[centre]).toBe(precedence[0] === "front" ? 1 : 2);
    }
  });

  test("shows, within a nearest group, the structure that faces the source", async () => {
    const set = { structures, precedence: [{ nearest: ["back", "front", "beside"] }] };
    expect((await labelsOf(set)).classes[centre]).toBe(1);
    // From behind, the other one.
    expect((await labelsOf(set, 0)).classes[centre]).toBe(2);
  });

  test("puts a group as a whole before what follows it", async () => {
    const set = { structures, precedence: ["front", { nearest: ["beside", "back"] }] };
    expect((await labelsOf(set, 0)).classes[centre]).toBe(1);
  });

  test("holds every pixel of some mask and no other, and masks overlap", async () => {
    const labels = await labelsOf({ structures, precedence: ["front", "back", "beside"] });
    let [overlaps, contradictions] = [0, 0];
    labels.classes.forEach((value, pixel) => {
      const hits = labels.structures.filter(({ mask }) => mask[pixel] === 1);
      const isRight = value === 0 ? hits.length === 0 : hits.includes(labels.structures[value - 1]);
      if (!isRight) contradictions++;
      if (hits.length > 1) overlaps++;
    });
    expect(contradictions).toBe(0);
    expect(overlaps).toBeGreaterThan(0);
  });

  test("leaves structures without a place in the precedence to the background", async () => {
    const labels = await labelsOf({ structures, precedence: ["front"] });
    expect(new Set(labels.classes)).toEqual(new Set([0, 1]));
  });
});

describe("the rules of a structure", () => {
  test("minus takes another mask out", async () => {
    const labels = await labelsOf({
      structures: [structures[0], { ...structures[1], minus: ["front"] }],
      precedence: ["front", "back"],
    });
    const [front, back] = labels.structures;
    expect(front.mask.some((value, pixel) => value === 1 && back.mask[pixel] === 1)).toBe(false);
    expect(back.areaPx).toBeGreaterThan(0);
  });

  test("a minimum thickness keeps the rays whose chord is at least that long", async () => {
    const rule = { kind: "minimum-thickness", thicknessMm: 24 } as const;
    const labels = await labelsOf({
      structures: [
        { name: "all", labels: [2] },
        { name: "thick", labels: [2], rule },
        { name: "never", labels: [2], rule: { ...rule, thicknessMm: 60 } },
      ],
      precedence: [],
    });
    const [all, thick, never] = labels.structures;
    // Chords of a ball of radius 20 are 24 mm long at 16 mm from its centre: (16/20)² of the area. A chord's error of
    // one voxel (2 mm) there moves the rim by 2/2 · 12/16 = 0.75 mm, 9 % of the area; pixels of 2.1 mm add as much.
    expect(Math.abs(thick.areaPx / all.areaPx - 0.64)).toBeLessThan(0.12);
    expect(never.areaPx).toBe(0);
    expect(never.box).toBeNull();
  });

  test("a half-space keeps one side", async () => {
    const within = { pointLps: [0, 0, 0], normal: [0, 0, 1] } as const;
    const labels = await labelsOf({
      structures: [{ name: "upper", labels: [2], within }, structures[1]],
      precedence: [],
    });
    const [upper, whole] = labels.structures.map(({ box }) => box);
    expect(upper?.y).toBe(whole?.y);
    // Up in the patient is up in the picture: the lower half is gone, but for the row of voxels at z = 0.
    expect((upper?.h ?? 0) / (whole?.h ?? 1)).toBeGreaterThan(0.45);
    expect((upper?.h ?? 0) / (whole?.h ?? 1)).toBeLessThan(0.65);
  });
});

describe("areas and boxes", () => {
  test("count and bound the pixels of the mask", async () => {
    const labels = await labelsOf({ structures, precedence: [] });
    for (const { mask, areaPx, box } of labels.structures) {
      const set = [...mask.keys()].filter((pixel) => mask[pixel] === 1);
      const [us, vs] = [set.map((pixel) => pixel % size), set.map((pixel) => Math.floor(pixel / size))];
      expect(areaPx).toBe(set.length);
      expect(box).toEqual({
        x: Math.min(...us),
        y: Math.min(...vs),
        w: Math.max(...us) - Math.min(...us) + 1,
        h: Math.max(...vs) - Math.min(...vs) + 1,
      });
    }
  });

  test("are empty for a structure without voxels, which keeps its class value", async () => {
    const labels = await labelsOf({
      structures: [{ name: "absent", labels: [9] }, structures[0]],
      precedence: ["absent", "front"],
    });
    expect(labels.structures[0]).toMatchObject({ areaPx: 0, box: null });
    expect(labels.classes[centre]).toBe(2);
  });
});

test("a set that contradicts itself is refused", async () => {
  const refused = [
    { structures: [structures[0], structures[0]], precedence: [] },
    { structures, precedence: ["heart"] },
    { structures, precedence: ["front", { nearest: ["front"] }] },
    { structures: [{ ...structures[0], minus: ["heart"] }], precedence: [] },
    {
      structures: [
        { ...structures[0], rule: { kind: "minimum-thickness", thicknessMm: Number.NaN } as const },
      ],
      precedence: [],
    },
  ];
  for (const set of refused) await expect(labelsOf(set)).rejects.toThrow(InputError);
});
