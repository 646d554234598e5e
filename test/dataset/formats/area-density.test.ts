import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AreaDensityRecord,
  encodeAreaDensity,
  indexAreaDensities,
  readAreaDensity,
  type RecordPlace,
} from "../../../src/dataset/formats/area-density-record.ts";
import { type ByteSource, memorySource } from "../../../src/dataset/formats/byte-source.ts";
import {
  codesFromPrediction,
  densityOfCodes,
  predictedBytes,
  quantisePlane,
} from "../../../src/dataset/formats/density-plane.ts";
import { joinBytes } from "../../../src/dataset/formats/join-bytes.ts";
import { InputError } from "../../../src/error/input-error.ts";
import { askOracle, hasOracle } from "./oracle.ts";

const [widthPx, heightPx] = [19, 11];
const materials = ["soft-tissue", "bone", "titanium"];

function record(id: number): AreaDensityRecord {
  const pixels = widthPx * heightPx;
  const gPerCm2 = new Float32Array(3 * pixels);
  for (let n = 0; n < pixels; n++) {
    gPerCm2[n] = 20 + 15 * Math.sin(n / 7 + id);
    gPerCm2[pixels + n] = n % 19 < 9 ? 0 : 2.5 * (n % 19) * 10 ** -(n % 5);
  }
  return { id, areaDensity: { widthPx, heightPx, materials, gPerCm2 }, sample: { seed: id, kv: 80 } };
}

async function places(source: ByteSource): Promise<RecordPlace[]> {
  const found: RecordPlace[] = [];
  for await (const place of indexAreaDensities(source)) found.push(place);
  return found;
}

