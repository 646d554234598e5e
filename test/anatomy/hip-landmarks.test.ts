import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  evaluateLandmarkRules,
  type RuledLandmarks,
} from "../../src/anatomy/landmark-rules/evaluate-landmark-rules.ts";
import { hipLandmarkRules } from "../../src/anatomy/landmark-rules/hip-landmark-rules.ts";
import { landmarkRuleSchema } from "../../src/anatomy/landmark-rules/landmark-rule.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import { readLabelMap } from "../../src/volume/read-volume.ts";
import { totalSegmentatorLabels } from "../../src/volume/totalsegmentator-labels.ts";
import { sharedCt } from "../volume/volume-fixtures.ts";

const demo = new URL("../../data/ct/pelvis_abdomen_ts_labels.nii.gz", import.meta.url);

async function labelsNamed(url: URL, names: ReadonlyMap<number, string>): Promise<LabelMap> {
  return { ...(await readLabelMap(readFileSync(url), { name: url.pathname })), names };
}

const distance = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const pairs = ["FH", "GSN", "IOF", "MOF", "SPS", "IPS", "ASIS"] as const;

describe("the fourteen landmarks of the demo pelvis", () => {
  let map: LabelMap;
  let ruled: RuledLandmarks;
  const at = (name: string): Vector3 => {
    const landmark = ruled.landmarks.find((one) => one.name === name);
    if (!landmark) throw new Error(`no landmark ${name}`);
    return landmark.lpsMm;
  };
  beforeAll(async () => {
    map = await labelsNamed(demo, totalSegmentatorLabels);
    ruled = evaluateLandmarkRules(map, hipLandmarkRules());
  });

  test("are all there, in the order of the paper", () => {
    expect(ruled.landmarks.map(({ name }) => name)).toEqual(
      pairs.flatMap((name) => [`${name}-l`, `${name}-r`]),
    );
  });

  test("are unreliable where this CT ends: it cuts the obturator rings and the lower end of the symphysis, and nothing else", () => {
    expect(new Set(ruled.findings.map(({ code }) => code))).toEqual(new Set(["landmark-at-volume-edge"]));
    expect(ruled.findings.map(({ message }) => /landmark (\S+)/.exec(message)?.[1])).toEqual([
      "IOF-l",
      "IOF-r",
      "MOF-l",
      "MOF-r",
      "IPS-l",
      "IPS-r",
    ]);
  });

  test("left and right are mirror images about the mid-sagittal plane to 8 mm", () => {
    // The plane through the mean of all points, its normal the mean direction from right to left.
    const sum = [0, 0, 0];
    const centre = [0, 0, 0];
    for (const name of pairs)
      for (const axis of [0, 1, 2]) {
        const [left, right] = [at(`${name}-l`)[axis], at(`${name}-r`)[axis]];
        sum[axis] += left - right;
        centre[axis] += (left + right) / (2 * pairs.length);
      }
    const normal = sum.map((x) => x / Math.hypot(...sum));
    for (const name of pairs) {
      const [left, right] = [at(`${name}-l`), at(`${name}-r`)];
      const off = right.reduce((total, x, axis) => total + (x - centre[axis]) * normal[axis], 0);
      const mirrored = right.map((x, axis) => x - 2 * off * normal[axis]) as unknown as Vector3;
      // 8 mm: not two and a half voxels of 3 mm, and nobody is symmetrical to better than some millimetres.
      expect(distance(left, mirrored), name).toBeLessThan(8);
      expect(left[0], name).toBeGreaterThan(right[0]);
    }
  });

  test("distances are those of an adult", () => {
    expect(distance(at("ASIS-l"), at("ASIS-r"))).toBeGreaterThan(200);
    expect(distance(at("ASIS-l"), at("ASIS-r"))).toBeLessThan(280);
    expect(distance(at("FH-l"), at("FH-r"))).toBeGreaterThan(150);
    expect(distance(at("FH-l"), at("FH-r"))).toBeLessThan(220);
  });

  test("femoral heads have a radius of 20 to 28 mm", () => {
    const rules = hipLandmarkRules()
      .filter(({ kind }) => kind === "sphere")
      .map((rule) => landmarkRuleSchema.parse({ ...rule, radiusMm: [20, 28] }));
    expect(evaluateLandmarkRules(map, rules)).toMatchObject({
      landmarks: [{ name: "FH-l" }, { name: "FH-r" }],
      findings: [],
    });
  });

  test("lie in the right order from head to foot and from front to back", () => {
    for (const side of ["l", "r"]) {
      const heights = ["ASIS", "GSN", "FH", "SPS", "IPS"].map((name) => at(`${name}-${side}`)[2]);
      expect(heights).toEqual(heights.toSorted((a, b) => b - a));
      // The symphysis is in front of the heads and between them; the notch behind them.
      expect(at(`SPS-${side}`)[1]).toBeLessThan(at(`FH-${side}`)[1] - 20);
      expect(at(`GSN-${side}`)[1]).toBeGreaterThan(at(`FH-${side}`)[1] + 15);
      expect(Math.abs(at(`SPS-${side}`)[0])).toBeLessThan(20);
      // Foramen: below the heads, between symphysis and heads, its lowest point outside and behind its innermost.
      expect(at(`IOF-${side}`)[2]).toBeLessThan(at(`FH-${side}`)[2]);
      const [x, inner, outer] = ["MOF", "IOF", "FH"].map((name) => Math.abs(at(`${name}-${side}`)[0]));
      expect(x).toBeLessThan(inner);
      expect(inner).toBeLessThan(outer);
      expect(at(`ASIS-${side}`)[1]).toBeLessThan(at(`GSN-${side}`)[1] - 60);
    }
  });
});

const broken = sharedCt("pelvis_bone_frac001_labels.nii.gz");

// Bones of a fractured pelvis, fragments labelled by hand, complete downwards, no femora; not part of the project.
describe.skipIf(!existsSync(broken))("a pelvis whose obturator rings are whole", () => {
  test("has all landmarks but the femoral heads, foramina between 25 and 60 mm from the symphysis, none unreliable", async () => {
    const fragments = [...Array(30).keys()].filter((label) => label % 10 > 0);
    const names = new Map(
      fragments.map((label) => [label, label > 20 ? "hip_right" : label > 10 ? "hip_left" : "sacrum"]),
    );
    const { landmarks, findings } = evaluateLandmarkRules(
      await labelsNamed(broken, names),
      hipLandmarkRules(),
    );
    expect(findings.map(({ code }) => code)).toEqual([
      "landmark-structure-missing",
      "landmark-structure-missing",
    ]);
    expect(landmarks).toHaveLength(12);
    const at = (name: string) => landmarks.find((one) => one.name === name)?.lpsMm ?? [0, 0, 0];
    for (const side of ["l", "r"]) {
      expect(at(`SPS-${side}`)[2] - at(`IPS-${side}`)[2]).toBeGreaterThan(10);
      expect(at(`MOF-${side}`)[2]).toBeGreaterThan(at(`IOF-${side}`)[2]);
      for (const rim of ["IOF", "MOF"]) {
        expect(distance(at(`${rim}-${side}`), at(`IPS-${side}`))).toBeGreaterThan(10);
        expect(distance(at(`${rim}-${side}`), at(`IPS-${side}`))).toBeLessThan(70);
      }
    }
    // One half is shifted by the fracture: the left/right distance is all that can be asked of the spines.
    expect(at("ASIS-l")[0] - at("ASIS-r")[0]).toBeGreaterThan(200);
  });
});
