import { spacingMm } from "../geometry/grid.ts";
import { applyToPoint } from "../geometry/transform.ts";
import type { LabelMap } from "../volume/label-map.ts";
import { labelsNamed, namedStructureSet } from "./named-structures.ts";
import type { HalfSpace, StructureSet } from "./structure.ts";
import { labelBoxes, structureVoxels } from "./structure-voxels.ts";

/**
 * The six classes of hip imaging in the order of their class values, with the precedence
 * femur > hemipelvis (of two, the one nearer to the source) > vertebrae > upper sacrum (Gao et al. 2023).
 * Two femurs on one ray are told apart as two hemipelves are.
 */
export function hipStructures(labelMap: LabelMap): StructureSet {
  const within = aboveSacroiliacJoint(labelMap);
  return namedStructureSet(labelMap, {
    id: "hip",
    structures: [
      { name: "hip_left", labelNames: /^hip_left$/ },
      { name: "hip_right", labelNames: /^hip_right$/ },
      { name: "vertebrae", labelNames: LUMBAR },
      { name: "upper_sacrum", labelNames: SACRUM, ...(within ? { within } : {}) },
      { name: "femur_left", labelNames: /^femur_left$/ },
      { name: "femur_right", labelNames: /^femur_right$/ },
    ],
    precedence: [
      { nearest: ["femur_left", "femur_right"] },
      { nearest: ["hip_left", "hip_right"] },
      "vertebrae",
      "upper_sacrum",
    ],
  });
}

const LUMBAR = /^vertebrae_L\d$/;
const SACRUM = /^(sacrum|vertebrae_S1)$/;
const HIPS = /^hip_(left|right)$/;

const CONTACT_MM = 4.5;
const CONTACT_PERCENTILE = 0.03;

/**
 * The part of the body above the lower end of the sacro-iliac joint: above the 3rd percentile of the height (LPS z)
 * of those sacrum voxels that lie within 4.5 mm of a hip bone. Undefined when sacrum and hip do not meet.
 */
export function aboveSacroiliacJoint(labelMap: LabelMap): HalfSpace | undefined {
  const boxes = labelBoxes(labelMap);
  const sacrum = structureVoxels(labelMap, { name: "", labels: labelsNamed(labelMap, SACRUM) }, boxes);
  const hips = structureVoxels(labelMap, { name: "", labels: labelsNamed(labelMap, HIPS) }, boxes);
  if (!sacrum.box || !hips.box) return undefined;
  const steps = offsetsWithin(labelMap, CONTACT_MM);
  const reach = Math.max(...steps.flat());
  const { start, end } = sacrum.box;
  const touched = new Set<number>();
  const touch = (i: number, j: number, k: number): void => {
    for (const [di, dj, dk] of steps)
      if (sacrum.at(i + di, j + dj, k + dk) === 1)
        touched.add(((k + dk) * labelMap.grid.shape[1] + j + dj) * labelMap.grid.shape[0] + i + di);
  };
  // The hip voxel next to a sacrum voxel is always one on the hip's surface.
  for (let k = start[2] - reach; k < end[2] + reach; k++)
    for (let j = start[1] - reach; j < end[1] + reach; j++)
      for (let i = start[0] - reach; i < end[0] + reach; i++)
        if (hips.at(i, j, k) === 1 && FACES.some(([di, dj, dk]) => hips.at(i + di, j + dj, k + dk) === 0))
          touch(i, j, k);
  if (touched.size === 0) return undefined;
  const [ni, nj] = labelMap.grid.shape;
  const heights = Float64Array.from(touched, (index) => {
    const [i, j, k] = [index % ni, Math.floor(index / ni) % nj, Math.floor(index / (ni * nj))];
    return applyToPoint(labelMap.grid.lpsFromVoxel, [i, j, k])[2];
  }).toSorted();
  const height = heights[Math.floor(CONTACT_PERCENTILE * (heights.length - 1))];
  return { pointLps: [0, 0, height], normal: [0, 0, 1] };
}

const FACES = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
  [0, 0, 1],
  [0, 0, -1],
] as const;

/** Steps in voxels that are no longer than `reachMm`. */
function offsetsWithin(labelMap: LabelMap, reachMm: number): [number, number, number][] {
  const m = labelMap.grid.lpsFromVoxel.matrix;
  const [reachI, reachJ, reachK] = spacingMm(labelMap.grid).map((mm) => Math.ceil((2 * reachMm) / mm));
  const offsets: [number, number, number][] = [];
  for (let k = -reachK; k <= reachK; k++)
    for (let j = -reachJ; j <= reachJ; j++)
      for (let i = -reachI; i <= reachI; i++) {
        const step = [0, 4, 8].map((row) => m[row] * i + m[row + 1] * j + m[row + 2] * k);
        if (Math.hypot(...step) <= reachMm) offsets.push([i, j, k]);
      }
  return offsets;
}
