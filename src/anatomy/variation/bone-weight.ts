import type { Anatomy } from "../anatomy.ts";
import type { Lattice } from "./lattice.ts";

/** Bone, or labelled and as dense as bone. */
const BONE_HU = 200;
/** Cells with this share of bone voxels count in full: a cortex is thin. */
const FULL_SHARE = 0.25;
const SMOOTHINGS = 2;

/** The test for a bone voxel: from 200 HU, and labelled if there are labels, which leaves the table out. */
export function boneTest({ ct, labelMap }: Anatomy): (index: number) => boolean {
  const { values } = ct;
  const labels = labelMap?.labels;
  return labels
    ? (index) => values[index] >= BONE_HU && labels[index] > 0
    : (index) => values[index] >= BONE_HU;
}

/**
 * How much each node of a lattice lies in bone, 0 to 1, smooth over three nodes.
 * @param pad voxels by which the lattice's grid begins before the CT's
 */
export function boneWeights(
  anatomy: Anatomy,
  { nodes, step }: Lattice,
  pad: readonly [number, number, number],
): Float32Array {
  const [ni, nj, nk] = anatomy.ct.grid.shape;
  const isBone = boneTest(anatomy);
  const [na, nb, nc] = nodes;
  let weights = new Float32Array(na * nb * nc);
  const nodeOf = (voxel: number, axis: number): number =>
    Math.min(nodes[axis] - 1, Math.round((voxel + pad[axis]) / step[axis]));
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      const row = (nodeOf(k, 2) * nb + nodeOf(j, 1)) * na;
      for (let i = 0; i < ni; i++) if (isBone(n++)) weights[row + nodeOf(i, 0)]++;
    }
  const full = FULL_SHARE * step[0] * step[1] * step[2];
  weights = weights.map((count) => Math.min(1, count / full));
  return smoothedOverNodes(weights, nodes, SMOOTHINGS);
}

/** Binomial smoothing 1 2 1 along each axis, so many times; the outermost nodes are repeated. */
export function smoothedOverNodes(
  values: Float32Array,
  nodes: Lattice["nodes"],
  times: number,
): Float32Array {
  const strides = [1, nodes[0], nodes[0] * nodes[1]];
  let current = values;
  for (let round = 0; round < times; round++)
    for (let axis = 0; axis < 3; axis++) {
      const source = current;
      current = source.map((value, index) => {
        const at = Math.floor(index / strides[axis]) % nodes[axis];
        const before = at > 0 ? source[index - strides[axis]] : value;
        const after = at < nodes[axis] - 1 ? source[index + strides[axis]] : value;
        return (before + 2 * value + after) / 4;
      });
    }
  return current;
}
