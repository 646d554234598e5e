import * as nifti from "nifti-reader-js";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { nodeInflate } from "../../src/node/inflate.ts";
import { streamInflate } from "../../src/volume/inflate.ts";
import { readLabelMap, readVolume } from "../../src/volume/read-volume.ts";
import { affineDifference, expectedVolumes, fixtureBytes, fixtureSibling, sums } from "./volume-fixtures.ts";

const read = (name: string, bytes = fixtureBytes(name)) =>
  readVolume(bytes, { name, sibling: fixtureSibling });

async function refusal(work: Promise<unknown>): Promise<InputError> {
  const error = await work.then(
    () => "no error",
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

describe("a volume reads as other readers read it", () => {
  it.each(expectedVolumes)("%s", async (name, expected) => {
    const { grid, values } = await read(name);
    expect(grid.shape).toEqual(expected.shape);
    // NIfTI keeps float32; quaternions lose up to some 1e-7 of a turn in their float32 square root.
    expect(affineDifference(grid.lpsFromVoxel.matrix, expected.lpsFromVoxel)).toBeLessThan(2e-6);
    const { sum, weightedSum } = sums(values);
    // float64 values become float32: 336 voxels of at most 4000 and half of 2^-23 of each.
    const rounding = 336 * 4000 * 2 ** -24;
    expect(Math.abs(sum - expected.sum)).toBeLessThan(rounding);
    expect(Math.abs(weightedSum - expected.weightedSum)).toBeLessThan(rounding * 336);
  });

  it("reading leaves the bytes of the file as they were, and they may begin anywhere in memory", async () => {
    for (const [name] of expectedVolumes) {
      const bytes = fixtureBytes(name);
      const memory = new Uint8Array(bytes.length + 1);
      memory.set(bytes, 1);
      const { values } = await read(name, memory.subarray(1));
      expect(Buffer.compare(memory.subarray(1), bytes), name).toBe(0);
      expect(values, name).toEqual((await read(name, bytes)).values);
    }
  });

  it.each(
    // nifti-reader-js leaves units alone, and reads no qform from NIfTI-2.
    expectedVolumes.filter(([name]) => /\.nii/.test(name) && !/^(micrometres|nifti-2-qform)/.test(name)),
  )("%s has the affine that nifti-reader-js finds", async (name) => {
    const { grid } = await read(name);
    const bytes = fixtureBytes(name);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const header = nifti.readHeader(
      nifti.isCompressed(file) ? (nifti.decompress(file) as ArrayBuffer) : file,
    );
    const ras = (header as nifti.NIFTI1).affine.flat();
    const lps = ras.map((value, index) => (index < 8 ? -value : value));
    expect(affineDifference(grid.lpsFromVoxel.matrix, lps)).toBeLessThan(2e-6);
  });
});

describe("a NIfTI file without sform and qform", () => {
  const name = expectedVolumes.map(([known]) => known).find((known) => known === "scaled.nii") as string;

  it("is taken as RAS, and says that this was assumed", async () => {
    const bytes = fixtureBytes(name).slice();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (const at of [252, 254]) view.setInt16(at, 0, true);
    const { grid, findings } = await read(name, bytes);
    expect(findings?.map(({ code }) => code)).toEqual(["orientation-assumed"]);
    const m = grid.lpsFromVoxel.matrix;
    expect([m[0] < 0, m[5] < 0, m[10] > 0, m[3], m[7], m[11]]).toEqual([true, true, true, 0, 0, 0]);
  });

  it("one that has either says nothing", async () => {
    expect((await read(name)).findings).toBeUndefined();
  });
});

describe("number types", () => {
  it("16-bit and smaller integers stay small, whatever the file's type", async () => {
    for (const name of ["scaled.nii", "int32.nii", "int64.nii", "uint16.nii", "int8.nii"])
      expect((await read(name)).values, name).toBeInstanceOf(Int16Array);
    for (const name of ["float64.nii", "fractional-slope.nii", "float32.mha"])
      expect((await read(name)).values, name).toBeInstanceOf(Float32Array);
  });

  it("a label map of floats becomes bytes; one of CT numbers is refused", async () => {
    const name = "float-labels.nii";
    const { labels } = await readLabelMap(fixtureBytes(name), { name });
    expect(labels).toBeInstanceOf(Uint8Array);
    const error = await refusal(readLabelMap(fixtureBytes("scaled.nii"), { name: "scaled.nii" }));
    expect(error.code).toBe("label-value");
  });
});

describe("Slicer's segmentations", () => {
  it("one layer keeps its label values and names", async () => {
    const name = "one-layer.seg.nrrd";
    const { names, labels } = await readLabelMap(fixtureBytes(name), { name });
    expect([...names]).toEqual([
      [1, "hip left"],
      [5, "femur: left"],
    ]);
    expect(new Set(labels)).toEqual(new Set([0, 1, 5]));
  });

  it("layers become one label map, numbered by segment", async () => {
    const name = "layered.seg.nrrd";
    const { names, labels } = await readLabelMap(fixtureBytes(name), { name });
    expect([...names]).toEqual([
      [1, "hip left"],
      [2, "femur: left"],
      [3, "sacrum"],
    ]);
    expect(labels.filter((label) => label === 1)).toHaveLength(27);
    expect(labels.filter((label) => label === 3)).toHaveLength(12);
  });
});

describe("what is no volume is refused, with a code and a sentence", () => {
  it.each([
    ["bad-analyze.nii", "nifti-analyze"],
    ["bad-channels.mha", "metaimage-channels"],
    ["bad-complex.nii", "nifti-datatype"],
    ["bad-huge-size.nii", "volume-truncated"],
    ["bad-huge-size.nii.gz", "volume-truncated"],
    ["bad-intercept.nii", "nifti-intercept"],
    ["bad-list.mhd", "data-file-list"],
    ["bad-nan-affine.nii", "nifti-affine"],
    ["bad-nan-voxel.nii", "volume-not-finite"],
    ["bad-negative-size.mha", "grid-shape"],
    ["bad-negative-size.nii", "grid-shape"],
    ["bad-negative-spacing.nii", "nifti-spacing"],
    ["bad-overlap.seg.nrrd", "nrrd-segments-overlap"],
    ["bad-pair.hdr", "nifti-pair"],
    ["bad-pair.img", "volume-format"],
    ["bad-quaternion.nii", "nifti-quaternion"],
    ["bad-rgb.nii", "nifti-datatype"],
    ["bad-text.mha", "metaimage-text"],
    ["bad-two-dimensional.mha", "metaimage-rank"],
    ["bad-two-dimensional.nii", "nifti-rank"],
    ["bad-two-dimensional.nrrd", "nrrd-sizes"],
    ["bad-two-time-points.nii", "nifti-four-dimensional"],
    ["bad-vectors.nrrd", "nrrd-four-dimensional"],
    ["bad-zero-spacing.mha", "metaimage-spacing"],
    ["bad-zero-spacing.nii", "nifti-spacing"],
  ])("%s: %s", async (name, code) => {
    const error = await refusal(read(name));
    expect(error.code).toBe(code);
    expect(error.message).toContain(name);
  });

  it("a header without its data file is refused, and so is one whose data file is not given", async () => {
    const bytes = fixtureBytes("detached.mhd");
    expect((await refusal(readVolume(bytes, { name: "detached.mhd" }))).code).toBe("data-file-absent");
  });

  it("a volume for which the host has no memory is refused", async () => {
    const inflate = async () => new Uint8Array(2 ** 53 - 1);
    const error = await refusal(readVolume(fixtureBytes("gzip.nrrd"), { name: "gzip.nrrd", inflate }));
    expect(error).toMatchObject({ code: "volume-memory" });
  });

  it("every file cut short anywhere is refused, or was whole already", async () => {
    for (const name of ["scaled.nii", "oblique.nii.gz", "gzip.nrrd", "compressed.mha", "nifti-2.nii"]) {
      const bytes = fixtureBytes(name);
      for (let length = 0; length < bytes.length - 8; length += 37)
        expect((await refusal(read(name, bytes.slice(0, length)))).message).toContain(name);
    }
  });
});

describe.each([
  ["zlib", nodeInflate],
  ["the browser's stream", streamInflate],
])("compressed data through %s", (_, inflate) => {
  const whole = fixtureBytes("scaled.nii");
  const readGzip = (bytes: Uint8Array) => readVolume(bytes, { name: "x.nii.gz", inflate });

  it("gives the volume", async () => {
    expect((await readGzip(gzipSync(whole))).values).toEqual((await read("scaled.nii")).values);
  });

  it("stops a bomb at what its header promises", async () => {
    const bomb = gzipSync(Buffer.concat([whole, Buffer.alloc(2 ** 24)]));
    expect((await refusal(readGzip(bomb))).code).toBe("compressed-too-large");
    // The same, a header of 8 × 7 × 6 voxels in front of it: NRRD and MetaImage promise too.
    const text = new TextDecoder("latin1").decode(fixtureBytes("gzip.nrrd"));
    const header = text.slice(0, text.indexOf("\n\n") + 2);
    const nrrd = Buffer.concat([Buffer.from(header, "latin1"), gzipSync(Buffer.alloc(2 ** 24))]);
    expect((await refusal(readVolume(nrrd, { name: "x.nrrd", inflate }))).code).toBe("compressed-too-large");
  });

  it("refuses a promise that its bytes cannot keep, before it takes memory", async () => {
    // 8 × 7 × 30000 voxels of two bytes are 3.4 MB; 800 bytes inflate to 0.8 MB at most.
    const header = Uint8Array.from(whole);
    new DataView(header.buffer).setInt16(46, 30_000, true);
    expect((await refusal(readGzip(gzipSync(header)))).code).toBe("volume-truncated");
  });

  it("refuses damage and gzip of something else", async () => {
    const damaged = Uint8Array.from(gzipSync(whole));
    damaged[damaged.length - 6] ^= 0xff;
    expect((await refusal(readGzip(damaged))).code).toBe("compressed-damaged");
    expect((await refusal(readGzip(gzipSync("no image at all")))).code).toBe("gzip-content");
    for (const bytes of [
      [0x1f, 0x8b],
      [0x1f, 0x8b, 8],
      [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0],
    ])
      await refusal(readGzip(Uint8Array.from(bytes)));
  });

  it("garbage behind the end is passed over or refused, never read", async () => {
    const bytes = Buffer.concat([gzipSync(whole), Buffer.from("garbage behind the end")]);
    const outcome = await readGzip(bytes).then(
      ({ values }) => values,
      (error: InputError) => error.code,
    );
    expect(["compressed-damaged", (await read("scaled.nii")).values]).toContainEqual(outcome);
  });
});
