import type { LabelMap } from "../volume/label-map.ts";
import { dot } from "../geometry/vector.ts";
import type { Structure } from "./structure.ts";
import { unionBox, type VoxelBox } from "./voxel-box.ts";

/** Which voxels of a label map belong to a structure. */
export interface StructureVoxels {
  /** 1 where voxel (i, j, k) belongs to the structure, 0 elsewhere and outside the volume. */
  at(i: number, j: number, k: number): 0 | 1;
  /** The smallest box around them, or nothing if there are none. */
  readonly box: VoxelBox | undefined;
}

/** The smallest box around each label number that occurs, in one pass over the map. */
export function labelBoxes(labelMap: LabelMap): ReadonlyMap<number, VoxelBox> {
  const { labels, grid } = labelMap;
  const [ni, nj, nk] = grid.shape;
  // Six numbers a label: first and last i, j, k.
  const bounds = new Int32Array(6 * 65536);
  for (let label = 0; label < 65536; label++) bounds.fill(2 ** 30, 6 * label, 6 * label + 3);
  let index = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) {
        const label = labels[index++];
        if (label === 0) continue;
        const at = 6 * label;
        if (i < bounds[at]) bounds[at] = i;
        if (j < bounds[at + 1]) bounds[at + 1] = j;
        if (k < bounds[at + 2]) bounds[at + 2] = k;
        if (i >= bounds[at + 3]) bounds[at + 3] = i + 1;
        if (j >= bounds[at + 4]) bounds[at + 4] = j + 1;
        if (k >= bounds[at + 5]) bounds[at + 5] = k + 1;
      }
  const boxes = new Map<number, VoxelBox>();
  for (let label = 1; label < 65536; label++) {
    const [i0, j0, k0, i1, j1, k1] = bounds.subarray(6 * label, 6 * label + 6);
    if (i1 > 0) boxes.set(label, { start: [i0, j0, k0], end: [i1, j1, k1] });
  }
  return boxes;
}

/** The voxels of one structure; `boxes` as `labelBoxes` gives them. */
export function structureVoxels(
  labelMap: LabelMap,
  structure: Structure,
  boxes: ReadonlyMap<number, VoxelBox>,
): StructureVoxels {
  const { labels, grid } = labelMap;
  const [ni, nj, nk] = grid.shape;
  const belongs = new Uint8Array(65536);
  for (const label of structure.labels) belongs[label] = 1;
  const isWithin = halfSpaceTest(labelMap, structure);
  const at = (i: number, j: number, k: number): 0 | 1 => {
    if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) return 0;
    if (belongs[labels[(k * nj + j) * ni + i]] === 0) return 0;
    return isWithin === undefined || isWithin(i, j, k) ? 1 : 0;
  };
  const present = structure.labels.flatMap((label) => boxes.get(label) ?? []);
  const box = present.length > 0 ? present.reduce(unionBox) : undefined;
  return { at, box: isWithin && box ? shrunkBox(at, box) : box };
}

/** The half-space of a structure as a test on voxel indices. */
function halfSpaceTest(
  labelMap: LabelMap,
  { within }: Structure,
): ((i: number, j: number, k: number) => boolean) | undefined {
  if (!within) return undefined;
  const m = labelMap.grid.lpsFromVoxel.matrix;
  const [x, y, z] = within.normal;
  const [a, b, c, atOrigin] = [0, 1, 2, 3].map(
    (column) => x * m[column] + y * m[4 + column] + z * m[8 + column],
  );
  const d = atOrigin - dot(within.normal, within.pointLps);
  return (i, j, k) => a * i + b * j + c * k + d >= 0;
}

function shrunkBox(at: StructureVoxels["at"], box: VoxelBox): VoxelBox | undefined {
  const start = [...box.end];
  const end = [...box.start];
  for (let k = box.start[2]; k < box.end[2]; k++)
    for (let j = box.start[1]; j < box.end[1]; j++)
      for (let i = box.start[0]; i < box.end[0]; i++) {
        if (at(i, j, k) === 0) continue;
        [i, j, k].forEach((index, axis) => {
          start[axis] = Math.min(start[axis], index);
          end[axis] = Math.max(end[axis], index + 1);
        });
      }
  if (start[0] >= end[0]) return undefined;
  return { start: [start[0], start[1], start[2]], end: [end[0], end[1], end[2]] };
}
