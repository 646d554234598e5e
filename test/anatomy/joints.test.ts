import { describe, expect, test } from "vitest";
import type { Anatomy } from "../../src/anatomy/anatomy.ts";
import { evaluateLandmarkRules } from "../../src/anatomy/landmark-rules/evaluate-landmark-rules.ts";
import { hipLandmarkRules } from "../../src/anatomy/landmark-rules/hip-landmark-rules.ts";
import { inversePoint } from "../../src/anatomy/variation/inverse-point.ts";
import { latticeMap } from "../../src/anatomy/variation/lattice.ts";
import {
  type PatientVariationInput,
  patientVariationSchema,
} from "../../src/anatomy/variation/patient-variation.ts";
import { displacementPlan, varyPatient } from "../../src/anatomy/variation/vary-patient.ts";
import { applyToPoint } from "../../src/geometry/transform.ts";
import type { Vector3 } from "../../src/geometry/vector.ts";
import { phantom } from "../label/phantom.ts";
import { demoPelvis, labelsOf } from "./demo-pelvis.ts";

const distance = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** A patient whose labels name no joint. */
const labelMap = phantom({ spacingMm: [4, 4, 4], shape: [9, 9, 9], labelAt: () => 1, names: { 1: "liver" } });
const withoutBones: Anatomy = {
  ct: { quantity: "HU", grid: labelMap.grid, values: new Int16Array(labelMap.labels.length) },
  labelMap,
  landmarks: [],
};

/** Where every eleventh voxel of a label goes. */
function movesOf(patient: Anatomy, label: number, input: PatientVariationInput): [Vector3, Vector3][] {
  const plan = displacementPlan(patient, patientVariationSchema.parse(input));
  if (!plan) throw new Error("nothing moves");
  const back = latticeMap(plan.grid, plan.lattice);
  const { grid, labels } = labelsOf(patient);
  const [ni, nj] = grid.shape;
  const places = [...labels.keys()].filter((n) => labels[n] === label).filter((_, n) => n % 11 === 0);
  return places.map((n) => {
    const at = applyToPoint(grid.lpsFromVoxel, [n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))]);
    return [at, inversePoint(back, at)];
  });
}

const meanMove = (moves: [Vector3, Vector3][]): number =>
  moves.reduce((sum, [at, to]) => sum + distance(at, to), 0) / moves.length;

describe("a femur turned in its socket", () => {
  const [FEMUR_LEFT, FEMUR_RIGHT, HIP_LEFT] = [75, 76, 77];

  const headOf = ({ landmarks }: Anatomy, side: string): Vector3 =>
    landmarks.find(({ name }) => name === `FH-${side}`)?.lpsMm ?? [0, 0, 0];

  test("keeps its shape beside the head, which stays in place, and the hip bone hardly follows", async () => {
    const patient = await demoPelvis();
    // The standard deviations of posture that made the prototype's patients.
    const input = { hips: { left: { flexionDeg: 9, abductionDeg: 7, internalRotationDeg: 13 } } };
    const centre = headOf(patient, "l");
    // Distances between places of a rigid body do not change: from the head's centre, and between neighbours 11 voxels on.
    const beside = movesOf(patient, FEMUR_LEFT, input).filter(([at]) => distance(at, centre) > 26);
    expect(beside.length).toBeGreaterThan(100);
    for (const [n, [at, to]] of beside.entries()) {
      expect(Math.abs(distance(to, centre) - distance(at, centre))).toBeLessThan(0.7);
      const [other, otherTo] = beside[(n + 40) % beside.length];
      expect(Math.abs(distance(to, otherTo) - distance(at, other))).toBeLessThan(1);
    }
    expect(meanMove(beside)).toBeGreaterThan(10);
    expect(meanMove(movesOf(patient, HIP_LEFT, input))).toBeLessThan(0.6);
    expect(meanMove(movesOf(patient, FEMUR_RIGHT, input))).toBeLessThan(0.1);
    const varied = varyPatient(patient, input);
    expect(distance(headOf(varied, "l"), centre)).toBeLessThan(0.5);
    // Its bone is all there: nothing is cut off but what leaves through the lower border.
    const rules = hipLandmarkRules().filter(({ name }) => name === "FH-l");
    const [anew] = evaluateLandmarkRules(labelsOf(varied), rules).landmarks;
    expect(distance(anew.lpsMm, centre)).toBeLessThan(1.5);
  }, 30_000);

  test("flexion brings the thigh forwards, abduction outwards, internal rotation its front inwards", async () => {
    const patient = await demoPelvis();
    for (const [side, label, outwards] of [
      ["left", FEMUR_LEFT, 1],
      ["right", FEMUR_RIGHT, -1],
    ] as const) {
      const centre = headOf(patient, side[0]);
      const lowest = (input: PatientVariationInput): Vector3 => {
        const low = movesOf(patient, label, input).filter(([at]) => at[2] < centre[2] - 24);
        expect(low.length).toBeGreaterThan(10);
        return [0, 1, 2].map(
          (axis) => low.reduce((sum, [at, to]) => sum + to[axis] - at[axis], 0) / low.length,
        ) as never;
      };
      expect(lowest({ hips: { [side]: { flexionDeg: 10 } } })[1]).toBeLessThan(-2);
      expect(outwards * lowest({ hips: { [side]: { abductionDeg: 10 } } })[0]).toBeGreaterThan(2);
      // The trochanter lies outside and behind the head: its outer part goes forwards.
      expect(lowest({ hips: { [side]: { internalRotationDeg: 10 } } })[1]).toBeLessThan(-2);
    }
  }, 60_000);

  test("needs a femur", () => {
    expect(() => varyPatient(withoutBones, { hips: { left: { flexionDeg: 5 } } })).toThrow(
      /labels femur_left and hip_left/,
    );
  });
});

