import { expect, test } from "vitest";
import { projectLabels } from "../../src/label/load-structures.ts";
import { structuresFromLabelMap } from "../../src/label/structure-set.ts";
import { referenceProjector } from "../../src/projector/reference.ts";
import { camera, phantom } from "./phantom.ts";

const projector = referenceProjector();
const pixelAtIsocentreMm = ((0.194 * 1536) / 256) * (700 / 1020);

async function areaMm2(labelAt: (x: number, y: number, z: number) => boolean): Promise<number> {
  const labelMap = phantom({
    spacingMm: [3, 3, 3],
    shape: [41, 41, 41],
    labelAt: ([x, y, z]) => (labelAt(x, y, z) ? 1 : 0),
  });
  const set = structuresFromLabelMap(labelMap);
  const labels = await projectLabels({ projector, labelMap, set, camera: camera(256) });
  return labels.structures[0].areaPx * pixelAtIsocentreMm ** 2;
}

test("a plate of one voxel keeps its area seen face-on and its width seen edge-on", async () => {
  const side = 45;
  // 15 voxels of 3 mm; the near and far faces are within 1.5 mm of the isocentre: magnified by at most 0.3 %.
  const faceOn = await areaMm2((x, y, z) => Math.abs(x) < 22 && Math.abs(z) < 22 && Math.abs(y) < 1);
  expect(faceOn / side ** 2).toBeGreaterThan(0.97);
  expect(faceOn / side ** 2).toBeLessThan(1.05);
  // Edge-on it is as wide as a voxel and a pixel's width to either side; magnified by up to 22.5/700 = 3 %.
  const edgeOn = await areaMm2((x, y, z) => Math.abs(x) < 1 && Math.abs(z) < 22 && Math.abs(y) < 22);
  expect(Math.abs(edgeOn / side - 3)).toBeLessThan(pixelAtIsocentreMm);
});

test("a rod of one voxel and a single voxel do not vanish", async () => {
  const rod = await areaMm2((x, y, z) => Math.abs(x) < 1 && Math.abs(y) < 1 && Math.abs(z) < 22);
  expect(Math.abs(rod / 45 - 3)).toBeLessThan(pixelAtIsocentreMm);
  // The set where trilinear occupancy reaches one half, seen along an axis: a square with hollow sides, 0.6 to 1 voxel².
  const voxel = await areaMm2((x, y, z) => Math.hypot(x, y, z) < 1);
  expect(voxel).toBeGreaterThan(0.5 * 9);
  expect(voxel).toBeLessThan(1.4 * 9);
});

test("a thin sheet across the grid has no holes", async () => {
  // A plane tilted by 20° and 35°, its labels two voxels thick at most: every ray through its middle must meet it.
  const normal = [0.3, 0.85, 0.43];
  const labelMap = phantom({
    spacingMm: [3, 3, 3],
    shape: [41, 41, 41],
    labelAt: ([x, y, z]) => (Math.abs(x * normal[0] + y * normal[1] + z * normal[2]) < 2.3 ? 1 : 0),
  });
  const set = structuresFromLabelMap(labelMap);
  const labels = await projectLabels({ projector, labelMap, set, camera: camera(128) });
  const { mask } = labels.structures[0];
  // The middle 40 pixels are 64 mm, well inside the phantom's 123 mm.
  for (let v = 44; v < 84; v++) for (let u = 44; u < 84; u++) expect(mask[v * 128 + u]).toBe(1);
});

test("a box has the thickness of its voxels, and the length of oblique rays through it", async () => {
  const labelMap = phantom({
    spacingMm: [3, 2, 4],
    shape: [21, 31, 21],
    labelAt: ([x, y, z]) => (Math.abs(x) < 20 && Math.abs(y) < 15 && Math.abs(z) < 30 ? 1 : 0),
  });
  const set = structuresFromLabelMap(labelMap);
  const view = camera(64);
  const labels = await projectLabels({ projector, labelMap, set, camera: view, withThickness: true });
  // 15 voxels of 2 mm along the beam, through the middle: within three voxels of a side the filter overshoots by 0.5 %.
  // Occupancy is a count of 1/255, off by half a count in each of six edge planes.
  const depthMm = 30;
  const pixelMm = view.pixelPitchMm[0] / view.sourceToDetectorMm;
  for (const [u, v] of [
    [31, 31],
    [30, 33],
    [33, 30],
  ]) {
    const obliquity = Math.hypot((u - 31.5) * pixelMm, (v - 31.5) * pixelMm, 1);
    const thickness = labels.structures[0].thicknessMm?.[v * 64 + u] ?? Number.NaN;
    expect(Math.abs(thickness - depthMm * obliquity)).toBeLessThan(6 * (0.5 / 255) * 2 * obliquity);
  }
});
