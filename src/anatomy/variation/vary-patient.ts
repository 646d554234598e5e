import { InputError } from "../../error/input-error.ts";
import { centreLps, cornersLps, type Grid, grid as checkedGrid, sameGrid } from "../../geometry/grid.ts";
import { applyToDirection, applyToPoint, compose, invert, transform } from "../../geometry/transform.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import { randomStream } from "../../random/random-stream.ts";
import { sampleKey } from "../../random/sample-key.ts";
import type { Anatomy } from "../anatomy.ts";
import { type BoneHull, boneHull, thickened } from "./body-thickness.ts";
import { boneWeights } from "./bone-weight.ts";
import { exponential } from "./exponential.ts";
import { hipRotationLattice } from "./hip-joint.ts";
import type { JointPlace } from "./joint-rotation.ts";
import { inversePoint } from "./inverse-point.ts";
import {
  chained,
  emptyLattice,
  forEachNode,
  type Lattice,
  latticeMap,
  lpsFromNode,
  smallestJacobian,
} from "./lattice.ts";
import { lumbarRotationLattice } from "./lumbosacral-joint.ts";
import {
  type PatientVariation,
  type PatientVariationInput,
  patientVariationSchema,
} from "./patient-variation.ts";
import { resampled } from "./resample.ts";
import { rowEnds } from "./row-ends.ts";
import { shapeMatrix } from "./shape-matrix.ts";
import { changedDensities } from "./tissue-density.ts";
import { randomVelocityField } from "./velocity-field.ts";

type Triple = [number, number, number];

/** Distance of nodes in mm, about, when femurs turn: hip bone and head lie a few mm apart. */
const JOINT_NODE_MM = 5;

/** Cells may shrink to this fraction of their volume; below, the deformation is refused. */
const SMALLEST_JACOBIAN = 0.05;

/**
 * Another patient made of one: CT, labels and landmarks change together.
 *
 * Hips, body thickness and deformation move the voxels (one resampling for all three), densities change their CT numbers, then scale and shear change
 * the affine and leave the voxels alone. Without any change the arrays are the ones given.
 *
 * @throws InputError `variation-invalid`, `variation-folds`, `variation-no-bone`, `variation-no-hip`, `label-grid`
 */
export function varyPatient(anatomy: Anatomy, input: PatientVariationInput): Anatomy {
  const variation = checkedVariation(input);
  const { ct, labelMap } = anatomy;
  if (labelMap && !sameGrid(ct.grid, labelMap.grid))
    throw new InputError("label-grid", "the label map and the CT do not lie on the same grid", {
      remedy: "resample the label map to the CT",
    });
  const moved = displaced(anatomy, variation);
  const { softTissueDensity, boneDensity } = variation;
  const values =
    softTissueDensity === 1 && boneDensity === 1
      ? moved.ct.values
      : changedDensities(moved.ct.values, variation);
  return reshaped({ ...moved, ct: { ...moved.ct, values } }, variation, centreLps(ct.grid));
}

function checkedVariation(input: PatientVariationInput): PatientVariation {
  const { success, data, error } = patientVariationSchema.safeParse(input);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new InputError("variation-invalid", `the patient variation is not valid: ${problems.join("; ")}`, {
    remedy: "the ranges of all parameters are in docs/patient-variation.md",
  });
}

/** Scale and shear, in the affine. */
function reshaped(anatomy: Anatomy, variation: PatientVariation, fixedLps: Vector3): Anatomy {
  const { scale, shearDeg } = variation;
  if (scale.every((value) => value === 1) && Object.values(shearDeg).every((deg) => deg === 0))
    return anatomy;
  const change = shapeMatrix(variation, fixedLps);
  const { ct, labelMap, landmarks } = anatomy;
  const onGrid = ({ shape, lpsFromVoxel }: Grid): Grid => checkedGrid(shape, compose(change, lpsFromVoxel));
  return {
    ct: { ...ct, grid: onGrid(ct.grid) },
    ...(labelMap ? { labelMap: { ...labelMap, grid: onGrid(labelMap.grid) } } : {}),
    landmarks: landmarks.map((landmark) => ({ ...landmark, lpsMm: applyToPoint(change, landmark.lpsMm) })),
  };
}

