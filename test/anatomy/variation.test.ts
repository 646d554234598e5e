import { describe, expect, test } from "vitest";
import type { Anatomy } from "../../src/anatomy/anatomy.ts";
import { evaluateLandmarkRules } from "../../src/anatomy/landmark-rules/evaluate-landmark-rules.ts";
import { hipLandmarkRules } from "../../src/anatomy/landmark-rules/hip-landmark-rules.ts";
import { exponential } from "../../src/anatomy/variation/exponential.ts";
import {
  displacementAt,
  emptyLattice,
  forEachNode,
  smallestJacobian,
} from "../../src/anatomy/variation/lattice.ts";
import {
  type PatientVariationInput,
  patientVariationSchema,
} from "../../src/anatomy/variation/patient-variation.ts";
import { changedHounsfield } from "../../src/anatomy/variation/tissue-density.ts";
import { displacementPlan, varyPatient } from "../../src/anatomy/variation/vary-patient.ts";
import { randomVelocityField } from "../../src/anatomy/variation/velocity-field.ts";
import { InputError } from "../../src/error/input-error.ts";
import { spacingMm, voxelVolumeMm3 } from "../../src/geometry/grid.ts";
import { applyToPoint, determinant, invert } from "../../src/geometry/transform.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { randomStream } from "../../src/random/random-stream.ts";
import { sampleKey } from "../../src/random/sample-key.ts";
import { labelCentroidLps } from "../../src/volume/label-centroid.ts";
import { phantom } from "../label/phantom.ts";
import { demoPelvis, labelsOf } from "./demo-pelvis.ts";

const distance = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const BEADS: readonly Vector3[] = [
  [12, -8, 20],
  [-72, 10, -30],
  [30, 60, 0],
];
const BODY_MM = 90;
const BONE_MM = 45;

/** A round body with a bony ring, and beads of 100 HU: one among bones, two in the soft tissue outside. */
function body(spacing: Vector3 = [2.5, 3, 3.5], shape: Vector3 = [89, 75, 51]): Anatomy {
  const labelMap = phantom({
    spacingMm: spacing,
    shape,
    labelAt: (lps) => {
      const bead = BEADS.findIndex((centre) => distance(lps, centre) < 6);
      if (bead >= 0) return 10 + bead;
      const radius = Math.hypot(lps[0], lps[1]);
      return radius < BONE_MM && radius > BONE_MM - 8 && Math.abs(lps[2]) < 60 ? (lps[0] > 0 ? 1 : 2) : 0;
    },
    names: { 1: "bone_left", 2: "bone_right", 10: "bead_0", 11: "bead_1", 12: "bead_2" },
  });
  const { grid, labels } = labelMap;
  const values = new Int16Array(labels.length).fill(-1000);
  const [ni, nj] = grid.shape;
  for (let n = 0; n < values.length; n++) {
    const [x, y] = applyToPoint(grid.lpsFromVoxel, [n % ni, Math.floor(n / ni) % nj, 0]);
    if (labels[n] >= 10) values[n] = 100;
    else if (labels[n] > 0) values[n] = 800;
    else if (Math.hypot(x, y) < BODY_MM) values[n] = 0;
  }
  return {
    ct: { quantity: "HU", grid, values },
    labelMap,
    landmarks: BEADS.map((lpsMm, n) => ({ name: `bead_${n}`, lpsMm })),
  };
}

function volumeMm3(anatomy: Anatomy, label: number): number {
  const { grid, labels } = labelsOf(anatomy);
  let count = 0;
  for (const value of labels) count += Number(value === label);
  return count * voxelVolumeMm3(grid);
}

