import { describe, expect, it } from "vitest";
import { inspect } from "../../src/volume/inspection/inspect.ts";
import { withAssumedLabelNames } from "../../src/volume/inspection/assumed-label-names.ts";
import { labelsOnGrid } from "../../src/volume/labels-on-grid.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import {
  changed,
  chest,
  chestLabels,
  codes,
  cropped,
  finding,
  moved,
  pelvis,
  pelvisLabels,
  phantom,
  withGrid,
  withoutSlices,
} from "./inspection-cases.ts";

describe("what is reported", () => {
  it("shape, spacing, matrix and range are those of the file", () => {
    const report = inspect(pelvis);
    expect(report.shape).toEqual([122, 101, 112]);
    for (const mm of report.spacingMm) expect(mm).toBeCloseTo(3, 4);
    expect(report.lpsFromVoxel).toHaveLength(4);
    expect(report.lpsFromVoxel.flat()).toEqual([...pelvis.grid.lpsFromVoxel.matrix]);
    expect(report.huRange).toEqual([-1207, 3382]);
  });

  it("orientation in words", () => {
    expect(inspect(pelvis)).toMatchObject({
      orientation: "RAS",
      orientationWords: "i grows to right, j grows to anterior, k grows to superior",
    });
    expect(inspect(phantom()).orientation).toBe("LPS");
  });

  it("percentiles and mean of known values", () => {
    const ct = phantom();
    // 0 … 999, each as often as the others.
    const uniform = changed(ct, () => 0).values.map((_, n) => n % 1000);
    const { huPercentiles, huMean } = inspect({ ...ct, values: uniform });
    expect(huMean).toBeCloseTo(499.5, 6);
    // The smallest whole number with at least that share of voxels at or below it.
    expect(huPercentiles).toMatchObject({ p1: 9, p5: 49, p50: 499, p99: 989 });
  });

  it("labels with volume, centroid and mean HU", () => {
    const ct = phantom();
    const labels = new Uint8Array(ct.values.length);
    const at = (i: number, j: number, k: number) => (k * 80 + j) * 100 + i;
    for (const i of [10, 11]) for (const j of [20, 21]) labels[at(i, j, 5)] = 7;
    const values = ct.values.map((hu, n) => (labels[n] === 7 ? 100 : hu));
    const { labels: table } = inspect(
      { ...ct, values },
      { grid: ct.grid, labels, names: new Map([[7, "cube"]]) },
    );
    // Four voxels of 4 × 4 × 2 mm; centre (10.5, 20.5, 5) in voxels of a grid that begins at (−200, −160, 0).
    expect(table).toEqual([
      { label: 7, name: "cube", voxels: 4, volumeMl: 0.128, centroidLps: [-158, -78, 10], meanHu: 100 },
    ]);
  });
});