/** Thickness and deformation, by resampling. */
function displaced(anatomy: Anatomy, variation: PatientVariation): Anatomy {
  const plan = displacementPlan(anatomy, variation);
  if (!plan) return anatomy;
  const { grid, pad, lattice } = plan;
  const { ct, labelMap, landmarks } = anatomy;
  const { values, labels } = resampled(ct.values, labelMap?.labels, {
    shape: ct.grid.shape,
    newShape: grid.shape,
    pad,
    bodyAxis: bodyAxis(ct.grid),
    lattice,
  });
  const found = latticeMap(grid, lattice);
  return {
    ct: { ...ct, grid, values },
    ...(labelMap && labels ? { labelMap: { ...labelMap, grid, labels } } : {}),
    landmarks: landmarks.map((landmark) => ({ ...landmark, lpsMm: inversePoint(found, landmark.lpsMm) })),
  };
}

/** The array axis that runs most along the body. */
function bodyAxis({ lpsFromVoxel: { matrix }, shape }: Grid): 0 | 1 | 2 {
  const rises = shape.map((_, axis) => {
    const column = [0, 4, 8].map((row) => matrix[row + axis]);
    return Math.abs(column[2]) / Math.hypot(...column);
  });
  return rises.indexOf(Math.max(...rises)) as 0 | 1 | 2;
}

/**
 * The new grid and, on its lattice, where the content of a new place is found in the old patient; undefined when nothing moves.
 * Joints are turned first, then the patient is made thicker by T, then deformed by exp(v): a new place x is found by going back through
 * exp(−v), T⁻¹ and the rotations.
 */
export function displacementPlan(
  anatomy: Anatomy,
  variation: Pick<PatientVariation, "deformation" | "bodyThickness" | "hips" | "lumbar">,
): { grid: Grid; pad: Triple; lattice: Lattice } | undefined {
  const { deformation, bodyThickness } = variation;
  const deforms = deformation !== undefined && deformation.sdMm > 0;
  const joints = turnedJoints(anatomy, variation);
  if (!deforms && bodyThickness === 1 && joints.length === 0) return undefined;
  const hull = bodyThickness === 1 ? undefined : boneHull(anatomy);
  if (bodyThickness !== 1 && !hull)
    throw new InputError(
      "variation-no-bone",
      "bodyThickness scales the soft tissue outside the bones, but this CT has no voxel of bone (from 200 HU, labelled if there are labels)",
      { remedy: "leave bodyThickness at 1 for this subject" },
    );
  const unpadded = { grid: anatomy.ct.grid, pad: [0, 0, 0] as Triple };
  const { grid, pad } = hull ? roomFor(anatomy.ct, hull, bodyThickness) : unpadded;
  const empty = emptyLattice(grid, joints.length > 0 ? JOINT_NODE_MM : undefined);
  const start = deforms ? deformationLattice(anatomy, deformation, { grid, pad, empty }) : empty;
  let lattice = hull ? throughThickness(start, grid, hull, bodyThickness) : start;
  for (const joint of joints) lattice = chained(lattice, joint({ grid, pad, lattice: empty }));
  const smallest = smallestJacobian(lattice);
  if (!(smallest > SMALLEST_JACOBIAN))
    throw new InputError(
      "variation-folds",
      `this deformation folds the patient: a cell of it keeps ${smallest.toFixed(2)} of its volume`,
      {
        remedy:
          "use a smaller deformation.sdMm, a larger deformation.spacingMm or smaller angles of hips and lumbar",
      },
    );
  return { grid, pad, lattice };
}

/** The joints that are turned at all, each as what makes its lattice. */
function turnedJoints(
  anatomy: Anatomy,
  { hips, lumbar }: Pick<PatientVariation, "hips" | "lumbar">,
): ((place: JointPlace) => Lattice)[] {
  const isTurned = (rotation: object): boolean => Object.values(rotation).some((deg) => deg !== 0);
  const joints = (["left", "right"] as const).flatMap((side) => {
    const rotation = hips[side];
    return rotation && isTurned(rotation)
      ? [(place: JointPlace) => hipRotationLattice(anatomy, side, rotation, place)]
      : [];
  });
  if (lumbar && isTurned(lumbar)) joints.push((place) => lumbarRotationLattice(anatomy, lumbar, place));
  return joints;
}