/** Centre of mass of what is brighter than soft tissue around a place. */
function brightCentre({ ct }: Anatomy, near: Vector3): Vector3 {
  const [ni, nj] = ct.grid.shape;
  const sum = [0, 0, 0, 0];
  for (let n = 0; n < ct.values.length; n++) {
    if (!(ct.values[n] > 0 && ct.values[n] < 200)) continue;
    const place = applyToPoint(ct.grid.lpsFromVoxel, [
      n % ni,
      Math.floor(n / ni) % nj,
      Math.floor(n / (ni * nj)),
    ]);
    if (distance(place, near) > 12) continue;
    place.forEach((x, axis) => (sum[axis] += ct.values[n] * x));
    sum[3] += ct.values[n];
  }
  return [sum[0] / sum[3], sum[1] / sum[3], sum[2] / sum[3]];
}

const variations: Record<string, PatientVariationInput> = {
  scale: { scale: [1.15, 0.9, 1.05] },
  shear: { shearDeg: { xByY: -12, xByZ: 30, yByZ: -20 } },
  deformation: { deformation: { sdMm: 5, seed: 3 } },
  "more soft tissue": { bodyThickness: 1.6 },
  "less soft tissue": { bodyThickness: 0.6 },
  "all at once": {
    scale: [0.9, 1.1, 1],
    shearDeg: { xByZ: 10 },
    deformation: { sdMm: 4, spacingMm: 80, seed: 11 },
    bodyThickness: 1.3,
    softTissueDensity: 1.02,
    boneDensity: 0.6,
  },
};

describe("any variation", () => {
  test("that changes nothing gives back the arrays themselves", () => {
    const patient = body();
    const same = varyPatient(patient, {});
    expect(same.ct.values).toBe(patient.ct.values);
    expect(same.labelMap?.labels).toBe(patient.labelMap?.labels);
    expect(same.ct.grid).toBe(patient.ct.grid);
    expect(same.landmarks).toBe(patient.landmarks);
  });

  test.each(Object.entries(variations))(
    "keeps beads, their labels and their landmarks together: %s",
    (_, input) => {
      const patient = varyPatient(body(), input);
      // Half a voxel, as asked. A ball's centre of mass is its middle's image where the map is linear over the ball; body thickness has
      // a crease at each corner of the bones' hull, and one of these balls lies across such a crease.
      // The CT's bead is found by what exceeds 0 HU, a level that density changes move.
      const isBrightnessKept = input.softTissueDensity === undefined;
      const half = Math.min(...spacingMm(patient.ct.grid)) / 2;
      for (const [n, { lpsMm }] of patient.landmarks.entries()) {
        const label = labelCentroidLps(labelsOf(patient), 10 + n) ?? [0, 0, 0];
        expect(distance(label, lpsMm)).toBeLessThan(half);
        if (isBrightnessKept) expect(distance(brightCentre(patient, lpsMm), lpsMm)).toBeLessThan(half);
      }
    },
  );

  test.each(Object.entries(variations))("leaves left on the left: %s", (_, input) => {
    const patient = varyPatient(body(), input);
    const [left, right] = [1, 2].map((label) => labelCentroidLps(labelsOf(patient), label) ?? [0, 0, 0]);
    expect(left[0]).toBeGreaterThan(right[0] + 30);
    expect(determinant(patient.ct.grid.lpsFromVoxel)).toBeGreaterThan(0);
  });

  test("outside the ranges is refused with the name of the parameter", () => {
    expect(() => varyPatient(body(), { scale: [1, 3, 1], bodyThickness: 0 })).toThrow(InputError);
    expect(() => varyPatient(body(), { scale: [1, 3, 1], bodyThickness: 0 })).toThrow(
      /scale\.1: .*bodyThickness: /,
    );
  });

  test("is the same again for the same numbers, and another for another seed", () => {
    const input = variations["all at once"];
    const [one, two] = [varyPatient(body(), input), varyPatient(body(), input)];
    expect(two.ct.values).toEqual(one.ct.values);
    expect(two.labelMap?.labels).toEqual(one.labelMap?.labels);
    expect(two.landmarks).toEqual(one.landmarks);
    const other = varyPatient(body(), { ...input, deformation: { sdMm: 4, spacingMm: 80, seed: 12 } });
    expect(other.landmarks).not.toEqual(one.landmarks);
  });

  test("does not depend on how the voxels are stored: float and whole numbers agree to the rounding", () => {
    const patient = body();
    const input = variations["all at once"];
    const whole = varyPatient(patient, input).ct.values;
    const float = varyPatient(
      { ...patient, ct: { ...patient.ct, values: Float32Array.from(patient.ct.values) } },
      input,
    ).ct.values;
    expect(whole).toBeInstanceOf(Int16Array);
    // Rounded after resampling and after the density change, whose slope is at most 1.02: 0.5 · 1.02 + 0.5.
    whole.forEach((value: number, n: number) => {
      if (!(Math.abs(value - float[n]) <= 1.02)) expect([n, value]).toEqual([n, float[n]]);
    });
  });
});