describe("the spine turned on the sacrum", () => {
  const [SACRUM, L5, L4, HIP_LEFT] = [25, 27, 28, 77];

  test("vertebrae move as one rigid body, sacrum and hips hardly follow", async () => {
    const patient = await demoPelvis();
    const input = { lumbar: { flexionDeg: 8, leftBendDeg: 5, leftTurnDeg: 4 } };
    // Places of L4 and L5 together: between the two nothing bends. L5 within reach of the sacrum gives way a little.
    const moves = [...movesOf(patient, L4, input), ...movesOf(patient, L5, input)];
    expect(moves.length).toBeGreaterThan(100);
    const changes = moves.map(([at, to], n) => {
      const [other, otherTo] = moves[(n + 40) % moves.length];
      return Math.abs(distance(to, otherTo) - distance(at, other));
    });
    expect(changes.reduce((sum, mm) => sum + mm, 0) / changes.length).toBeLessThan(0.5);
    expect(meanMove(movesOf(patient, L4, input))).toBeGreaterThan(4);
    expect(meanMove(movesOf(patient, SACRUM, input))).toBeLessThan(0.6);
    expect(meanMove(movesOf(patient, HIP_LEFT, input))).toBeLessThan(0.6);
  }, 30_000);

  test("flexion brings it forwards, a bend and a turn to the left bring it to the left", async () => {
    const patient = await demoPelvis();
    const mean = (input: PatientVariationInput): Vector3 => {
      const moves = movesOf(patient, L4, input);
      return [0, 1, 2].map(
        (axis) => moves.reduce((sum, [at, to]) => sum + to[axis] - at[axis], 0) / moves.length,
      ) as never;
    };
    const turned = (rotation: object) =>
      mean({ lumbar: { flexionDeg: 0, leftBendDeg: 0, leftTurnDeg: 0, ...rotation } });
    expect(turned({ flexionDeg: 10 })[1]).toBeLessThan(-3);
    expect(turned({ leftBendDeg: 10 })[0]).toBeGreaterThan(3);
    // What lies before the centre goes to the left, what lies behind to the right: bodies less than processes far out.
    const { lumbar } = { lumbar: { leftTurnDeg: 8 } };
    const front = movesOf(patient, L4, { lumbar }).toSorted(([a], [b]) => a[1] - b[1]);
    const most = Math.floor(front.length / 4);
    const left = (moves: [Vector3, Vector3][]): number =>
      moves.reduce((sum, [at, to]) => sum + to[0] - at[0], 0) / moves.length;
    expect(left(front.slice(0, most))).toBeGreaterThan(left(front.slice(-most)) + 3);
  }, 60_000);

  test("needs a sacrum and the vertebra above it", () => {
    expect(() => varyPatient(withoutBones, { lumbar: { flexionDeg: 5 } })).toThrow(/vertebrae_L5 and sacrum/);
  });
});
