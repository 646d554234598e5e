import { describe, expect, test } from "vitest";
import type { Vector3 } from "../../src/geometry/vector.ts";
import type { StructureLabel } from "../../src/label/labels.ts";
import { projectLabels } from "../../src/label/load-structures.ts";
import { structuresFromLabelMap } from "../../src/label/structure-set.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { camera, dice, phantom, rayDistancesMm } from "./phantom.ts";

const projector = referenceProjector();

type Shadow = { label: StructureLabel; distances: Float64Array };
const known = new Map<string, Promise<Shadow>>();

/** Computed once for all tests. */
function ballShadow(radiusMm: number, centre: Vector3, angles: readonly [number, number]): Promise<Shadow> {
  const key = JSON.stringify([radiusMm, centre, angles]);
  const shadow = known.get(key) ?? computedShadow(radiusMm, centre, angles);
  known.set(key, shadow);
  return shadow;
}

async function computedShadow(
  radiusMm: number,
  centre: Vector3,
  angles: readonly [number, number],
): Promise<Shadow> {
  const labelMap = phantom({
    spacingMm: [3, 3, 3],
    shape: [51, 51, 51],
    labelAt: (lps) => (Math.hypot(...lps.map((x, axis) => x - centre[axis])) <= radiusMm ? 1 : 0),
  });
  const view = camera(512, ...angles);
  const set = structuresFromLabelMap(labelMap);
  const labels = await projectLabels({ projector, labelMap, set, camera: view, withThickness: true });
  return { label: labels.structures[0], distances: rayDistancesMm(view, centre) };
}

// Labelled by voxel centres at 3 mm, a ball of 30 mm is itself known to about half a voxel; what a mask may lose to
// that, 0.5 % to 1.5 % of Dice for 30 to 45 mm, is the acceptance bound of 0.985. Five placements on and off the grid.
const placements: readonly (readonly [Vector3, readonly [number, number]])[] = [
  [
    [0, 0, 0],
    [180, 0],
  ],
  [
    [1.5, 1.5, 1.5],
    [180, 0],
  ],
  [
    [0.7, 1.3, -0.4],
    [180, 0],
  ],
  [
    [0.7, 1.3, -0.4],
    [170, 12],
  ],
  [
    [-1.1, 0.2, 0.9],
    [35, -25],
  ],
];

describe("the mask of a ball in 3 mm voxels at 512²", () => {
  test.each([30, 45])("reaches Dice 0.985 against its analytic ellipse, radius %i mm", async (radius) => {
    for (const [centre, angles] of placements) {
      const { label, distances } = await ballShadow(radius, centre, angles);
      const ellipse = distances.map((distance) => (distance < radius ? 1 : 0));
      expect(dice(label.mask, ellipse)).toBeGreaterThanOrEqual(0.985);
    }
  });

  test("neither shrinks nor grows with its radius", async () => {
    for (const radius of [15, 30, 45]) {
      let [found, true_] = [0, 0];
      for (const [centre, angles] of placements) {
        const { label, distances } = await ballShadow(radius, centre, angles);
        found += label.areaPx;
        true_ += distances.filter((distance) => distance < radius).length;
      }
      // A tenth of a voxel (0.3 mm) of the radius on average, and so twice that part of the area.
      expect(Math.abs(found / true_ - 1)).toBeLessThan((2 * 0.3) / radius + 0.01);
    }
  });

  test("has the chords of the ball as its thickness", async () => {
    const radius = 45;
    const { label, distances } = await ballShadow(radius, [0.7, 1.3, -0.4], [170, 12]);
    let [sum, sumTrue, worst] = [0, 0, 0];
    distances.forEach((distance, pixel) => {
      const chord = 2 * Math.sqrt(Math.max(radius * radius - distance * distance, 0));
      const thickness = label.thicknessMm?.[pixel] ?? Number.NaN;
      sum += thickness;
      sumTrue += chord;
      if (distance < 0.8 * radius) worst = Math.max(worst, Math.abs(thickness - chord));
    });
    // Two surfaces that voxel centres place to half a voxel each, away from the rim where chords end abruptly.
    expect(worst).toBeLessThan(3);
    // Counting voxel centres in a ball of 15 voxels' radius gives its volume to a few tenths of a percent.
    expect(Math.abs(sum / sumTrue - 1)).toBeLessThan(0.01);
  });
});
