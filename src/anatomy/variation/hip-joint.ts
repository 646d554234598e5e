import { InputError } from "../../error/input-error.ts";
import type { Grid } from "../../geometry/grid.ts";
import { applyToDirection, applyToPoint, invert } from "../../geometry/transform.ts";
import { cross, radFromDeg, subtract, type Vector3 } from "../../geometry/vector.ts";
import type { Anatomy } from "../anatomy.ts";
import { evaluateLandmarkRules } from "../landmark-rules/evaluate-landmark-rules.ts";
import { hipLandmarkRules } from "../landmark-rules/hip-landmark-rules.ts";
import { smoothedOverNodes } from "./bone-weight.ts";
import { exponential } from "./exponential.ts";
import { forEachNode, type Lattice, lpsFromNode } from "./lattice.ts";
import { nodeDistances } from "./node-distances.ts";
import type { PatientVariation } from "./patient-variation.ts";

type Side = "left" | "right";
type HipRotation = NonNullable<PatientVariation["hips"][Side]>;

/** Share of the way from the other bones to the femur at which tissue begins to follow it, and from which it follows wholly. */
const FOLLOWS_FROM = 0.05;
const FOLLOWS_WHOLLY_FROM = 0.55;
/** Other bones hold what is nearer to them than this: in the joint that is the outside of the head, round as it is. */
const HELD_WITHIN_MM = 12;
/** Tissue this far from the femur begins to lag, and stays where it is. */
const LAGS_FROM_MM = 70;
const STAYS_FROM_MM = 160;

/** A joint narrower than two nodes would be torn. */
const SMOOTHINGS = 3;

const OTHER_BONES = /^(hip_|femur_|sacrum|vertebrae_)/;

/**
 * A femur turned in its socket, with the thigh around it: backwards, i.e. where the content of a place is found before.
 *
 * The rotation ω about the head's centre c becomes the velocity w(x) ω × (x − c), w = 1 in the femur and what is nearer to it than to
 * other bones, 0 at these; its flow is the rotation itself where w is 1, never folds, and slides along spheres about c in the joint.
 *
 * @throws InputError `variation-no-hip` when labels or the head are missing
 */
export function hipRotationLattice(
  anatomy: Anatomy,
  side: Side,
  rotation: HipRotation,
  { grid, pad, lattice }: { grid: Grid; pad: Vector3; lattice: Lattice },
): Lattice {
  const centre = headCentre(anatomy, side);
  const { labelMap } = anatomy;
  if (!labelMap || !centre)
    throw new InputError(
      "variation-no-hip",
      `a rotation of the ${side} hip needs the labels femur_${side} and hip_${side} with the head of the femur in the volume`,
      { remedy: `leave hips.${side} out for this subject` },
    );
  const [isFemur, isOther] = [new Uint8Array(65536), new Uint8Array(65536)];
  for (const [label, name] of labelMap.names) {
    if (name === `femur_${side}`) isFemur[label] = 1;
    else if (OTHER_BONES.test(name)) isOther[label] = 1;
  }
  const [ni, nj, nk] = labelMap.grid.shape;
  const distances = (wanted: Uint8Array): Float32Array =>
    nodeDistances(grid, lattice, (i, j, k) => {
      const [x, y, z] = [i - pad[0], j - pad[1], k - pad[2]];
      if (x < 0 || y < 0 || z < 0 || x >= ni || y >= nj || z >= nk) return false;
      return wanted[labelMap.labels[(z * nj + y) * ni + x]] === 1;
    });
  const [toFemur, toOther] = [distances(isFemur), distances(isOther)];
  const omega = rotationVector(side, rotation);
  const lpsFrom = lpsFromNode(grid, lattice);
  const nodeFrom = invert(lpsFrom);
  const displacement = new Float32Array(lattice.displacement.length);
  const weights = smoothedOverNodes(
    toFemur.map((near, index) => {
      const far = toOther[index];
      const share = near === 0 ? 1 : far / (near + far);
      return (
        smoothStep(share, FOLLOWS_FROM, FOLLOWS_WHOLLY_FROM) *
        smoothStep(far, 0, HELD_WITHIN_MM) *
        (1 - smoothStep(near, LAGS_FROM_MM, STAYS_FROM_MM))
      );
    }),
    lattice.nodes,
    SMOOTHINGS,
  );
  forEachNode(lattice, (index, a, b, c) => {
    const weight = weights[index];
    if (weight === 0) return;
    const [x, y, z] = cross(omega, subtract(applyToPoint(lpsFrom, [a, b, c]), centre));
    displacement.set(applyToDirection(nodeFrom, [-weight * x, -weight * y, -weight * z]), 3 * index);
  });
  return exponential({ ...lattice, displacement });
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

function smoothStep(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
