import { rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { controlledStudyWriter, readControlledStudy } from "../../../src/dataset/formats/controlled-study.ts";
import { createHdf5, encodeHdf5, openHdf5, openHdf5At } from "../../../src/dataset/formats/hdf5-file.ts";
import type { Hdf5Library } from "../../../src/dataset/formats/hdf5-library.ts";
import type { ProjectionParameters } from "../../../src/dataset/formats/projection-parameters.ts";
import { InputError } from "../../../src/error/input-error.ts";
import { HEIGHT_PX, labelledSample, WIDTH_PX } from "./labelled-sample.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const parameters: ProjectionParameters = {
  widthPx: WIDTH_PX,
  heightPx: HEIGHT_PX,
  intrinsic: Float64Array.of(-100.5, 0, 11, 0, -100.5, 8, 0, 0, 1),
  pixelPitchMm: [0.194, 0.2],
};
const samples = [0, 1, 2].map(labelledSample);
const landmarkNames = samples[0].labels.landmarks.map(({ name }) => name);
const pose = (n: number): number[] => [1, 0, 0, n, 0, 1, 0, 2 * n, 0, 0, 1, 3.5, 0, 0, 0, 1];

type Parts = "images" | "labels" | "all";

async function write(parts: Parts, target = createHdf5()): Promise<Uint8Array | undefined> {
  const writer = controlledStudyWriter(await target, { parameters, landmarkNames });
  // Specimens take turns: 01, 02, 01.
  for (const [n, { radiograph, labels }] of samples.entries())
    writer.append(n === 1 ? "02" : "01", {
      ...(parts === "labels" ? {} : { values: radiograph.values }),
      ...(parts === "images"
        ? {}
        : { classes: labels.classes, landmarks: labels.landmarks, lpsFromCamera: pose(n) }),
    });
  return writer.close();
}

const bytesOf = async (parts: Parts): Promise<Uint8Array> => (await write(parts)) as Uint8Array;

