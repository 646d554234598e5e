import { InputError } from "../../error/input-error.ts";
import { applyToPoint } from "../../geometry/transform.ts";
import { radFromDeg, type Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import type { Anatomy } from "../anatomy.ts";
import { type JointPlace, jointRotationLattice, labelDistances } from "./joint-rotation.ts";
import { forEachNode, type Lattice, lpsFromNode } from "./lattice.ts";
import type { PatientVariation } from "./patient-variation.ts";

/** Endplates keep their shape; what lies between them bends. */
const HELD_WITHIN_MM = 6;
/** The centre is the middle of the places that are at most so much farther from both bones than the nearest. */
const CENTRE_MARGIN_MM = 8;

const VERTEBRA = /^vertebrae_[CTL]\d+$/;
const LOWEST_VERTEBRAE = ["vertebrae_L6", "vertebrae_L5"];
const SACRUM = /^(sacrum|vertebrae_S1)$/;
const STAYS = /^(sacrum|vertebrae_S1|hip_|femur_)/;

/**
 * The spine turned on the sacrum, with the belly around it, about the middle of the gap between the lowest lumbar vertebra and the sacrum.
 * Patients differ there by tens of degrees, and one CT knows one angle.
 *
 * @throws InputError `variation-no-lumbosacral-joint` when labels are missing
 */
export function lumbarRotationLattice(
  anatomy: Anatomy,
  { flexionDeg, leftBendDeg, leftTurnDeg }: NonNullable<PatientVariation["lumbar"]>,
  place: JointPlace,
): Lattice {
  const { labelMap } = anatomy;
  const centreLps = labelMap && gapCentre(labelMap, place);
  if (!labelMap || !centreLps)
    throw new InputError(
      "variation-no-lumbosacral-joint",
      "a rotation of the spine on the sacrum needs the labels vertebrae_L5 and sacrum",
      { remedy: "leave lumbar out for this subject" },
    );
  return jointRotationLattice(
    {
      labelMap,
      turns: (name) => VERTEBRA.test(name),
      stays: (name) => STAYS.test(name),
      centreLps,
      rotation: [flexionDeg, leftBendDeg, leftTurnDeg].map(radFromDeg) as unknown as Vector3,
      heldWithinMm: HELD_WITHIN_MM,
    },
    place,
  );
}

/** The mean of the nodes that lie nearest to the lowest vertebra and the sacrum at once. */
function gapCentre(labelMap: LabelMap, place: JointPlace): Vector3 | undefined {
  const names = new Set(labelMap.names.values());
  const lowest = LOWEST_VERTEBRAE.find((name) => names.has(name));
  const [isLowest, isSacrum] = [new Uint8Array(65536), new Uint8Array(65536)];
  for (const [label, name] of labelMap.names) {
    if (name === lowest) isLowest[label] = 1;
    if (SACRUM.test(name)) isSacrum[label] = 1;
  }
  const toLowest = labelDistances(labelMap, isLowest, place);
  const toSacrum = labelDistances(labelMap, isSacrum, place);
  const farther = toLowest.map((mm, index) => Math.max(mm, toSacrum[index]));
  const least = farther.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(least)) return undefined;
  const lpsFrom = lpsFromNode(place.grid, place.lattice);
  const sum = [0, 0, 0];
  let count = 0;
  forEachNode(place.lattice, (index, a, b, c) => {
    if (farther[index] > least + CENTRE_MARGIN_MM) return;
    applyToPoint(lpsFrom, [a, b, c]).forEach((mm, axis) => {
      sum[axis] += mm;
    });
    count++;
  });
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}
