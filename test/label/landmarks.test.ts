import { expect, test } from "vitest";
import { project } from "../../src/geometry/camera.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { projectLabels } from "../../src/label/load-structures.ts";
import { labelsToJson } from "../../src/label/labels.ts";
import { locateLandmarks } from "../../src/label/locate-landmarks.ts";
import { structuresFromLabelMap } from "../../src/label/structure-set.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { camera, phantom } from "./phantom.ts";

const view = camera(256);
/** The LPS point on the isocentre's plane (y = 0) that falls on pixel (u, v). */
const atPixel = (u: number, v: number): Vector3 => {
  const mmPerPx = (view.pixelPitchMm[0] * 700) / 1020;
  return [(u - 127.5) * mmPerPx, 0, -(v - 127.5) * mmPerPx];
};

test("a landmark is visible on the pixels of the detector, from −0.5 to width − 0.5", () => {
  const at = (u: number, v: number) =>
    locateLandmarks(view, [{ name: "point", lpsMm: atPixel(u, v) }])[0].status;
  expect(at(127.5, 127.5)).toBe("visible");
  expect(at(0, 0)).toBe("visible");
  expect(at(255, 255)).toBe("visible");
  expect(at(-0.49, 10)).toBe("visible");
  expect(at(255.49, 10)).toBe("visible");
  expect(at(-0.51, 10)).toBe("outside");
  expect(at(10, 255.51)).toBe("outside");
  expect(at(300, -20)).toBe("outside");
});

test("a landmark behind the source has no pixel", () => {
  const [behind, inSource] = locateLandmarks(view, [
    { name: "behind", lpsMm: [0, -900, 0] },
    { name: "in the source", lpsMm: view.sourceLps },
  ]);
  expect(behind).toMatchObject({ status: "behind source", pixel: null });
  expect(inSource).toMatchObject({ status: "behind source", pixel: null });
});

test("the shadow of a bead meets its landmark to 0.1 pixel", async () => {
  for (const [laoDeg, craDeg] of [
    [180, 0],
    [30, 20],
    [-100, -15],
  ]) {
    const beadView = camera(256, laoDeg, craDeg);
    // A ball of 2.5 voxels about a voxel centre: symmetrical, so that its centre of mass is the landmark.
    const lpsMm: Vector3 = [12, -8, 20];
    const labelMap = phantom({
      spacingMm: [2, 2, 2],
      shape: [41, 41, 41],
      labelAt: (lps) => (Math.hypot(...lps.map((x, axis) => x - lpsMm[axis])) < 5.1 ? 1 : 0),
    });
    const labels = await projectLabels({
      projector: referenceProjector(),
      labelMap,
      set: structuresFromLabelMap(labelMap),
      camera: beadView,
      landmarks: [{ name: "bead", lpsMm }],
      withThickness: true,
    });
    const thickness = labels.structures[0].thicknessMm ?? new Float32Array(0);
    let [sum, u, v] = [0, 0, 0];
    thickness.forEach((value, pixel) => {
      sum += value;
      u += value * (pixel % 256);
      v += value * Math.floor(pixel / 256);
    });
    const { pixel } = labels.landmarks[0];
    // Perspective moves the shadow's centre of mass by (r/depth)² of its offset: under 0.01 px here.
    expect(Math.abs(u / sum - (pixel?.[0] ?? 0))).toBeLessThan(0.1);
    expect(Math.abs(v / sum - (pixel?.[1] ?? 0))).toBeLessThan(0.1);
    expect(project(beadView, lpsMm).u).toBe(pixel?.[0]);
  }
});

test("labels.json holds landmarks with a status and structures with an area and a box", async () => {
  const labelMap = phantom({
    spacingMm: [3, 3, 3],
    shape: [15, 15, 15],
    labelAt: (lps) => (Math.hypot(...lps) < 12 ? 7 : 0),
    names: { 7: "ball" },
  });
  const labels = await projectLabels({
    projector: referenceProjector(),
    labelMap,
    set: structuresFromLabelMap(labelMap),
    camera: view,
    landmarks: [
      { name: "centre", lpsMm: [0, 0, 0] },
      { name: "behind", lpsMm: [0, -900, 0] },
    ],
  });
  const json = JSON.parse(JSON.stringify(labelsToJson(labels)));
  const [ball] = labels.structures;
  expect(json).toEqual({
    widthPx: 256,
    heightPx: 256,
    landmarks: [
      { name: "centre", lpsMm: [0, 0, 0], pixel: [127.5, 127.5], status: "visible" },
      { name: "behind", lpsMm: [0, -900, 0], pixel: null, status: "behind source" },
    ],
    structures: [{ name: "ball", classValue: 1, areaPx: ball.areaPx, box: ball.box }],
  });
});