/** exp(−v) on the lattice of a grid; in bone, v is blended towards its smooth part. */
function deformationLattice(
  anatomy: Anatomy,
  deformation: NonNullable<PatientVariation["deformation"]>,
  { grid, pad, empty: lattice }: { grid: Grid; pad: Triple; empty: Lattice },
): Lattice {
  const corners = cornersLps(anatomy.ct.grid);
  const bound = (pick: (...values: number[]) => number): Triple => [
    pick(...corners.map(([x]) => x)),
    pick(...corners.map(([, y]) => y)),
    pick(...corners.map(([, , z]) => z)),
  ];
  const { sdMm, spacingMm, boneStiffness, seed } = deformation;
  const field = randomVelocityField(
    { sdMm, spacingMm, low: bound(Math.min), high: bound(Math.max) },
    randomStream(sampleKey(seed, 0, "patient-deformation")),
  );
  const displacement = new Float32Array(lattice.displacement.length);
  const weights = boneWeights(anatomy, lattice, pad);
  const lpsFrom = lpsFromNode(grid, lattice);
  const nodeFrom = invert(lpsFrom);
  const [whole, smooth] = [new Float64Array(3), new Float64Array(3)];
  forEachNode(lattice, (index, a, b, c) => {
    field.at(applyToPoint(lpsFrom, [a, b, c]), whole, smooth);
    const stiff = boneStiffness * weights[index];
    const [x, y, z] = whole.map((value, axis) => (1 - stiff) * value + stiff * smooth[axis]);
    displacement.set(applyToDirection(nodeFrom, [-x, -y, -z]), 3 * index);
  });
  return exponential({ ...lattice, displacement });
}

/** Follows each node's place on through the thinning that undoes the thickening. */
function throughThickness(lattice: Lattice, grid: Grid, hull: BoneHull, factor: number): Lattice {
  const lpsFrom = lpsFromNode(grid, lattice);
  const nodeFrom = invert(lpsFrom);
  const displacement = new Float32Array(lattice.displacement.length);
  forEachNode(lattice, (index, a, b, c) => {
    const d = lattice.displacement.subarray(3 * index, 3 * index + 3);
    const place = applyToPoint(lpsFrom, [a + d[0], b + d[1], c + d[2]]);
    const [x, y, z] = applyToPoint(nodeFrom, thickened(hull, 1 / factor, place));
    displacement.set([x - a, y - b, z - c], 3 * index);
  });
  return { ...lattice, displacement };
}

const BODY_HU = -500;

/** The grid enlarged by whole voxels so that the body still fits after it has grown. */
function roomFor(
  { values, grid }: Anatomy["ct"],
  hull: BoneHull,
  factor: number,
): { grid: Grid; pad: Triple } {
  const voxelFrom = invert(grid.lpsFromVoxel);
  const low = [0, 0, 0];
  const high = grid.shape.map((n) => n - 1);
  if (factor > 1)
    for (const point of rowEnds(grid, (index) => values[index] > BODY_HU)) {
      const before = applyToPoint(voxelFrom, point);
      applyToPoint(voxelFrom, thickened(hull, factor, point)).forEach((voxel, axis) => {
        // One voxel of air more, with which the body ends; not where the volume cuts a body that stays in place.
        if (Math.abs(voxel - before[axis]) < 1e-3) return;
        low[axis] = Math.min(low[axis], Math.floor(voxel) - 1);
        high[axis] = Math.max(high[axis], Math.ceil(voxel) + 1);
      });
    }
  const pad: Triple = [0 - low[0], 0 - low[1], 0 - low[2]];
  const shape: Triple = [high[0] + pad[0] + 1, high[1] + pad[1] + 1, high[2] + pad[2] + 1];
  const shift = transform("voxel", "voxel", [1, 0, 0, low[0], 0, 1, 0, low[1], 0, 0, 1, low[2], 0, 0, 0, 1]);
  return { grid: checkedGrid(shape, compose(grid.lpsFromVoxel, shift)), pad };
}