describe("codes of area densities", () => {
  const planes = fc.array(fc.float({ noNaN: true, min: 0, max: 60 }), { minLength: 1, maxLength: 50 });

  test("scaled: half a step of the peak at most, zero exactly zero", () => {
    fc.assert(
      fc.property(planes, fc.integer({ min: 1, max: 65535 }), (list, levels) => {
        const values = Float32Array.from(list);
        const { encoding, codes } = quantisePlane(values, { kind: "scaled", levels });
        const back = densityOfCodes(codes, encoding);
        const peak = Math.max(...values);
        for (const [n, value] of values.entries()) {
          // Decoded values are rounded to float32: 2^-24 of the value on top of half a step.
          expect(Math.abs(back[n] - value)).toBeLessThanOrEqual(peak / levels / 2 + peak * 2 ** -24);
          if (value === 0) expect(back[n]).toBe(0);
        }
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  test("half: 2^-11 of the value at most, zero exactly zero", () => {
    fc.assert(
      fc.property(planes, (list) => {
        const values = Float32Array.from(list);
        const { encoding, codes } = quantisePlane(values, { kind: "half" });
        const back = densityOfCodes(codes, encoding);
        for (const [n, value] of values.entries())
          expect(Math.abs(back[n] - value)).toBeLessThanOrEqual(Math.max(value * 2 ** -11, 2 ** -25));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("what is no area density is a defect", () => {
    for (const value of [-1e-9, Number.NaN, Number.POSITIVE_INFINITY, 65520])
      expect(() => quantisePlane(Float32Array.of(value), { kind: "half" })).toThrow(RangeError);
    expect(() => quantisePlane(Float32Array.of(1), { kind: "scaled", levels: 0 })).toThrow(RangeError);
  });

  test("prediction is undone exactly, whatever the codes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (width, height, seed) => {
          const codes = Uint16Array.from(
            { length: width * height },
            (_, n) => Math.imul(seed ^ n, 2654435761) >>> 16,
          );
          expect(codesFromPrediction(predictedBytes(codes, width), width)).toEqual(codes);
        },
      ),
      { seed: 8, numRuns: 500 },
    );
    // A plane in the sense of geometry leaves nothing to store but its first row and column.
    const slope = Uint16Array.from({ length: 400 }, (_, n) => 3 * (n % 20) + 7 * Math.floor(n / 20));
    expect(predictedBytes(slope, 20).filter((byte) => byte !== 0)).toHaveLength(38);
  });
});

describe("records of area densities", () => {
  test("come back: id, sample, materials, and values within half a step of each material's peak", async () => {
    const given = record(42);
    const { id, sample, areaDensity } = await readAreaDensity(
      memorySource(await encodeAreaDensity(given), "a.density"),
    );
    expect([id, sample, areaDensity.materials]).toEqual([42, given.sample, materials]);
    const pixels = widthPx * heightPx;
    for (let m = 0; m < 3; m++) {
      const plane = given.areaDensity.gPerCm2.subarray(m * pixels, (m + 1) * pixels);
      const back = areaDensity.gPerCm2.subarray(m * pixels, (m + 1) * pixels);
      const peak = Math.max(...plane);
      const worst = Math.max(...plane.map((value, n) => Math.abs(value - back[n])));
      expect(worst).toBeLessThanOrEqual(peak * (1 / 65535 / 2 + 2 ** -24));
      if (peak > 0) expect(worst).toBeGreaterThan(0);
    }
  });

  test("the same sample gives the same bytes; joined records are a file of records", async () => {
    const records = await Promise.all([3, 1, 2].map((id) => encodeAreaDensity(record(id))));
    expect(await encodeAreaDensity(record(1))).toEqual(records[1]);
    const source = memorySource(joinBytes(records), "shard.density");
    const found = await places(source);
    expect(found.map(({ id }) => id)).toEqual([3, 1, 2]);
    expect(found.map(({ byteLength }) => byteLength)).toEqual(records.map(({ length }) => length));
    for (const { id, offset } of found)
      expect((await readAreaDensity(source, offset)).sample).toEqual({ seed: id, kv: 80 });
  });

  test("finding a record reads headers, not planes; one material may be read alone", async () => {
    const large = { ...record(1), sample: {} };
    const noise = Float32Array.from(
      { length: 3 * 200 * 200 },
      (_, n) => (Math.imul(n, 2654435761) >>> 16) / 65535,
    );
    const areaDensity = { widthPx: 200, heightPx: 200, materials, gPerCm2: noise };
    const bytes = await encodeAreaDensity({ ...large, areaDensity });
    const memory = memorySource(joinBytes([bytes, bytes]), "shard.density");
    let read = 0;
    const counted: ByteSource = {
      ...memory,
      read: (offset, length) => {
        read += length;
        return memory.read(offset, length);
      },
    };
    expect(await places(counted)).toHaveLength(2);
    expect(read).toBeLessThan(2000);
    const { areaDensity: bone } = await readAreaDensity(memory, 0, { materials: ["bone"] });
    const { areaDensity: all } = await readAreaDensity(memory, bytes.length);
    expect(bone.materials).toEqual(["bone"]);
    expect(bone.gPerCm2).toEqual(all.gPerCm2.subarray(40000, 80000));
  });

  test("a damaged byte anywhere, or an end anywhere, is noticed", async () => {
    const bytes = await encodeAreaDensity(record(5));
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 1 << (at % 8);
      await expect(readAreaDensity(memorySource(damaged, "a")), `byte ${at}`).rejects.toBeInstanceOf(
        InputError,
      );
    }
    for (let length = 0; length < bytes.length; length += 7)
      await expect(readAreaDensity(memorySource(bytes.slice(0, length), "a"))).rejects.toMatchObject({
        code: "area-density-truncated",
      });
  });

  test("the records before a cut are still found, and the error says where to cut", async () => {
    const bytes = await encodeAreaDensity(record(5));
    const source = memorySource(joinBytes([bytes, bytes.subarray(0, 100)]), "shard.density");
    const found: number[] = [];
    const walk = async () => {
      for await (const { offset } of indexAreaDensities(source)) found.push(offset);
    };
    await expect(walk()).rejects.toThrow(`shard.density, byte ${bytes.length}`);
    expect(found).toEqual([0]);
  });

  test.skipIf(!hasOracle("numpy"))("the Python of docs/formats.md reads them, to the last bit", async () => {
    const records = await Promise.all([
      encodeAreaDensity(record(1)),
      encodeAreaDensity(record(2), { precision: { kind: "half" } }),
    ]);
    const source = memorySource(joinBytes(records), "shard.density");
    const [, python] = /```python\n([\s\S]*?)```/.exec(
      readFileSync("docs/formats.md", "utf8"),
    ) as RegExpExecArray;
    const read = askOracle(
      `${python}
print(json.dumps([[h["id"], h["sample"], {m: p.astype("<f4").tobytes().hex() for m, p in d.items()}] for h, d in area_densities("shard")]))`,
      { shard: joinBytes(records) },
    );
    const expected = [];
    for (const { offset } of await places(source)) {
      const { id, sample, areaDensity } = await readAreaDensity(source, offset);
      const hex = Buffer.from(areaDensity.gPerCm2.buffer as ArrayBuffer).toString("hex");
      const digits = hex.length / 3;
      expected.push([
        id,
        sample,
        Object.fromEntries(materials.map((name, m) => [name, hex.slice(m * digits, (m + 1) * digits)])),
      ]);
    }
    expect(read).toEqual(expected);
  });
});
