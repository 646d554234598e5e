import type { Grid } from "../geometry/grid.ts";
import { applyToPoint, transform } from "../geometry/transform.ts";
import { type Allocate, type FourChannelField, paddedIndex, paddedVoxelCount } from "../volume/field.ts";
import type { StructureVoxels } from "./structure-voxels.ts";
import { grownBox, type VoxelBox } from "./voxel-box.ts";

/** Voxels by which the smoothing spreads a structure over the box of its labels. */
export const SMOOTHING_REACH = 3;

/**
 * The maximally flat half-band filter (−1, 0, 9, 16, 9, 0, −1) / 32. It removes a pattern that alternates from voxel
 * to voxel, which is what a staircase is, and has no second moment, so that round things do not shrink.
 */
const CENTRE = 16 / 32;
const FIRST = 9 / 32;
const THIRD = -1 / 32;

/** Largest smoothed occupancy nearby up to which a part is kept as labelled, and from which it is smoothed. */
const THIN = 0.6;
const THICK = 0.75;

/** What a voxel beside a thin part keeps of its filtered occupancy. */
const RIM = 0.4;

/**
 * How much of each voxel up to four structures fill, 0 to 1 in steps of 1/255, on the part of a label map's grid
 * that `box` spans (it may reach over the edge, where nothing is labelled).
 *
 * A label map is a staircase; the isosurface 0.5 of a low-pass filter over it is smooth and, on a flat face, exactly
 * where the labels change. But a filter also melts what is one voxel thin: a plate keeps 0.5 of its height, a rod
 * 0.25. There the labels themselves are kept, with s filtered, b the label and m the largest s of the 27 neighbours:
 *   occupancy = s + t · (max(b, 0.4 s) − s),   t = 1 for m ≤ 0.6, 0 for m ≥ 0.75, linear between, cut to [0, 1].
 * The rim 0.4 s closes the gaps between voxels that touch by edges only: without it an oblique sheet of one voxel has
 * holes, as linear interpolation falls to 4/9 between them.
 *
 * Both s and b sum to the volume of the structure, so thickness along rays is unbiased but for the rim, which makes
 * a plate of one voxel 23 % and a rod 35 % thicker. Lengths are in voxels along each axis: where slices are thick,
 * steps between slices are smoothed as far as they are wide.
 */
export function occupancyField(options: {
  grid: Grid;
  structures: readonly { readonly name: string; readonly voxels: StructureVoxels }[];
  box: VoxelBox;
  allocate: Allocate;
}): FourChannelField {
  const { structures, box } = options;
  if (structures.length > 4) throw new RangeError(`a field holds four structures, got ${structures.length}`);
  const grid = gridOfBox(options.grid, box);
  const field: FourChannelField = {
    kind: "u8x4",
    grid,
    channels: structures.map(({ name }) => name),
    voxels: options.allocate(4 * paddedVoxelCount(grid)),
    scale: new Float64Array(4).fill(1 / 255),
  };
  structures.forEach(({ voxels }, channel) => {
    writeOccupancy(field, channel, voxels, box);
  });
  return field;
}

