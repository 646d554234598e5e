import { beforeAll, describe, expect, test } from "vitest";
import type { Anatomy } from "../../../src/anatomy/anatomy.ts";
import { extendScan } from "../../../src/anatomy/preparation/extend-scan.ts";
import { mirrorSide } from "../../../src/anatomy/preparation/mirror-side.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { transform } from "../../../src/geometry/transform.ts";
import { volume } from "../../../src/volume/volume.ts";
import { demoPelvis, named, largest, phantomAnatomy } from "./demo-anatomy.ts";

let pelvis: Anatomy;
let longer: Anatomy;
beforeAll(async () => {
  pelvis = mirrorSide(await demoPelvis(), "left");
  longer = extendScan(pelvis, "inferior", 100);
}, 120_000);

const PLANE = 122 * 101;
const NEW = 34;

/** The same patient with slices stored from head to feet. */
function upsideDown({ ct, labelMap }: Anatomy): Anatomy {
  const [ni, nj, nk] = ct.grid.shape;
  const m = Float64Array.from(ct.grid.lpsFromVoxel.matrix);
  for (const row of [0, 4, 8]) {
    m[row + 3] += m[row + 2] * (nk - 1);
    m[row + 2] *= -1;
  }
  const place = grid([ni, nj, nk], transform("lps", "voxel", m));
  const turned = <T extends { length: number; slice(): T; [n: number]: number }>(values: T): T => {
    const result = values.slice();
    for (let k = 0; k < nk; k++)
      for (let n = 0; n < ni * nj; n++) result[(nk - 1 - k) * ni * nj + n] = values[k * ni * nj + n];
    return result;
  };
  return {
    ct: volume("HU", place, turned(ct.values as Int32Array)),
    ...(labelMap
      ? { labelMap: { ...labelMap, grid: place, labels: turned(labelMap.labels as Uint8Array) } }
      : {}),
    landmarks: [],
  };
}

describe("extending a scan towards the feet", () => {
  test("adds at least the asked length in whole slices", () => {
    // 100 mm in slices of 3 mm: 34.
    expect(longer.ct.grid.shape).toEqual([122, 101, 112 + NEW]);
    expect(longer.ct.grid.lpsFromVoxel.matrix[11]).toBeCloseTo(
      pelvis.ct.grid.lpsFromVoxel.matrix[11] - 3 * NEW,
      6,
    );
  });

  test("keeps what was scanned, bit by bit", () => {
    expect(longer.ct.values.subarray(NEW * PLANE)).toEqual(pelvis.ct.values);
    expect(longer.labelMap?.labels.subarray(NEW * PLANE)).toEqual(pelvis.labelMap?.labels);
  });

  test("makes the same slices when they are stored from head to feet", () => {
    const turned = upsideDown(extendScan(upsideDown(pelvis), "inferior", 100));
    expect(turned.ct.values).toEqual(longer.ct.values);
    expect(turned.labelMap?.labels).toEqual(longer.labelMap?.labels);
  });

  test.each(["femur_left", "femur_right"])("%s becomes a round shaft with cortex and marrow", (name) => {
    const isBone = named(longer, new RegExp(`^${name}$`));
    const areaMm2 = (slice: number): number => {
      let count = 0;
      for (let n = 0; n < PLANE; n++) if (isBone(slice * PLANE + n)) count++;
      return 9 * count;
    };
    for (let slice = 0; slice < NEW; slice++) expect(areaMm2(slice)).toBeGreaterThan(400);
    // A circle of 14.5 mm has 660 mm²; counted in pixels of 3 mm its rim of 91 mm makes that uncertain by a fifth at most.
    expect(Math.abs(areaMm2(0) - Math.PI * 14.5 ** 2)).toBeLessThan(0.2 * 660);
    const slice = [...Array(PLANE).keys()].filter((n) => isBone(n)).map((n) => longer.ct.values[n]);
    // A cortex of 6 mm is two voxels wide, so some voxel is all cortex (1350 HU); the marrow's radius of 8.5 mm holds whole voxels.
    expect(Math.max(...slice)).toBeGreaterThan(1300);
    expect(Math.min(...slice)).toBeLessThan(100);
  });

  test("no step is seen where the scan ended: femurs and body change as little as from slice to slice before", () => {
    const isFemur = named(longer, /^femur/);
    const changed = (slice: number): number => {
      let count = 0;
      for (let n = 0; n < PLANE; n++)
        if (isFemur(slice * PLANE + n) !== isFemur((slice + 1) * PLANE + n)) count++;
      return count;
    };
    const scanned = Math.max(...[0, 1, 2, 3, 4].map((n) => changed(NEW + n)));
    expect(changed(NEW - 1)).toBeLessThanOrEqual(scanned);
  });

  test("the obturator ring is closed below: hip bone joins pubis and ischium", () => {
    const isHip = named(longer, /^hip_left$/);
    // Under the cut both parts go on for at least 9 mm and end above 45 mm.
    const count = (slice: number): number =>
      [...Array(PLANE).keys()].filter((n) => isHip(slice * PLANE + n)).length;
    expect(count(NEW - 3)).toBeGreaterThan(10);
    expect(count(NEW - 15)).toBe(0);
  });

  test("refuses impossible lengths, and scans that end above the neck of the femur", () => {
    expect(() => extendScan(pelvis, "inferior", 0)).toThrow(
      expect.objectContaining({ code: "extend-length" }),
    );
    const { ct, labelMap, landmarks } = pelvis;
    if (!labelMap) throw new Error("the demo pelvis has labels");
    const m = Float64Array.from(ct.grid.lpsFromVoxel.matrix);
    m[11] += 30;
    const place = grid([122, 101, 102], transform("lps", "voxel", m));
    const shorter: Anatomy = {
      ct: volume("HU", place, ct.values.slice(10 * PLANE)),
      labelMap: { ...labelMap, grid: place, labels: labelMap.labels.slice(10 * PLANE) },
      landmarks,
    };
    expect(() => extendScan(shorter, "inferior", 100)).toThrow(
      expect.objectContaining({ code: "extend-too-high" }),
    );
  });
});