describe("scale and shear", () => {
  test("live in the affine: no voxel is resampled, volumes change by the product of the scales", () => {
    const patient = body();
    const input = {
      scale: [1.2, 0.8, 1.1] as [number, number, number],
      shearDeg: { xByY: 20, xByZ: -15, yByZ: 30 },
    };
    const varied = varyPatient(patient, input);
    expect(varied.ct.values).toBe(patient.ct.values);
    expect(varied.labelMap?.labels).toBe(patient.labelMap?.labels);
    expect(volumeMm3(varied, 1) / volumeMm3(patient, 1)).toBeCloseTo(1.2 * 0.8 * 1.1, 12);
  });

  test("a shear of 30° moves a place by tan 30° of its height above the middle", () => {
    const { landmarks } = varyPatient(body(), { shearDeg: { xByZ: 30 } });
    // The phantom's middle is the origin.
    const [x, y, z] = BEADS[0];
    expect(distance(landmarks[0].lpsMm, [x + Math.tan(Math.PI / 6) * z, y, z])).toBeLessThan(1e-9);
  });
});

describe("deformation", () => {
  test("has the standard deviation that was asked for", () => {
    let [sum, squares, count] = [0, 0, 0];
    const [field, smooth] = [new Float64Array(3), new Float64Array(3)];
    for (let seed = 0; seed < 20; seed++) {
      const random = randomVelocityField(
        { sdMm: 3, spacingMm: 50, low: [0, 0, 0], high: [300, 300, 300] },
        randomStream(sampleKey(seed, 0, "test")),
      );
      for (let x = 10; x < 300; x += 31)
        for (let y = 10; y < 300; y += 31)
          for (let z = 10; z < 300; z += 31) {
            random.at([x, y, z], field, smooth);
            for (const value of field) {
              sum += value;
              squares += value * value;
              count++;
            }
          }
    }
    // 20 · 3 · 10³ coefficients or so, about 1000 independent values per seed: the SD of an SD is 3 / √(2 · 20000) = 0.015; the
    // normal cut at 2.5 loses 4.6 % of it.
    expect(Math.sqrt(squares / count)).toBeGreaterThan(2.8);
    expect(Math.sqrt(squares / count)).toBeLessThan(3.05);
    expect(Math.abs(sum / count)).toBeLessThan(0.1);
  });

  test("never folds: the volume of every cell stays positive, whatever the seed", () => {
    const patient = body([8, 8, 8], [28, 28, 24]);
    for (let seed = 0; seed < 40; seed++) {
      const variation = patientVariationSchema.parse({ deformation: { sdMm: 6, spacingMm: 70, seed } });
      expect(
        smallestJacobian(displacementPlan(patient, variation)?.lattice ?? emptyLattice(patient.ct.grid)),
      ).toBeGreaterThan(0.2);
    }
  });

  test("one that would crush cells to nothing is refused", () => {
    expect(() => varyPatient(body(), { deformation: { sdMm: 20, spacingMm: 20, seed: 1 } })).toThrow(
      /folds the patient/,
    );
  });

  test("forwards and backwards it is undone: exp(v) after exp(−v) is the identity to 0.1 node", () => {
    const lattice = emptyLattice(body([6, 6, 6]).ct.grid);
    const wave = (a: number, b: number, c: number): Vector3 => [
      0.8 * Math.sin(b / 3 + 1),
      0.8 * Math.cos(c / 3),
      0.8 * Math.sin(a / 4),
    ];
    const of = (sign: number) => {
      const displacement = new Float32Array(lattice.displacement.length);
      forEachNode(lattice, (n, a, b, c) =>
        displacement.set(
          wave(a, b, c).map((x) => sign * x),
          3 * n,
        ),
      );
      return exponential({ ...lattice, displacement });
    };
    const [forward, back] = [of(1), of(-1)];
    const [one, two] = [new Float64Array(3), new Float64Array(3)];
    let worst = 0;
    forEachNode(lattice, (_, a, b, c) => {
      // Away from the border, where the field would have to be known outside.
      if ([a, b, c].some((at, axis) => at < 3 || at > lattice.nodes[axis] - 4)) return;
      displacementAt(back, [a, b, c], one);
      displacementAt(forward, [a + one[0], b + one[1], c + one[2]], two);
      worst = Math.max(worst, Math.hypot(one[0] + two[0], one[1] + two[1], one[2] + two[2]));
    });
    // Linear interpolation of a wave of amplitude 0.8 and wavelength 6π nodes errs by 0.8 (1/3)² / 8 = 0.011 a squaring.
    expect(worst).toBeLessThan(0.1);
  });

  test("bends bones less the stiffer they are", () => {
    const patient = body([4, 4, 4]);
    const strain = (boneStiffness: number): number => {
      const variation = patientVariationSchema.parse({
        deformation: { sdMm: 5, spacingMm: 60, seed: 5, boneStiffness },
      });
      const { lattice } = displacementPlan(patient, variation) ?? { lattice: emptyLattice(patient.ct.grid) };
      // Relative change of length of chords of 30 mm between places in bone.
      const { matrix } = invert(patient.ct.grid.lpsFromVoxel);
      const moved = new Float64Array(3);
      const at = (angle: number, z: number): Vector3 => {
        const lps: Vector3 = [41 * Math.cos(angle), 41 * Math.sin(angle), z];
        const voxel = applyToPoint({ to: "voxel", from: "lps", matrix }, lps);
        displacementAt(
          lattice,
          [voxel[0] / lattice.step[0], voxel[1] / lattice.step[1], voxel[2] / lattice.step[2]],
          moved,
        );
        return [
          lps[0] + 4 * lattice.step[0] * moved[0],
          lps[1] + 4 * lattice.step[1] * moved[1],
          lps[2] + 4 * lattice.step[2] * moved[2],
        ];
      };
      let sum = 0;
      let count = 0;
      for (let angle = 0; angle < 6.2; angle += 0.2)
        for (let z = -45; z <= 15; z += 10) {
          sum += (distance(at(angle, z), at(angle, z + 30)) / 30 - 1) ** 2;
          count++;
        }
      return Math.sqrt(sum / count);
    };
    expect(strain(1)).toBeLessThan(0.6 * strain(0));
    expect(strain(0.5)).toBeLessThan(strain(0));
  });
});