/** Slice by slice, holding eight slices at most, so that a whole lung at full resolution needs little memory. */
function writeOccupancy(
  field: FourChannelField,
  channel: number,
  voxels: StructureVoxels,
  fieldBox: VoxelBox,
): void {
  if (!voxels.box) return;
  const box = grownBox(voxels.box, SMOOTHING_REACH);
  const [ni, nj, nk] = [0, 1, 2].map((axis) => box.end[axis] - box.start[axis]);
  // Work slices carry a rim of three zeros, so that no filter tests for edges.
  const stride = ni + 6;
  const slice = (): Float32Array => new Float32Array(stride * (nj + 6));
  const nothing = slice();
  const ring = (): Float32Array[] => Array.from({ length: 8 }, slice);
  const [labelled, inPlane, smooth, highest] = [ring(), ring(), ring(), ring()];
  const scratch = slice();
  const pick = (slices: Float32Array[], k: number): Float32Array =>
    k < 0 || k >= nk ? nothing : slices[k & 7];

  for (let step = 0; step < nk + 4; step++) {
    if (step < nk) {
      readSlice(voxels, box, step, labelled[step & 7]);
      smoothInPlane(labelled[step & 7], inPlane[step & 7], scratch, stride);
    }
    const centre = step - 3;
    if (centre >= 0 && centre < nk) {
      const around = [-3, -1, 0, 1, 3].map((offset) => pick(inPlane, centre + offset));
      smoothAcross(around, smooth[centre & 7]);
      maximumInPlane(smooth[centre & 7], highest[centre & 7], scratch, stride);
    }
    const k = step - 4;
    if (k < 0 || k >= nk) continue;
    const [b, s] = [labelled[k & 7], smooth[k & 7]];
    const [below, here, above] = [pick(highest, k - 1), highest[k & 7], pick(highest, k + 1)];
    for (let j = 0; j < nj; j++) {
      let from = (j + 3) * stride + 3;
      let to =
        4 *
          paddedIndex(
            field.grid,
            box.start[0] - fieldBox.start[0],
            box.start[1] - fieldBox.start[1] + j,
            box.start[2] - fieldBox.start[2] + k,
          ) +
        channel;
      for (let i = 0; i < ni; i++, from++, to += 4) {
        const largest = Math.max(below[from], here[from], above[from]);
        if (largest <= 0) continue;
        const keep = Math.min(Math.max((THICK - largest) / (THICK - THIN), 0), 1);
        const sharp = b[from] === 1 ? 1 : RIM * s[from];
        const occupancy = s[from] + keep * (sharp - s[from]);
        field.voxels[to] = Math.round(255 * Math.min(Math.max(occupancy, 0), 1));
      }
    }
  }
}

function readSlice(voxels: StructureVoxels, box: VoxelBox, k: number, slice: Float32Array): void {
  const [ni, nj] = [box.end[0] - box.start[0], box.end[1] - box.start[1]];
  for (let j = 0; j < nj; j++)
    for (let i = 0; i < ni; i++)
      slice[(j + 3) * (ni + 6) + i + 3] = voxels.at(box.start[0] + i, box.start[1] + j, box.start[2] + k);
}

function smoothInPlane(from: Float32Array, to: Float32Array, scratch: Float32Array, stride: number): void {
  for (let n = 3; n < from.length - 3; n++)
    scratch[n] = CENTRE * from[n] + FIRST * (from[n - 1] + from[n + 1]) + THIRD * (from[n - 3] + from[n + 3]);
  const far = 3 * stride;
  for (let n = far; n < from.length - far; n++)
    to[n] =
      CENTRE * scratch[n] +
      FIRST * (scratch[n - stride] + scratch[n + stride]) +
      THIRD * (scratch[n - far] + scratch[n + far]);
}

function smoothAcross(around: readonly Float32Array[], to: Float32Array): void {
  const [a, b, c, d, e] = around;
  for (let n = 0; n < to.length; n++) to[n] = CENTRE * c[n] + FIRST * (b[n] + d[n]) + THIRD * (a[n] + e[n]);
}

/** Largest of the nine neighbours in the slice. */
function maximumInPlane(from: Float32Array, to: Float32Array, scratch: Float32Array, stride: number): void {
  for (let n = 1; n < from.length - 1; n++) scratch[n] = Math.max(from[n - 1], from[n], from[n + 1]);
  for (let n = stride; n < from.length - stride; n++)
    to[n] = Math.max(scratch[n - stride], scratch[n], scratch[n + stride]);
}

function gridOfBox(whole: Grid, box: VoxelBox): Grid {
  const matrix = Float64Array.from(whole.lpsFromVoxel.matrix);
  const origin = applyToPoint(whole.lpsFromVoxel, box.start);
  for (let axis = 0; axis < 3; axis++) matrix[4 * axis + 3] = origin[axis];
  return {
    shape: [0, 1, 2].map((axis) => box.end[axis] - box.start[axis]) as [number, number, number],
    lpsFromVoxel: transform("lps", "voxel", matrix),
  };
}