describe("a clean case raises no alarm", () => {
  it("a phantom has no findings but its voxel size", () => {
    expect(codes(phantom())).toEqual(["coarse"]);
  });

  it("the pelvis: coarse voxels, an implant, a left side and ends that are cut", () => {
    expect(codes(pelvis, pelvisLabels)).toEqual([
      "coarse",
      "metal",
      "field-of-view-truncated",
      "scan-ends-in-body",
    ]);
    expect(finding("metal", pelvis)?.message).toMatch(/around LPS \(1\d\d, /);
    expect(finding("field-of-view-truncated", pelvis)?.message).toContain("the left (");
    expect(finding("field-of-view-truncated", pelvis)?.message).not.toMatch(
      /the right|anterior|posterior|circle/,
    );
  });

  it("the chest: dense contrast medium, shoulders cut by the scan circle, the couch, ends that are cut", () => {
    expect(codes(chest, chestLabels)).toEqual([
      "hu-clipped",
      "metal",
      "field-of-view-truncated",
      "scan-ends-in-body",
      "couch",
    ]);
  });

  it("no error anywhere", () => {
    for (const [ct, labels] of [
      [pelvis, pelvisLabels],
      [chest, chestLabels],
    ] as const)
      expect(inspect(ct, labels).findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("numbers that are not Hounsfield units of a whole patient", () => {
  it.each([
    ["pelvis", pelvis],
    ["chest", chest],
    ["phantom", phantom()],
  ])("%s: a lost intercept, and nothing else is said of the numbers", (_, ct) => {
    const found = codes(changed(ct, (hu) => hu + 1024));
    expect(found).toContain("hu-intercept-missing");
    for (const other of ["metal", "field-of-view-truncated", "couch", "hu-background-zero", "hu-bone-only"])
      expect(found).not.toContain(other);
  });

  it("a lost intercept is seen beside padding, and not in a whole CT or in bones alone", () => {
    for (const ct of [pelvis, chest]) {
      const raw = changed(ct, (hu) => (hu < -990 ? -2048 : hu + 1024));
      expect(codes(raw)).toContain("hu-intercept-missing");
      const padded = changed(ct, (hu) => (hu < -990 ? -2048 : hu));
      const bones = changed(ct, (hu) => (hu < 250 ? -1024 : hu));
      for (const right of [padded, bones]) expect(codes(right)).not.toContain("hu-intercept-missing");
    }
  });

  it("a constant, 8 bits, a background of 0", () => {
    expect(codes(changed(phantom(), () => 40))).toContain("hu-constant");
    expect(codes(changed(pelvis, (hu) => Math.min(255, Math.max(0, (hu + 1000) / 8))))).toContain(
      "hu-eight-bit",
    );
    expect(codes(changed(pelvis, (hu) => (hu < -300 ? 0 : hu)))).toContain("hu-background-zero");
  });

  it("bone cut off above: a warning with the number; the scanner's own limit is only told", () => {
    const cut = finding(
      "hu-clipped",
      changed(pelvis, (hu) => Math.min(hu, 200)),
    );
    expect(cut).toMatchObject({ severity: "warning" });
    expect(cut?.message).toContain("exactly 200");
    expect(
      finding(
        "hu-clipped",
        changed(pelvis, (hu) => Math.min(hu, 3071)),
      ),
    ).toMatchObject({ severity: "info" });
    expect(codes(pelvis)).not.toContain("hu-clipped");
  });

  it("a display window: air cut off below", () => {
    const window = changed(pelvis, (hu) => Math.min(240, Math.max(-160, hu)));
    expect(finding("hu-clipped-low", window)).toMatchObject({ severity: "error" });
    expect(codes(pelvis)).not.toContain("hu-clipped-low");
  });

  it("bones alone, in air or in 0", () => {
    expect(codes(changed(pelvis, (hu) => (hu < 150 ? -1000 : hu)))).toContain("hu-bone-only");
    const inZero = codes(changed(pelvis, (hu) => (hu < 150 ? 0 : hu)));
    expect(inZero).toContain("hu-bone-only");
    expect(inZero).toContain("hu-background-zero");
    for (const ct of [pelvis, chest, phantom()]) expect(codes(ct)).not.toContain("hu-bone-only");
  });

  it("no tissue, no air, padding", () => {
    expect(codes(changed(pelvis, (hu) => (hu < 500 ? -1000 : hu)))).toContain("hu-no-tissue");
    // A block from the middle of the pelvis.
    expect(
      codes(
        cropped(
          changed(phantom(), (hu) => hu),
          [40, 45, 10],
          [60, 52, 30],
        ),
      ),
    ).toContain("hu-no-air");
    const padded = changed(chest, (hu, i, j) => (Math.hypot(i - 85, j - 85) > 88 ? -2048 : hu));
    expect(finding("hu-padding", padded)).toMatchObject({ severity: "info" });
    expect(codes(chest)).not.toContain("hu-padding");
  });
});

describe("metal", () => {
  // A ball of 6 mm in soft tissue: 0.9 ml.
  const withBall = (hu: number) =>
    changed(phantom(), (old, i, j, k) =>
      Math.hypot(4 * (i - 60), 4 * (j - 36), 2 * (k - 20)) < 6 ? hu : old,
    );

  it("a steel ball is found where it is", () => {
    const found = finding("metal", withBall(3000));
    expect(found?.severity).toBe("warning");
    // (−200 + 4 · 60, −160 + 4 · 36, 2 · 20)
    expect(found?.message).toContain("(40, -16, 40) mm");
  });

  it("dense bone is no metal", () => {
    expect(codes(withBall(2000))).not.toContain("metal");
    expect(codes(phantom())).not.toContain("metal");
  });
});

describe("the field of view", () => {
  it("sides that are cut are named as the patient's", () => {
    const [ni, nj, nk] = phantom().grid.shape;
    const message = (low: number[], high: number[]) =>
      finding("field-of-view-truncated", cropped(phantom(), low, high))?.message;
    expect(message([25, 0, 0], [ni, nj, nk])).toContain("the right (");
    expect(message([0, 0, 0], [75, nj, nk])).toContain("the left (");
    expect(message([0, 25, 0], [ni, nj, nk])).toContain("the anterior (");
    expect(message([0, 0, 0], [ni, 48, nk])).toContain("the posterior (");
    expect(message([0, 0, 0], [ni, nj, nk])).toBeUndefined();
  });

  it("ends that are cut are only told", () => {
    const found = finding("scan-ends-in-body", cropped(phantom(), [0, 0, 10], [100, 80, 40]));
    expect(found).toMatchObject({ severity: "info" });
    expect(found?.message).toContain("inferior end");
  });

  it("a body cut by the scan circle", () => {
    const cut = changed(phantom(), (hu, i, j) => (Math.hypot(i - 50, j - 36) > 30 ? -1024 : hu));
    expect(finding("field-of-view-truncated", cut)?.message).toContain("scan circle");
    const around = changed(phantom(), (hu, i, j) => (Math.hypot(i - 50, j - 36) > 42 ? -1024 : hu));
    expect(codes(around)).toEqual(["coarse"]);
  });

  it("a couch behind the back is told, and is no body that is cut", () => {
    // Two shells of 4 mm, 16 mm of foam between them, over the whole width.
    const couch = changed(phantom(), (hu, _i, j) =>
      j === 70 || j === 75 ? -100 : j > 70 && j < 75 ? -900 : hu,
    );
    expect(codes(couch)).toEqual(["coarse", "couch"]);
    // From the back of the body at j = 58 to the shell at j = 70: 44 mm, less at the flanks never; the median column sees more.
    expect(finding("couch", couch)?.message).toMatch(/lies [4-9]\d mm behind/);
    const turned = withGrid(couch, [4, 0, 0, -200, 0, -4, 0, 160, 0, 0, -2, 80, 0, 0, 0, 1]);
    expect(codes(turned)).not.toContain("couch");
  });
});

describe("the stack of slices", () => {
  it("an empty slice inside, a repeated one, and three that are missing", () => {
    expect(
      finding(
        "slices-empty",
        changed(pelvis, (hu, _i, _j, k) => (k === 50 ? -1000 : hu)),
      )?.message,
    ).toContain("k = 50");
    const [ni, nj] = pelvis.grid.shape;
    const values = pelvis.values.slice();
    values.copyWithin(61 * ni * nj, 60 * ni * nj, 61 * ni * nj);
    expect(finding("slices-repeated", { ...pelvis, values })?.message).toContain("k = 60");
    for (const ct of [pelvis, chest])
      expect(finding("slices-missing", withoutSlices(ct, 60, 64))?.message).toContain("k = 59");
    for (const ct of [pelvis, chest, phantom()])
      expect(codes(ct).filter((code) => code.startsWith("slices-"))).toEqual([]);
  });
});

describe("geometry", () => {
  const scaled = (si: number, sj: number, sk: number) =>
    withGrid(phantom(), [si, 0, 0, -200, 0, sj, 0, -160, 0, 0, sk, 0, 0, 0, 0, 1]);

  it("long, large, and impossible voxels", () => {
    expect(codes(scaled(1, 1, 5))).toContain("anisotropic");
    expect(codes(scaled(1, 1, 2.9))).not.toContain("anisotropic");
    expect(codes(scaled(3, 3, 3))).toContain("coarse");
    expect(codes(scaled(1, 1, 1))).not.toContain("coarse");
    expect(codes(scaled(0.004, 0.004, 0.002))).toContain("spacing-implausible");
  });

  it("gantry tilt and a turned patient are told", () => {
    // 10 degrees of shear: tan 10° = 0.1763.
    const tilted = withGrid(phantom(), [4, 0, 0, -200, 0, 4, 0.3526, -160, 0, 0, 2, 0, 0, 0, 0, 1]);
    expect(finding("sheared", tilted)?.message).toContain("10.0°");
    const [c, s] = [Math.cos(Math.PI / 12), Math.sin(Math.PI / 12)];
    const turned = withGrid(phantom(), [
      4 * c,
      -4 * s,
      0,
      -200,
      4 * s,
      4 * c,
      0,
      -160,
      0,
      0,
      2,
      0,
      0,
      0,
      0,
      1,
    ]);
    expect(finding("oblique", turned)?.message).toContain("15.0°");
    expect(codes(turned)).not.toContain("sheared");
    for (const code of ["sheared", "oblique"]) expect(codes(phantom())).not.toContain(code);
  });
});

describe("labels that do not belong to the CT", () => {
  const bare = ({ grid, labels }: LabelMap): LabelMap => ({ grid, labels, names: new Map() });
  const [ni] = pelvisLabels.grid.shape;
  const mirrored = moved(pelvisLabels, (i, j, k) => [ni - 1 - i, j, k]);

  it("TotalSegmentator's numbers are recognised, where they fit", () => {
    expect(pelvisLabels.names.get(77)).toBe("hip_left");
    expect(withAssumedLabelNames(bare(mirrored), pelvis).names.size).toBe(0);
  });

  it("left and right swapped, with names and without", () => {
    expect(finding("labels-left-right-swapped", pelvis, mirrored)).toMatchObject({ severity: "error" });
    const nameless = finding("labels-left-right-swapped", pelvis, bare(mirrored));
    expect(nameless?.severity).toBe("error");
    expect(nameless?.message).toContain("left lies to the right");
    expect(codes(pelvis, bare(mirrored))).not.toContain("labels-not-totalsegmentator");
    expect(finding("labels-left-right-swapped", pelvis, pelvisLabels)).toBeUndefined();
  });

  it("sides are found in names as people write them", () => {
    const names = new Map([
      [77, "Hip bone, Left"],
      [78, "Hip bone, Right"],
      [75, "left femur"],
      [76, "right femur"],
    ]);
    const plain = new Map([...names].map(([label, name]) => [label, name.replace(",", "")]));
    expect(finding("labels-left-right-swapped", pelvis, { ...mirrored, names: plain })?.message).toContain(
      "2 of 2",
    );
    expect(finding("labels-left-right-swapped", pelvis, { ...pelvisLabels, names: plain })).toBeUndefined();
  });

  it.each([
    ["pelvis", pelvis, pelvisLabels],
    ["chest", chest, chestLabels],
  ])("%s: labels shifted by 6 cm lie on the wrong tissue", (_, ct, labels) => {
    const shift = Math.round(60 / inspect(ct).spacingMm[1]);
    const shifted = moved(labels, (i, j, k) => [i, j - shift, k]);
    expect(finding("labels-on-wrong-tissue", ct, shifted)).toMatchObject({ severity: "error" });
    expect(finding("labels-on-wrong-tissue", ct, labels)).toBeUndefined();
  });

  it("nameless labels on the wrong tissue are perhaps another program's", () => {
    const [, , nk] = pelvisLabels.grid.shape;
    const elsewhere = moved(pelvisLabels, (i, j, k) => [i, j, (k + 12) % nk]);
    const found = codes(pelvis, bare(elsewhere));
    expect(found).toContain("labels-not-totalsegmentator");
    expect(found).not.toContain("labels-left-right-swapped");
  });

  it("another grid: the places are named", () => {
    const matrix = [...pelvisLabels.grid.lpsFromVoxel.matrix];
    matrix[3] += 12;
    const elsewhere = finding("labels-grid-differs", pelvis, withGrid(pelvisLabels, matrix));
    expect(elsewhere).toMatchObject({ severity: "error" });
    expect(elsewhere?.message).toContain(matrix[3].toFixed(2));
  });

  it("the same voxels in another order are put in order; another orientation is an error", () => {
    const m = pelvisLabels.grid.lpsFromVoxel.matrix;
    const matrix = [-m[0], m[1], m[2], m[3] + (ni - 1) * m[0], ...m.subarray(4)];
    const turned = withGrid(mirrored, matrix);
    expect(finding("labels-orientation-differs", pelvis, turned)).toMatchObject({ severity: "error" });
    const { labelMap, findings } = labelsOnGrid(turned, pelvis.grid);
    expect(findings).toMatchObject([{ code: "labels-orientation-differs", severity: "info" }]);
    expect(labelMap.labels).toEqual(pelvisLabels.labels);
    expect(codes(pelvis, labelMap)).toEqual(codes(pelvis, pelvisLabels));
  });

  it("no labels, and labels without a name", () => {
    const none = { ...pelvisLabels, labels: new Uint8Array(pelvisLabels.labels.length) };
    expect(finding("labels-empty", pelvis, none)).toMatchObject({ severity: "error" });
    expect(finding("labels-unnamed", pelvis, bare(pelvisLabels))).toMatchObject({ severity: "info" });
    expect(codes(pelvis, bare(pelvisLabels))).not.toContain("labels-not-totalsegmentator");
    expect(codes(pelvis, pelvisLabels)).not.toContain("labels-unnamed");
  });
});
