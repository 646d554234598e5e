import { InputError } from "../../error/input-error.ts";
import { radFromDeg, type Vector3 } from "../../geometry/vector.ts";
import type { Anatomy } from "../anatomy.ts";
import { evaluateLandmarkRules } from "../landmark-rules/evaluate-landmark-rules.ts";
import { hipLandmarkRules } from "../landmark-rules/hip-landmark-rules.ts";
import { type JointPlace, jointRotationLattice } from "./joint-rotation.ts";
import type { Lattice } from "./lattice.ts";
import type { PatientVariation } from "./patient-variation.ts";

type Side = "left" | "right";
type HipRotation = NonNullable<PatientVariation["hips"][Side]>;

/** Other bones hold what is nearer to them than this: in the joint that is the outside of the head, round as it is. */
const HELD_WITHIN_MM = 12;

const OTHER_BONES = /^(hip_|femur_|sacrum|vertebrae_)/;

/**
 * A femur turned in its socket, with the thigh around it.
 *
 * @throws InputError `variation-no-hip` when labels or the head are missing
 */
export function hipRotationLattice(
  anatomy: Anatomy,
  side: Side,
  rotation: HipRotation,
  place: JointPlace,
): Lattice {
  const centreLps = headCentre(anatomy, side);
  const { labelMap } = anatomy;
  if (!labelMap || !centreLps)
    throw new InputError(
      "variation-no-hip",
      `a rotation of the ${side} hip needs the labels femur_${side} and hip_${side} with the head of the femur in the volume`,
      { remedy: `leave hips.${side} out for this subject` },
    );
  return jointRotationLattice(
    {
      labelMap,
      turns: (name) => name === `femur_${side}`,
      stays: (name) => OTHER_BONES.test(name),
      centreLps,
      rotation: rotationVector(side, rotation),
      heldWithinMm: HELD_WITHIN_MM,
    },
    place,
  );
}

function headCentre({ labelMap }: Anatomy, side: Side): Vector3 | undefined {
  if (!labelMap) return undefined;
  const rules = hipLandmarkRules().filter(({ name }) => name === `FH-${side[0]}`);
  return evaluateLandmarkRules(labelMap, rules).landmarks[0]?.lpsMm;
}

/** Axis times angle in radians, LPS, of the thigh relative to the pelvis. */
function rotationVector(side: Side, { flexionDeg, abductionDeg, internalRotationDeg }: HipRotation): Vector3 {
  const outwards = side === "left" ? 1 : -1;
  return [
    -radFromDeg(flexionDeg),
    -outwards * radFromDeg(abductionDeg),
    -outwards * radFromDeg(internalRotationDeg),
  ];
}