test("towards the head the trunk goes on: soft tissue, and the spine as it is in the last slice", () => {
  const taller = extendScan(pelvis, "superior", 30);
  expect(taller.ct.grid.shape[2]).toBe(122);
  expect(taller.ct.values.subarray(0, pelvis.ct.values.length)).toEqual(pelvis.ct.values);
  const isSpine = named(pelvis, /^vertebrae/);
  const last = pelvis.ct.values.length - PLANE;
  let spine = 0;
  for (let slice = 1; slice <= 10; slice++)
    for (let n = 0; n < PLANE; n++) {
      const [before, after] = [last + n, last + slice * PLANE + n];
      if (isSpine(before)) {
        spine++;
        expect(taller.ct.values[after]).toBe(pelvis.ct.values[before]);
        // Nothing else is brighter than contrast medium in an organ.
      } else if (taller.ct.values[after] > 250) expect.fail(`${taller.ct.values[after]} HU at pixel ${n}`);
    }
  expect(spine).toBeGreaterThan(0);
  expect(largest(taller.labelMap?.labels.subarray(pelvis.ct.values.length) ?? [1])).toBe(0);
});

/** Shoulders 300 mm wide and 150 mm deep with a spine, 100 mm high; the spine is called so. */
const shoulders = (spineName: string): Anatomy =>
  phantomAnatomy({
    shape: [120, 70, 25],
    spacingMm: 4,
    names: [[1, spineName]],
    at: ([x, y]) => {
      if (Math.hypot(x, y - 40) < 15) return { hu: 400, label: 1 };
      return { hu: Math.hypot(x / 150, y / 75) < 1 ? 40 : -1000, label: 0 };
    },
  });

/** Area in mm² and width in mm of the body in a slice. */
function bodyOf({ ct }: Anatomy, slice: number): { areaMm2: number; widthMm: number } {
  const plane = ct.values.subarray(slice * 120 * 70, (slice + 1) * 120 * 70);
  const columns = new Set<number>();
  let area = 0;
  plane.forEach((hu, n) => {
    if (hu <= -300) return;
    area++;
    columns.add(n % 120);
  });
  return { areaMm2: area * 16, widthMm: columns.size * 4 };
}

/** Outlines are smoothed: they agree to half a voxel (2 mm) along a rim of 730 mm. */
const HALF_A_VOXEL_OF_RIM_MM2 = 2 * 730;
const differenceMm2 = (a: { areaMm2: number }, b: { areaMm2: number }): number =>
  Math.abs(a.areaMm2 - b.areaMm2);

describe("extending a scan of a trunk", () => {
  test("above the upper thoracic vertebrae shoulders fall to a neck of 38 cm", () => {
    const taller = extendScan(shoulders("vertebrae_T1"), "superior", 100);
    const widths = [24, 30, 36, 42].map((slice) => bodyOf(taller, slice).widthMm);
    for (let n = 1; n < widths.length; n++) expect(widths[n]).toBeLessThan(widths[n - 1]);
    // A circle of 60 mm radius, known to half a voxel on each side and in its rim.
    const neck = bodyOf(taller, 49);
    expect(Math.abs(neck.widthMm - 120)).toBeLessThanOrEqual(8);
    expect(Math.abs(neck.areaMm2 - Math.PI * 60 ** 2)).toBeLessThan(2 * Math.PI * 60 * 2);
  });

  test("below them the trunk stays as wide as it is", () => {
    const taller = extendScan(shoulders("vertebrae_T8"), "superior", 100);
    expect(differenceMm2(bodyOf(taller, 49), bodyOf(taller, 24))).toBeLessThan(HALF_A_VOXEL_OF_RIM_MM2);
  });

  test("without hips and femurs the trunk goes on towards the feet, spine and all", () => {
    const chest = shoulders("vertebrae_L1");
    const longer = extendScan(chest, "inferior", 80);
    expect(longer.ct.grid.shape).toEqual([120, 70, 45]);
    expect(longer.ct.values.subarray(20 * 120 * 70)).toEqual(chest.ct.values);
    expect(differenceMm2(bodyOf(longer, 0), bodyOf(chest, 0))).toBeLessThan(HALF_A_VOXEL_OF_RIM_MM2);
    const spine = 120 * Math.round(34.5 + 40 / 4) + 60;
    expect(longer.ct.values[spine]).toBe(400);
  });
});
