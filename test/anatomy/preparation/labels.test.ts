import { describe, expect, test } from "vitest";
import { cropLabels, upperSacrum } from "../../../src/anatomy/preparation/crop-labels.ts";
import { labelMapOf } from "../../../src/anatomy/preparation/labelled-anatomy.ts";
import { preLabel } from "../../../src/anatomy/preparation/pre-label.ts";
import { preparationStepSchema } from "../../../src/anatomy/preparation/preparation-step.ts";
import { prepareAnatomy } from "../../../src/anatomy/preparation/prepare-anatomy.ts";
import { applyToPoint } from "../../../src/geometry/transform.ts";
import { aboveSacroiliacJoint } from "../../../src/label/hip-structures.ts";
import { demoChest, demoPelvis, dice, named, phantomAnatomy } from "./demo-anatomy.ts";

describe("cropping labels", () => {
  test("the upper sacrum is cut where the structure set `hip` cuts it", async () => {
    const pelvis = await demoPelvis();
    const labelMap = labelMapOf(pelvis, "crop-labels");
    const height = aboveSacroiliacJoint(labelMap)?.pointLps[2] ?? Number.NaN;
    const cropped = cropLabels(pelvis, { ...upperSacrum, rest: "lower_sacrum" });
    const [was, upper, lower] = [
      named(pelvis, /^(sacrum|vertebrae_S1)$/),
      named(cropped, /^(sacrum|vertebrae_S1)$/),
      named(cropped, /^lower_sacrum$/),
    ];
    const [ni, nj] = labelMap.grid.shape;
    for (let n = 0; n < labelMap.labels.length; n++) {
      const z = applyToPoint(labelMap.grid.lpsFromVoxel, [0, 0, Math.floor(n / (ni * nj))])[2];
      if (upper(n) !== (was(n) && z >= height) || lower(n) !== (was(n) && z < height))
        expect.fail(`voxel ${n} at height ${z}`);
    }
    expect(cropped.ct).toBe(pelvis.ct);
  });

  test("half of a box is left when it is cut at its median", () => {
    const box = phantomAnatomy({
      shape: [20, 10, 10],
      spacingMm: 2,
      names: [[1, "box"]],
      at: ([x]) => ({ hu: 0, label: Math.abs(x) < 16 ? 1 : 0 }),
    });
    const plane = { kind: "structure", labels: ["box"], share: 0.5 } as const;
    const left = cropLabels(box, { labels: ["box"], keep: "left", plane });
    const count = (labels: ArrayLike<number>): number =>
      Array.from(labels).filter((label) => label === 1).length;
    // 16 layers along x; the median is the lower one of the two in the middle and is kept.
    expect(count(box.labelMap?.labels ?? [])).toBe(1600);
    expect(count(left.labelMap?.labels ?? [])).toBe(900);
    expect(() => cropLabels(box, { labels: ["bax"], keep: "left", plane })).toThrow(
      expect.objectContaining({ code: "preparation-label-missing" }),
    );
  });
});

describe("labelling without labels", () => {
  // Measured: lungs 0.98, bone 0.755 (chest, arterial contrast medium) and 0.74 (pelvis, 3 mm, with implant). The bounds leave room for
  // rounding only; what they say about quality is in docs/patient-preparation.md.
  test("finds body, lungs and bone of the demo chest", async () => {
    const chest = await demoChest();
    const found = preLabel({ ct: chest.ct, landmarks: [] });
    const voxels = chest.ct.values.length;
    const labelled = named(chest, /./);
    const inside = named(found, /./);
    let lost = 0;
    for (let n = 0; n < voxels; n++) if (labelled(n) && !inside(n)) lost++;
    expect(lost / voxels).toBeLessThan(0.001);
    for (const side of ["left", "right"])
      expect(
        dice(
          voxels,
          named(found, new RegExp(`^lung_${side}$`)),
          named(chest, new RegExp(`^lung_.*_${side}$`)),
        ),
      ).toBeGreaterThan(0.97);
    expect(dice(voxels, named(found, /^bone$/), named(chest, BONES))).toBeGreaterThan(0.74);
    // Half of the box around a body is not body: the couch and the air are left out.
    let body = 0;
    for (let n = 0; n < voxels; n++) if (inside(n)) body++;
    expect(body / voxels).toBeLessThan(0.5);
  }, 240_000);

  test("finds no lungs in the demo pelvis, but bone", async () => {
    const pelvis = await demoPelvis();
    const found = preLabel({ ct: pelvis.ct, landmarks: [] });
    const voxels = pelvis.ct.values.length;
    expect(dice(voxels, named(found, /^bone$/), named(pelvis, BONES))).toBeGreaterThan(0.72);
    const isLung = named(found, /^lung/);
    for (let n = 0; n < voxels; n++) if (isLung(n)) expect.fail(`voxel ${n} is called lung`);
  }, 120_000);

  test("refuses a volume without a body", () => {
    const air = phantomAnatomy({
      shape: [9, 9, 9],
      spacingMm: 3,
      names: [],
      at: () => ({ hu: -1000, label: 0 }),
    });
    expect(() => preLabel(air)).toThrow(expect.objectContaining({ code: "pre-label-no-body" }));
  });
});

const BONES = /^(hip|femur|sacrum|vertebrae|rib|sternum|scapula|clavicula|humerus)/;

describe("preparation steps", () => {
  test("are plain data with defaults, and unknown fields are refused", () => {
    expect(preparationStepSchema.parse({ kind: "remove-metal" })).toEqual({
      kind: "remove-metal",
      thresholdHu: 2500,
      fill: "smooth",
    });
    const composite = preparationStepSchema.parse({
      kind: "composite",
      bones: { ct: "a.nii", labels: "b.nii" },
    });
    expect(composite).toMatchObject({
      spacingMm: 1.5,
      parts: { hip_left: [11, 12, 13, 14, 15, 16, 17, 18, 19] },
    });
    expect(preparationStepSchema.safeParse({ kind: "mirror", replace: "left", seam: 3 }).success).toBe(false);
    expect(preparationStepSchema.safeParse({ kind: "polish" }).success).toBe(false);
  });

  test("are carried out in order, with what they found", async () => {
    const steps = [
      { kind: "pre-label" },
      { kind: "crop-labels", labels: ["body"], keep: "superior", plane: { kind: "point", lpsMm: [0, 0, 0] } },
    ].map((step) => preparationStepSchema.parse(step));
    const block = phantomAnatomy({
      shape: [20, 20, 20],
      spacingMm: 3,
      names: [],
      at: (lps) => ({ hu: Math.hypot(...lps) < 24 ? 40 : -1000, label: 0 }),
    });
    const { anatomy, findings } = await prepareAnatomy(block, steps, () =>
      Promise.reject(new Error("no files here")),
    );
    expect(findings.map(({ code }) => code)).toEqual(["prepared-pre-label", "prepared-crop-labels"]);
    const half = Array.from(anatomy.labelMap?.labels ?? []).reduce((sum, label) => sum + label, 0);
    // Half of a ball of 24 mm in voxels of 27 mm³: 1072, and its surface of voxels is a third of that.
    expect(Math.abs(half - 1072)).toBeLessThan(120);
  });
});
