import * as nifti from "nifti-reader-js";
import { describe, expect, it } from "vitest";
import { grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import { readLabelMap, readVolume } from "../../src/volume/read-volume.ts";
import type { Volume } from "../../src/volume/volume.ts";
import { writeMetaImage } from "../../src/volume/write-meta-image.ts";
import { writeNifti } from "../../src/volume/write-nifti.ts";
import { affineDifference, expectedVolumes, fixtureBytes, fixtureSibling } from "./volume-fixtures.ts";

const FLOAT32_STEP = 2 ** -23;

const writers = [
  // NIfTI keeps the affine in float32, MetaImage as decimal text with unit columns, which rounds a few times.
  ["x.nii", writeNifti, FLOAT32_STEP],
  ["x.mha", writeMetaImage, 1e-14],
] as const;

/** Turned, sheared and far away: nothing in this affine is 0, 1 or alike. */
const lpsFromVoxel = transform(
  "lps",
  "voxel",
  [0.7, 0.03, -0.2, -151.3, -0.05, 0.8, 0.31, 88.7, 0.02, -0.04, 2.4, -1204.9, 0, 0, 0, 1],
);
const placed = grid([3, 4, 5], lpsFromVoxel);

describe.each(writers)("a volume written as %s and read again", (name, write, affineRounding) => {
  it.each([
    ["Int16Array", Int16Array.from({ length: 60 }, (_, n) => 997 * n - 32_768)],
    ["Float32Array", Float32Array.from({ length: 60 }, (_, n) => Math.sin(n) * 3000)],
  ])("keeps every voxel and the whole affine: %s", async (_, values) => {
    const original: Volume = { quantity: "HU", grid: placed, values };
    const back = await readVolume(write(original), { name });
    expect(back.values).toEqual(values);
    expect(back.grid.shape).toEqual([3, 4, 5]);
    expect(affineDifference(back.grid.lpsFromVoxel.matrix, lpsFromVoxel.matrix)).toBeLessThan(affineRounding);
  });

  it("keeps labels of 8 and 16 bits", async () => {
    for (const labels of [
      Uint8Array.from({ length: 60 }, (_, n) => (4 * n) % 256),
      Uint16Array.from({ length: 60 }, (_, n) => 1000 * n),
    ]) {
      const original: LabelMap = { grid: placed, labels, names: new Map() };
      expect((await readLabelMap(write(original), { name })).labels).toEqual(labels);
    }
  });

  it("has the same bytes each time", () => {
    const original: Volume = { quantity: "HU", grid: placed, values: new Int16Array(60).fill(-1000) };
    expect(write(original)).toEqual(write(original));
  });

  it("keeps what other programs wrote: every fixture", async () => {
    for (const [fixture] of expectedVolumes) {
      const original = await readVolume(fixtureBytes(fixture), { name: fixture, sibling: fixtureSibling });
      const back = await readVolume(write(original), { name });
      expect(back.values, fixture).toEqual(original.values);
      const difference = affineDifference(back.grid.lpsFromVoxel.matrix, original.grid.lpsFromVoxel.matrix);
      expect(difference, fixture).toBeLessThan(affineRounding);
    }
  });
});

it("another reader finds the affine of a NIfTI file in RAS", () => {
  const bytes = writeNifti({ quantity: "HU", grid: placed, values: new Int16Array(60) });
  const header = nifti.readHeader(bytes.buffer.slice(0, bytes.length) as ArrayBuffer) as nifti.NIFTI1;
  const ras = [...lpsFromVoxel.matrix].map((value, index) => (index < 8 ? -value : value));
  expect(affineDifference(header.affine.flat(), ras)).toBeLessThan(FLOAT32_STEP);
  expect(header.dims.slice(0, 4)).toEqual([3, 3, 4, 5]);
});
