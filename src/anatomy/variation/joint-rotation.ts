import type { Grid } from "../../geometry/grid.ts";
import { applyToDirection, applyToPoint, invert } from "../../geometry/transform.ts";
import { cross, subtract, type Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import { smoothedOverNodes } from "./bone-weight.ts";
import { exponential } from "./exponential.ts";
import { forEachNode, type Lattice, lpsFromNode } from "./lattice.ts";
import { nodeDistances } from "./node-distances.ts";

/** Where a joint is varied: the new grid, the voxels it is larger by at its low ends, and the lattice of places. */
export interface JointPlace {
  readonly grid: Grid;
  readonly pad: Vector3;
  readonly lattice: Lattice;
}

export interface JointRotation {
  readonly labelMap: LabelMap;
  /** By the label's name: the bones that turn, and those that stay. */
  readonly turns: (name: string) => boolean;
  readonly stays: (name: string) => boolean;
  readonly centreLps: Vector3;
  /** Axis times angle in radians, LPS. */
  readonly rotation: Vector3;
  /** Bones that stay hold what is nearer to them than this. */
  readonly heldWithinMm: number;
}

/** Share of the way from the bones that stay to those that turn at which tissue begins to follow, and from which it follows wholly. */
const FOLLOWS_FROM = 0.05;
const FOLLOWS_WHOLLY_FROM = 0.55;
/** Tissue this far from the turning bone begins to lag, and stays where it is. */
const LAGS_FROM_MM = 70;
const STAYS_FROM_MM = 160;

/** A joint narrower than two nodes would be torn. */
const SMOOTHINGS = 3;

/**
 * Bones turned about a point, with the tissue around them: backwards, i.e. where the content of a place is found before.
 *
 * The rotation ω about c becomes the velocity w(x) ω × (x − c), w = 1 in the turning bones and what is nearer to them than to those that
 * stay, 0 at these; its flow is the rotation itself where w is 1, never folds, and slides along spheres about c in the joint.
 */
export function jointRotationLattice(joint: JointRotation, { grid, pad, lattice }: JointPlace): Lattice {
  const { labelMap, centreLps, rotation, heldWithinMm } = joint;
  const [isTurning, isStaying] = [new Uint8Array(65536), new Uint8Array(65536)];
  for (const [label, name] of labelMap.names) {
    if (joint.turns(name)) isTurning[label] = 1;
    else if (joint.stays(name)) isStaying[label] = 1;
  }
  const [toTurning, toStaying] = [isTurning, isStaying].map((wanted) =>
    labelDistances(labelMap, wanted, { grid, pad, lattice }),
  );
  const lpsFrom = lpsFromNode(grid, lattice);
  const nodeFrom = invert(lpsFrom);
  const displacement = new Float32Array(lattice.displacement.length);
  const weights = smoothedOverNodes(
    toTurning.map((near, index) => {
      const far = toStaying[index];
      const share = near === 0 ? 1 : far / (near + far);
      return (
        smoothStep(share, FOLLOWS_FROM, FOLLOWS_WHOLLY_FROM) *
        smoothStep(far, 0, heldWithinMm) *
        (1 - smoothStep(near, LAGS_FROM_MM, STAYS_FROM_MM))
      );
    }),
    lattice.nodes,
    SMOOTHINGS,
  );
  forEachNode(lattice, (index, a, b, c) => {
    const weight = weights[index];
    if (weight === 0) return;
    const [x, y, z] = cross(rotation, subtract(applyToPoint(lpsFrom, [a, b, c]), centreLps));
    displacement.set(applyToDirection(nodeFrom, [-weight * x, -weight * y, -weight * z]), 3 * index);
  });
  return exponential({ ...lattice, displacement });
}

/** Distance in mm of every node to the labels that are wanted. */
export function labelDistances(
  labelMap: LabelMap,
  wanted: Uint8Array,
  { grid, pad, lattice }: JointPlace,
): Float32Array {
  const [ni, nj, nk] = labelMap.grid.shape;
  return nodeDistances(grid, lattice, (i, j, k) => {
    const [x, y, z] = [i - pad[0], j - pad[1], k - pad[2]];
    if (x < 0 || y < 0 || z < 0 || x >= ni || y >= nj || z >= nk) return false;
    return wanted[labelMap.labels[(z * nj + y) * ni + x]] === 1;
  });
}

function smoothStep(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