describe("body thickness", () => {
  const widthMm = ({ ct }: Anatomy): number => {
    const [ni, nj, nk] = ct.grid.shape;
    // Along x through the phantom's axis; LPS y = 0.
    const j = Math.round(applyToPoint(invert(ct.grid.lpsFromVoxel), [0, 0, 0])[1]);
    const row = (Math.floor(nk / 2) * nj + j) * ni;
    let width = 0;
    for (let i = 0; i < ni; i++) width += Math.min(1, Math.max(0, (ct.values[row + i] + 1000) / 1000));
    return width * spacingMm(ct.grid)[0];
  };

  test.each([0.6, 1.3, 1.6])(
    "times %f: the layer outside the bones changes by that factor, bones keep their volume",
    (factor) => {
      const patient = body();
      const varied = varyPatient(patient, { bodyThickness: factor });
      // The hull of the bones lies 6 mm outside of them.
      const hull = BONE_MM + 6;
      expect(Math.abs(widthMm(varied) - 2 * (hull + factor * (BODY_MM - hull)))).toBeLessThan(5);
      for (const label of [1, 2])
        expect(volumeMm3(varied, label) / volumeMm3(patient, label)).toBeCloseTo(1, 2);
      // It has room: the border of the volume is air.
      const { ct } = varied;
      for (let k = 0; k < ct.grid.shape[2]; k++)
        expect(ct.values[(k * ct.grid.shape[1] + (ct.grid.shape[1] >> 1)) * ct.grid.shape[0]]).toBe(-1000);
    },
  );

  test("needs bones to tell what lies outside of them", () => {
    const patient = body();
    const soft = {
      ...patient,
      ct: { ...patient.ct, values: patient.ct.values.map((hu) => Math.min(hu, 50)) },
    };
    expect(() => varyPatient(soft, { bodyThickness: 1.2 })).toThrow(/no voxel of bone/);
  });
});

