import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { sameGrid } from "../../src/geometry/grid.ts";
import { applyToPoint } from "../../src/geometry/transform.ts";
import { readLabels } from "../../src/node/read-anatomy.ts";
import { readDicomSeries } from "../../src/volume/dicom/read-dicom-series.ts";
import { labelsOnGrid } from "../../src/volume/labels-on-grid.ts";
import { edited, expectedSeries, filesOf, type NamedBytes, series, withUint16 } from "./dicom-fixtures.ts";
import { affineDifference, sums } from "./volume-fixtures.ts";

async function refusal(files: readonly NamedBytes[]): Promise<InputError> {
  const error = await readDicomSeries(files).then(
    () => "no error",
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

const plainSeries = (): NamedBytes[] => series("explicit-little-unsigned-12");
const codes = (findings: readonly { code: string }[]): string[] => findings.map(({ code }) => code);
const others = (name: string): NamedBytes => {
  const file = series("others").find((candidate) => candidate.name === name);
  if (!file) throw new RangeError(`there is no ${name}`);
  return file;
};

describe("a series reads as pydicom and nibabel read it", () => {
  it.each(expectedSeries)("%s", async (name, expected) => {
    const { volume } = await readDicomSeries(series(name));
    expect(volume.grid.shape).toEqual(expected.shape);
    // Positions have six decimals and directions nine; numbers up to 100 mm in float64 both here and there.
    expect(affineDifference(volume.grid.lpsFromVoxel.matrix, expected.lpsFromVoxel)).toBeLessThan(1e-12);
    const { sum, weightedSum } = sums(volume.values);
    // Whole numbers are exact; half and quarter Hounsfield units are exact in float32 as well.
    expect(sum).toBe(expected.sum);
    expect(weightedSum).toBe(expected.weightedSum);
  });

  it.each(["signed-16", "unsigned-12"])("every transfer syntax gives the same voxels: %s", async (kind) => {
    const { volume: reference } = await readDicomSeries(series(`explicit-little-${kind}`));
    const names = expectedSeries.map(([name]) => name).filter((name) => name.endsWith(`-${kind}`));
    expect(names).toHaveLength(9);
    for (const name of names) {
      const { volume, findings } = await readDicomSeries(series(name));
      expect(volume.values, name).toEqual(reference.values);
      expect(volume.values, name).toBeInstanceOf(Int16Array);
      expect(findings, name).toEqual([]);
    }
  });

  it("files may come in any order, and their bytes may begin anywhere", async () => {
    const { volume: reference } = await readDicomSeries(series("gantry-tilt"));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(series("gantry-tilt"), { minLength: 4 }),
        fc.integer({ min: 0, max: 7 }),
        async (files, offset) => {
          const moved = files.map(({ name, bytes }) => {
            const memory = new Uint8Array(bytes.length + offset);
            memory.set(bytes, offset);
            return { name, bytes: memory.subarray(offset) };
          });
          const { volume } = await readDicomSeries(moved);
          expect(volume.grid).toEqual(reference.grid);
          expect(volume.values).toEqual(reference.values);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("geometry", () => {
  it("a gantry tilted by 20° shears: rows lean, the step stays along the table", async () => {
    const { grid } = (await readDicomSeries(series("gantry-tilt"))).volume;
    const m = grid.lpsFromVoxel.matrix;
    expect([m[2], m[6], m[10]]).toEqual([0, 0, 2.5]);
    const lean = (Math.atan2(-m[9], m[5]) * 180) / Math.PI;
    // Nine decimals of the cosines.
    expect(lean).toBeCloseTo(20, 6);
    // The last slice begins where its own ImagePositionPatient says.
    expect(applyToPoint(grid.lpsFromVoxel, [0, 0, 3])).toEqual([-30.5, -40.25, 108.25]);
  });

  it("slices are counted along row × column, also where that is towards the feet", async () => {
    const { grid } = (await readDicomSeries(series("turned"))).volume;
    const m = grid.lpsFromVoxel.matrix;
    expect([m[0], m[5], m[10]]).toEqual([-0.7, 0.8, -2.5]);
  });
});

describe("what is not one even stack is refused, and the slice is named", () => {
  it("a missing slice", async () => {
    const files = plainSeries();
    const places = [...files.keys()];
    const messages = await Promise.all(
      places.map(async (left) =>
        readDicomSeries(files.toSpliced(left, 1)).catch((error: InputError) => error),
      ),
    );
    const refused = messages.filter((message) => message instanceof InputError);
    // Without its first or last slice a series is only shorter.
    expect(refused.map(({ code }) => code)).toEqual(["dicom-missing-slice", "dicom-missing-slice"]);
    for (const { message } of refused) {
      expect(message).toMatch(/a slice is missing between \d\.dcm .* and \d\.dcm/);
      expect(message).toContain("5.00 mm apart, most others 2.50 mm");
    }
  });

  it("a slice of another orientation, size, spacing, frame of reference or place", async () => {
    const [first, ...rest] = plainSeries();
    const cases: [string, NamedBytes][] = [
      ["dicom-inconsistent-orientation", edited(first, "1\\0\\0\\0\\1\\0", "0\\1\\0\\0\\0\\1")],
      ["dicom-inconsistent-spacing", edited(first, "0.8\\0.7", "0.8\\0.6")],
      ["dicom-inconsistent-frame", edited(first, "2.25.8", "2.25.9")],
      ["dicom-inconsistent-size", withUint16(first, 0x28, 0x10, 11)],
      ["dicom-uneven-slices", edited(first, "-40.25", "-42.25")],
    ];
    for (const [code, changed] of cases) {
      const error = await refusal([changed, ...rest]);
      expect(error.code).toBe(code);
      expect(error.message).toContain(changed.name);
      expect(error.remedy).toBeDefined();
    }
  });

  it("a scan whose step changes is not said to miss slices", async () => {
    const last = plainSeries().find(({ bytes }) => Buffer.from(bytes).includes("108.25"));
    if (!last) throw new RangeError("no slice lies at 108.25 mm");
    const wider = ["113.25", "118.25", "123.25"].map((z) =>
      edited({ ...last, name: `${z}.dcm` }, "108.25", z),
    );
    const error = await refusal([...plainSeries(), ...wider]);
    expect(error.code).toBe("dicom-uneven-slices");
    expect(error.message).toContain("2.50 mm in some places, 5.00 mm in 3");
  });

  it("two series, each told by number, description and first file", async () => {
    const second = plainSeries().map((file) =>
      edited({ ...file, name: `b-${file.name}` }, "2.25.7.1", "2.25.7.2"),
    );
    const error = await refusal([...plainSeries(), ...second]);
    expect(error.code).toBe("dicom-mixed-series");
    expect(error.message).toContain('CT number 1 "Phantom, bone kernel" (4 files, first 0.dcm)');
    expect(error.message).toContain("(4 files, first b-0.dcm)");
    expect(error.remedy).toContain("a folder of their own");
  });

  it("two pictures in one place", async () => {
    const [first] = plainSeries();
    const other = Uint8Array.from(first.bytes);
    other[other.length - 2] ^= 1;
    const error = await refusal([...plainSeries(), { name: "other.dcm", bytes: other }]);
    expect(error.code).toBe("dicom-mixed-series");
    expect(error.message).toContain("other.dcm");
  });

  it("another modality, a single slice, scouts only, no DICOM at all, nothing", async () => {
    const mr = plainSeries().map((file) => edited(file, "CS\u0002\0CT", "CS\u0002\0MR"));
    expect((await refusal(mr)).code).toBe("dicom-modality");
    expect((await refusal(plainSeries().slice(0, 1))).code).toBe("dicom-single-slice");
    expect((await refusal([others("scout.dcm")])).message).toContain("scouts: 1");
    const text = { name: "README.txt", bytes: Buffer.from("not an image") };
    expect((await refusal([text])).code).toBe("dicom-no-slices");
    expect((await refusal([])).code).toBe("dicom-no-slices");
  });
});

describe("what else lies in a folder", () => {
  it("duplicates are dropped with a finding, in the same transfer syntax or another", async () => {
    const { volume: reference } = await readDicomSeries(plainSeries());
    for (const syntax of ["explicit-little", "jpeg-2000"]) {
      const [copy] = series(`${syntax}-unsigned-12`);
      const { volume, findings } = await readDicomSeries([...plainSeries(), { ...copy, name: "copy.dcm" }]);
      expect(volume.values).toEqual(reference.values);
      expect(codes(findings)).toEqual(["dicom-duplicate"]);
      expect(findings[0].message).toContain("copy.dcm");
    }
  });

  it("scouts, reports, captures and other files are left out, each with a finding that names it", async () => {
    const files = [
      ...series("others"),
      ...plainSeries(),
      { name: "notes.txt", bytes: Buffer.from("tilt 0, table 144 mm, and more words than an element has") },
      { name: "empty", bytes: new Uint8Array(0) },
    ];
    const { volume, findings } = await readDicomSeries(files);
    expect(volume.values).toEqual((await readDicomSeries(plainSeries())).volume.values);
    const told = Object.fromEntries(findings.map(({ code, message }) => [code, message]));
    expect(told["dicom-other-files"]).toContain("notes.txt, empty");
    expect(told["dicom-no-image"]).toContain("report.dcm");
    expect(told["dicom-scout"]).toContain("scout.dcm");
    expect(told["dicom-no-position"]).toContain("capture.dcm");
  });
});

describe("values", () => {
  it("padding is told by its share; a padding value of tissue is a warning", async () => {
    const { volume, findings } = await readDicomSeries(series("padding"));
    expect(volume.values.subarray(0, 51)).toEqual(new Int16Array(51).fill(-1024));
    expect(codes(findings)).toEqual(["dicom-padding"]);
    // 51 voxels of 192 in each slice.
    expect(findings[0].message).toContain("26.6 %");
    const tissue = series("padding").map((file) => withUint16(file, 0x28, 0x120, 1000));
    expect(codes((await readDicomSeries(tissue)).findings)).toEqual(["dicom-padding", "dicom-padding-value"]);
  });

  it("gaps between thin slices, and values that are not HU, are told", async () => {
    const thin = plainSeries().map((file) => edited(file, "DS\u0004\u00002.5 ", "DS\u0004\u00001.0 "));
    const { findings } = await readDicomSeries(thin);
    expect(codes(findings)).toEqual(["dicom-slice-gaps"]);
    expect(findings[0].message).toContain("slices of 1 mm lie 2.50 mm apart");
    const density = series("enhanced-native").map((file) => edited(file, "HU", "ED"));
    expect(codes((await readDicomSeries(density)).findings)).toEqual(["dicom-rescale-type"]);
  });

  it("fractions of a Hounsfield unit are kept", async () => {
    const { values } = (await readDicomSeries(series("scaled-by-slice"))).volume;
    expect(values).toBeInstanceOf(Float32Array);
    expect(values.some((value) => value % 1 === 0.5)).toBe(true);
  });

  it("a slope of 0 and a rescale that only some slices have are refused", async () => {
    const [first, ...rest] = plainSeries();
    const zero = edited(first, "DS\u0002\u00001 ", "DS\u0002\u00000 ");
    expect((await refusal([zero, ...rest])).code).toBe("dicom-slope");
    const hidden = (file: NamedBytes): NamedBytes =>
      edited(edited(file, "(\u0000R\u0010", "(\u0000R\u0011"), "(\u0000S\u0010", "(\u0000S\u0011");
    expect((await refusal([hidden(first), ...rest])).code).toBe("dicom-rescale-missing");
    const { findings } = await readDicomSeries(plainSeries().map(hidden));
    expect(codes(findings)).toEqual(["dicom-rescale-missing"]);
  });
});

describe("damaged files", () => {
  it("a file cut anywhere is refused or, before it says that it is DICOM, left out with a finding", async () => {
    const silent: string[] = [];
    for (const name of [
      "explicit-little-unsigned-12",
      "jpeg-ls-unsigned-12",
      "deflated-signed-16",
      "enhanced-jpeg-ls",
    ]) {
      const [first, ...rest] = series(name);
      for (let length = 0; length < first.bytes.length; length += 97) {
        const cut = { name: "cut.dcm", bytes: first.bytes.subarray(0, length) };
        const told = await readDicomSeries([cut, ...rest]).then(
          ({ findings }) => findings.length > 0,
          (error: unknown) => error instanceof InputError,
        );
        if (!told) silent.push(`${name} cut at ${length}`);
      }
    }
    expect(silent).toEqual([]);
  });

  it("a promise of more pixels than there are bytes is refused before memory is taken", async () => {
    const huge = plainSeries().map((file) =>
      withUint16(withUint16(file, 0x28, 0x10, 65535), 0x28, 0x11, 65535),
    );
    expect((await refusal(huge)).code).toBe("dicom-pixel-size");
    const large = plainSeries().map((file) =>
      withUint16(withUint16(file, 0x28, 0x10, 4096), 0x28, 0x11, 4096),
    );
    const error = await refusal(large);
    expect(error.code).toBe("dicom-damaged");
    expect(error.message).toContain("need 33554432 bytes, found 384");
    for (const coding of ["rle", "jpeg-ls", "jpeg-2000", "jpeg-lossless"]) {
      const files = series(`${coding}-unsigned-12`).map((file) =>
        withUint16(withUint16(file, 0x28, 0x10, 4096), 0x28, 0x11, 4096),
      );
      expect((await refusal(files)).code, coding).toMatch(/^dicom-(damaged|pixel-size)$/);
    }
  });

  it("after a damaged picture the codecs still read a good one", async () => {
    const files = series("jpeg-2000-unsigned-12");
    const broken = Uint8Array.from(files[0].bytes);
    broken.fill(0x55, broken.length - 120, broken.length - 10);
    await refusal([{ name: "broken.dcm", bytes: broken }, ...files.slice(1)]).catch(() => undefined);
    const { volume } = await readDicomSeries(files);
    expect(volume.values).toEqual((await readDicomSeries(plainSeries())).volume.values);
  });

  it("random bytes behind a DICOM signature give a typed error at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (tail) => {
        const bytes = new Uint8Array(132 + tail.length);
        bytes.set(Buffer.from("DICM"), 128);
        bytes.set(tail, 132);
        await expect(readDicomSeries([{ name: "random.dcm", bytes }])).rejects.toBeInstanceOf(InputError);
      }),
      { numRuns: 200 },
    );
  });
});

const sharedDicom = new URL("../../../shared/data/dicom/", import.meta.url);

describe.skipIf(!existsSync(sharedDicom))("real series (not part of the project)", () => {
  it("JPEG 2000 with empty UIDs: the sum of its Hounsfield units is that of four other readers", async () => {
    const { volume, findings } = await readDicomSeries(filesOf(new URL("abdomen_ts_j2k/", sharedDicom)));
    expect(volume.grid.shape).toEqual([512, 512, 20]);
    expect(sums(volume.values).sum).toBe(-3_272_217_339);
    expect(findings).toEqual([]);
  });

  it("labels made from it by another program, stored with reversed rows, lie on its voxels", async () => {
    const { volume } = await readDicomSeries(filesOf(new URL("abdomen_ts_j2k/", sharedDicom)));
    const { labelMap } = await readLabels(new URL("abdomen_ts_labels.nii.gz", sharedDicom).pathname);
    expect(sameGrid(labelMap.grid, volume.grid)).toBe(false);
    const placed = labelsOnGrid(labelMap, volume.grid);
    expect(sameGrid(placed.labelMap.grid, volume.grid)).toBe(true);
    expect(codes(placed.findings)).toEqual(["labels-orientation-differs"]);
    const [liver, spine] = [5, 32].map((label) => {
      const inside = volume.values.filter((_, n) => placed.labelMap.labels[n] === label);
      return sums(inside).sum / inside.length;
    });
    // Contrast-enhanced liver and vertebra: any other order of voxels mixes in air and fat.
    expect(liver).toBeGreaterThan(60);
    expect(liver).toBeLessThan(120);
    expect(spine).toBeGreaterThan(200);
  });

  it("−2048 outside the scan circle becomes air", async () => {
    const { volume, findings } = await readDicomSeries(filesOf(new URL("lidc0001_24slices/", sharedDicom)));
    expect(volume.grid.shape).toEqual([512, 512, 24]);
    expect(Math.min(...volume.values.subarray(0, 512))).toBe(-1024);
    expect(codes(findings)).toEqual(["dicom-padding"]);
  });
});