const folder = await mkdtemp(join(tmpdir(), "synthex-hdf5-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the controlled study's HDF5", () => {
  test("comes back: pictures, classes, landmarks, poses, names, parameters", async () => {
    const file = await openHdf5(await bytesOf("all"), "all.h5");
    const study = readControlledStudy(file);
    expect(study.specimens).toEqual(["01", "02"]);
    expect(study.specimens.map(study.countOf)).toEqual([2, 1]);
    expect(study.sizeOf("02")).toEqual({ widthPx: WIDTH_PX, heightPx: HEIGHT_PX });
    for (const [specimen, n, { radiograph, labels }] of [
      ["01", 0, samples[0]],
      ["01", 1, samples[2]],
      ["02", 0, samples[1]],
    ] as const) {
      expect(study.values(specimen, n)).toEqual(radiograph.values);
      expect(study.classes(specimen, n)).toEqual(Uint8Array.from(labels.classes));
      // The published files keep places in float32; what lies behind the source is nowhere.
      expect(study.landmarks(specimen, n)).toEqual(
        labels.landmarks.map(({ pixel }) => [Math.fround(pixel?.[0] ?? -1), Math.fround(pixel?.[1] ?? -1)]),
      );
    }
    expect([...study.pose("01", 1)]).toEqual(pose(2));
    expect(study.landmarkNames()).toEqual(landmarkNames);
    const { extrinsic, ...rest } = study.parameters();
    expect(rest).toEqual(parameters);
    expect(extrinsic).toHaveLength(16);
    file.close();
  });

  test("the same samples give the same bytes, whenever and after whatever they are written", async () => {
    const first = await bytesOf("all");
    await bytesOf("labels");
    await new Promise((done) => setTimeout(done, 1100));
    expect(Buffer.compare(await bytesOf("all"), first)).toBe(0);
    expect(Date.now()).toBeGreaterThan(1.6e12);
  });

  test("a file on the disk has the bytes of one in memory, and is read a picture at a time", async () => {
    const library = (await import("h5wasm/node")).h5wasm as unknown as Hdf5Library;
    const path = join(folder, "all.h5");
    await write("all", createHdf5({ library, path }));
    expect(Buffer.compare(await readFile(path), await bytesOf("all"))).toBe(0);
    const file = await openHdf5At({ library, path }, "all.h5");
    expect(readControlledStudy(file).values("01", 1)).toEqual(samples[2].radiograph.values);
    file.close();
  });

  test("pictures and labels may lie in two files; what is missing is named when it is asked for", async () => {
    const images = readControlledStudy(await openHdf5(await bytesOf("images"), "real.h5"));
    const labels = readControlledStudy(await openHdf5(await bytesOf("labels"), "real_label.h5"));
    expect(images.countOf("01")).toBe(labels.countOf("01"));
    expect(labels.sizeOf("01")).toEqual(images.sizeOf("01"));
    expect(() => images.classes("01", 0)).toThrow("real.h5 holds no dataset 01/segs");
    expect(() => images.pose("01", 0)).toThrow("real.h5 holds no dataset 01/gt-poses/000");
    expect(() => labels.values("01", 0)).toThrow("real_label.h5 holds no dataset 01/projs");
    expect(() => labels.values("07", 0)).toThrow(InputError);
    expect(() => images.values("01", 2)).toThrow("01/projs has 2 entries, no number 2");
    const bare = await encodeHdf5((root) => {
      const group = root.create_group("01");
      group.create_dataset({ name: "projs", data: new Float64Array(8), shape: [2, 2, 2] });
      group.create_dataset({ name: "lands", data: new Float32Array(12), shape: [1, 3, 4] });
      group.create_dataset({ name: "segs", data: new Uint8Array(4), shape: [2, 2] });
    });
    const study = readControlledStudy(await openHdf5(bare, "bare.h5"));
    expect(study.values("01", 1)).toEqual(new Float32Array(4));
    expect(() => study.landmarkNames()).toThrow("bare.h5 holds no dataset land-names/num-lands");
    expect(() => study.parameters()).toThrow("bare.h5 holds no dataset proj-params/num-rows");
    expect(() => study.landmarks("01", 0)).toThrow(/has 3 rows, not 2/);
    expect(() => study.classes("01", 0)).toThrow(/has the shape \(2, 2\), 3 dimensions are expected/);
  });

  test("a file without a specimen, and one that is no HDF5, are refused", async () => {
    const empty = await encodeHdf5((root) => root.create_group("something"));
    const file = await openHdf5(empty, "empty.h5");
    expect(() => readControlledStudy(file)).toThrow(/empty.h5 holds no specimen/);
    await expect(openHdf5(new Uint8Array(1000), "zeros.h5")).rejects.toMatchObject({
      code: "hdf5-unreadable",
    });
    const whole = await bytesOf("all");
    for (const length of [0, 8, 100, 1000, whole.length - 1])
      await expect(openHdf5(whole.slice(0, length), "cut.h5"), String(length)).rejects.toBeInstanceOf(
        InputError,
      );
    // The library is as good as before.
    expect(readControlledStudy(await openHdf5(whole, "all.h5")).specimens).toHaveLength(2);
  });

  test("texts of any length are read; a heap that would keep the HDF5 library busy for ever is refused", async () => {
    const names = ["FH-l", "x".repeat(5000), "ASIS-r"];
    const bytes = await encodeHdf5((root) => {
      const group = root.create_group("land-names");
      group.create_dataset({ name: "num-lands", data: Int32Array.of(3) });
      for (const [n, name] of names.entries())
        group.create_dataset({ name: `land-0${n}`, data: name, shape: [] });
      root.create_group("01").create_dataset({ name: "lands", data: new Float32Array(6), shape: [1, 2, 3] });
    });
    const study = readControlledStudy(await openHdf5(bytes, "texts.h5"));
    expect(study.landmarkNames()).toEqual(names);
    const heap = Buffer.from(bytes).indexOf("GCOL");
    expect(heap).toBeGreaterThan(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint16(heap + 16, 0, true);
    view.setBigUint64(heap + 16 + 8, 0n, true);
    await expect(openHdf5(bytes, "circle.h5")).rejects.toMatchObject({ code: "hdf5-damaged" });
  });

  test("images that do not fit the file are a defect", async () => {
    const writer = controlledStudyWriter(await createHdf5(), { parameters, landmarkNames });
    writer.append("01", { values: samples[0].radiograph.values });
    expect(() => writer.append("01", { classes: samples[0].labels.classes })).toThrow(
      /have projs, this one has segs/,
    );
    expect(() => writer.append("01", { values: new Float32Array(4) })).toThrow(RangeError);
    expect(() => writer.append("02", { classes: new Uint16Array(WIDTH_PX * HEIGHT_PX).fill(256) })).toThrow(
      /255/,
    );
    expect(() => writer.append("02", { landmarks: samples[0].labels.landmarks.slice(1) })).toThrow(
      RangeError,
    );
    writer.close();
  });

  test.skipIf(!hasOracle("h5py", "numpy"))("h5py reads what is written", async () => {
    const read = askOracle(
      `
import h5py, json
with h5py.File("all.h5") as f:
    p, s, l = (f["01/" + k] for k in ("projs", "segs", "lands"))
    names = [f["land-names/land-%02d" % i][()].decode() for i in range(int(f["land-names/num-lands"][()]))]
    print(json.dumps([
      [list(p.shape), str(p.dtype), list(p.chunks), p.compression, p.compression_opts, p[:].tobytes().hex()],
      [list(s.shape), str(s.dtype), list(s.chunks), s.compression, s[:].tobytes().hex()],
      [list(l.shape), str(l.dtype), l[1].tolist()], names, sorted(f), sorted(f["01/gt-poses"]), f["02/gt-poses/000"][:].tolist(),
      {k: v[()].tolist() for k, v in f["proj-params"].items()}]))`,
      { "all.h5": await bytesOf("all") },
    );
    const hex = (arrays: readonly (Float32Array | Uint8Array)[]): string =>
      arrays.map(({ buffer }) => Buffer.from(buffer as ArrayBuffer).toString("hex")).join("");
    const own = [samples[0], samples[2]];
    const shape = [2, HEIGHT_PX, WIDTH_PX];
    const chunk = [1, HEIGHT_PX, WIDTH_PX];
    expect(read).toEqual([
      [shape, "float32", chunk, "gzip", 9, hex(own.map(({ radiograph }) => radiograph.values))],
      [shape, "uint8", chunk, "gzip", hex(own.map(({ labels }) => Uint8Array.from(labels.classes)))],
      [
        [2, 2, 3],
        "float32",
        [
          [8.25, -12.5, -1],
          [8.5, 40.75, -1],
        ],
      ],
      landmarkNames,
      ["01", "02", "land-names", "proj-params"],
      ["000", "001"],
      [0, 1, 2, 3].map((row) => pose(1).slice(4 * row, 4 * row + 4)),
      {
        intrinsic: [
          [-100.5, 0, 11],
          [0, -100.5, 8],
          [0, 0, 1],
        ],
        extrinsic: [
          [1, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
          [0, 0, 0, 1],
        ],
        "num-rows": HEIGHT_PX,
        "num-cols": WIDTH_PX,
        "pixel-row-spacing": 0.2,
        "pixel-col-spacing": 0.194,
      },
    ]);
  });

  test.skipIf(!hasOracle("h5py", "numpy"))(
    "what h5py writes is read, whatever its choice of types",
    async () => {
      const hex = askOracle(
        `
import h5py, json, numpy as np, io
f = io.BytesIO()
with h5py.File(f, "w", libver="latest") as h:
    g = h.create_group("17-1882")
    g.create_dataset("projs", data=np.arange(24, dtype="f8").reshape(2, 3, 4), chunks=(1, 3, 4), compression=9, shuffle=True)
    g.create_dataset("segs", data=np.arange(24, dtype="i4").reshape(2, 3, 4))
    g.create_dataset("lands", data=np.arange(8, dtype=">f4").reshape(2, 2, 2))
    n = h.create_group("land-names"); n["num-lands"] = np.int32(2); n["land-00"] = "FH-l"; n["land-01"] = np.bytes_("FH-r")
    p = h.create_group("proj-params"); p["num-rows"] = np.uint64(3); p["num-cols"] = np.array([4]); p["intrinsic"] = np.eye(3, dtype="f4")
    p["extrinsic"] = np.eye(4); p["pixel-row-spacing"] = 0.194; p["pixel-col-spacing"] = np.float32(0.25)
print(json.dumps(f.getvalue().hex()))`,
        {},
      ) as string;
      const study = readControlledStudy(await openHdf5(Buffer.from(hex, "hex"), "h5py.h5"));
      expect(study.specimens).toEqual(["17-1882"]);
      expect([...study.values("17-1882", 1)]).toEqual(Array.from({ length: 12 }, (_, n) => 12 + n));
      expect([...study.classes("17-1882", 0)]).toEqual(Array.from({ length: 12 }, (_, n) => n));
      expect(study.landmarks("17-1882", 1)).toEqual([
        [4, 6],
        [5, 7],
      ]);
      expect(study.landmarkNames()).toEqual(["FH-l", "FH-r"]);
      expect(study.parameters()).toMatchObject({ widthPx: 4, heightPx: 3, pixelPitchMm: [0.25, 0.194] });
    },
  );
});