describe("densities", () => {
  const factors = [
    { softTissueDensity: 0.9, boneDensity: 0.45 },
    { softTissueDensity: 1.1, boneDensity: 1.7 },
    { softTissueDensity: 1, boneDensity: 2 },
  ];

  test.each(factors)(
    "the CT number after the change rises with the one before, without steps: %o",
    (factor) => {
      let before = changedHounsfield(factor, -1100);
      for (let hu = -1099.5; hu < 3200; hu += 0.5) {
        const now = changedHounsfield(factor, hu);
        expect(now).toBeGreaterThanOrEqual(before);
        // The steepest piece leads from the densest bone to metal: (3000 − 0.45·2100) / 800 < 3 HU per HU.
        expect(now - before).toBeLessThan(1.5);
        before = now;
      }
    },
  );

  test.each(factors)(
    "air and metal stay what they are, soft tissue and bone take their factor: %o",
    (factor) => {
      for (const hu of [-1024, -1000, 3000, 3071]) expect(changedHounsfield(factor, hu)).toBe(hu);
      expect(changedHounsfield(factor, 0)).toBeCloseTo(1000 * (factor.softTissueDensity - 1), 9);
      expect(changedHounsfield(factor, -850)).toBeCloseTo(150 * factor.softTissueDensity - 1000, 9);
      const excess = changedHounsfield(factor, 700) - changedHounsfield(factor, 100);
      expect(excess).toBeCloseTo(600 * factor.boneDensity, 9);
      expect(changedHounsfield(factor, 2000)).toBeLessThanOrEqual(2200);
    },
  );

  test("change no label and no landmark", () => {
    const patient = body();
    const varied = varyPatient(patient, { softTissueDensity: 0.95, boneDensity: 1.4 });
    expect(varied.labelMap).toBe(patient.labelMap);
    expect(varied.landmarks).toBe(patient.landmarks);
  });
});

test("landmarks found anew in a varied pelvis are those that moved with it", async () => {
  const patient = await demoPelvis();
  for (const input of [
    { deformation: { sdMm: 4, seed: 1 } },
    { bodyThickness: 1.4, scale: [1.05, 0.95, 1] as [number, number, number] },
  ]) {
    const varied = varyPatient(patient, input);
    const anew = evaluateLandmarkRules(labelsOf(varied), hipLandmarkRules()).landmarks;
    for (const { name, lpsMm } of anew) {
      // Only those that this CT does not cut off. The head's centre is a fit; the rest are places of a surface that is known to half a
      // voxel of 3 mm, and extreme in a direction that the deformation turns a little.
      if (/IOF|MOF|IPS/.test(name)) continue;
      const moved = varied.landmarks.find((one) => one.name === name)?.lpsMm ?? [0, 0, 0];
      expect(distance(moved, lpsMm), name).toBeLessThan(name.startsWith("FH") ? 1.5 : 9);
    }
  }
});
