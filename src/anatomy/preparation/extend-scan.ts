import { InputError } from "../../error/input-error.ts";
import { type Grid, voxelCount } from "../../geometry/grid.ts";
import type { Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import { volume } from "../../volume/volume.ts";
import type { Anatomy } from "../anatomy.ts";
import {
  type AxialStack,
  axialStack,
  eachPixel,
  type End,
  extendedGrid,
  pixelLps,
  readSlice,
} from "./axial-stack.ts";
import type { BodyShape } from "./body-shape.ts";
import type { BoneEnd } from "./bone-end.ts";
import { type CutOutline, cutOutlines } from "./cut-outline.ts";
import { distanceMapMm } from "./distance-map.ts";
import { femoralShaft } from "./femoral-shaft.ts";
import {
  BONE_NAMES,
  compactLabels,
  labelMapOf,
  maskOf,
  neededLabels,
  presentLabels,
} from "./labelled-anatomy.ts";
import { pelvicEnd } from "./pelvic-end.ts";
import { emptyLike, storable } from "./sample-voxels.ts";
import { type SoftTissue, softTissueBeyond } from "./soft-tissue-beyond.ts";

/** Bones look brighter than they are one voxel around their label. */
const BONE_RIM_MM = 3.5;
const LONGEST_MM = 400;
/** From the top of its head to the neck: a femur with less above the cut has no part that a shaft could stand under. */
const LEAST_FEMUR_MM = 40;
const LEAST_OUTLINE_MM2 = 40;

/**
 * Adds slices to a scan that ends too early, at least as many mm as asked. What was scanned stays as it is, bit by bit.
 *
 * Towards the feet: femurs become round shafts, ischium and pubis end like domes joined by a ramus, thighs part. Made for scans that end
 * between the femoral neck and the middle of the thigh. Where nothing of hips and femurs was scanned, and towards the head, the trunk goes
 * on: soft tissue, with spine and windpipe as they are in the last slice; ribs are not made up. Where the last slice has the second
 * thoracic vertebra or a higher one, the shoulders fall to a neck over 80 mm.
 *
 * @throws InputError `preparation-labels`, `preparation-label-missing`, `extend-length`, `extend-too-high`
 */
export function extendScan(anatomy: Anatomy, end: End, lengthMm: number): Anatomy {
  if (!(lengthMm > 0 && lengthMm <= LONGEST_MM))
    throw new InputError(
      "extend-length",
      `a scan can be extended by more than 0 and up to ${LONGEST_MM} mm, not by ${lengthMm} mm`,
    );
  const labelMap = labelMapOf(anatomy, "extend");
  const { ct } = anatomy;
  const stack = axialStack(ct.grid);
  const slices = Math.ceil(lengthMm / stack.sliceMm - 1e-6);
  const last = end === "inferior" ? stack.bottom : stack.top;
  const { ends, into } = beyondOf(anatomy, labelMap, { stack, end, last });
  const soft = softTissueBeyond(stack, last, {
    hu: ct.values,
    bone: boneRim(labelMap, stack, last),
    goesOn: Uint8Array.from(readSlice(stack, maskOf(labelMap, presentLabels(labelMap, GOES_ON)), last)),
    ...(into ? { into } : {}),
  });

  const { grid, shift } = extendedGrid(stack, end, slices);
  const vertical = stack.axes[2];
  const values = emptyLike(ct.values, voxelCount(grid));
  const labels = new Uint16Array(voxelCount(grid));
  for (let slice = 0; slice < ct.grid.shape[vertical]; slice++) {
    const voxels = pixelVoxels(stack, ct.grid, slice);
    eachPixel(stack, grid, slice + shift, (pixel, voxel) => {
      values[voxel] = ct.values[voxels[pixel]];
      labels[voxel] = labelMap.labels[voxels[pixel]];
    });
  }
  const store = storable(values);
  // New slices at the start of the array have smaller indices than the last one.
  const beyond = shift > 0 ? -1 : 1;
  for (let n = 1; n <= slices; n++) {
    const place = newSlice(stack, {
      last,
      step: beyond * n,
      beyondMm: n * stack.sliceMm,
      soft,
      ends,
    });
    eachPixel(stack, grid, last + shift + beyond * n, (pixel, voxel) => {
      const { hu, label } = place(pixel);
      values[voxel] = store(hu);
      labels[voxel] = label;
    });
  }
  return {
    ct: volume("HU", grid, values),
    labelMap: { grid, labels: compactLabels(labels), names: labelMap.names },
    landmarks: anatomy.landmarks,
  };
}

/** What the trunk has from end to end. */
const GOES_ON = /^(vertebrae_.*|trachea)$/;
const UPPERMOST = /^vertebrae_(C\d|T1|T2)$/;
const PELVIS = /^(hip|femur|sacrum)/;

/** Bones beyond the last slice, and what the body's outline turns into there. */
function beyondOf(
  anatomy: Anatomy,
  labelMap: LabelMap,
  { stack, end, last }: { stack: AxialStack; end: End; last: number },
): { ends: readonly BoneEnd[]; into?: BodyShape } {
  const isTrunk = presentLabels(labelMap, PELVIS).length === 0 && presentLabels(labelMap, GOES_ON).length > 0;
  if (end === "inferior" && !isTrunk) {
    const { ends, midlineX } = boneEnds(anatomy, labelMap, stack);
    return { ends, into: { kind: "thighs", apartAtX: midlineX } };
  }
  if (end === "inferior") return { ends: [] };
  const uppermost = readSlice(stack, maskOf(labelMap, presentLabels(labelMap, UPPERMOST)), last);
  let [x, y, count] = [0, 0, 0];
  uppermost.forEach((inside, pixel) => {
    if (inside === 0) return;
    const lps = pixelLps(stack, pixel % stack.width, Math.floor(pixel / stack.width), last);
    x += lps[0];
    y += lps[1];
    count++;
  });
  return { ends: [], ...(count > 0 ? { into: { kind: "neck", spine: [x / count, y / count] } } : {}) };
}

/** HU and label of every pixel of a slice beyond the last one: soft tissue, then bones over it by the share of the voxel they fill. */
function newSlice(
  stack: AxialStack,
  given: { last: number; step: number; beyondMm: number; soft: SoftTissue; ends: readonly BoneEnd[] },
): (pixel: number) => { hu: number; label: number } {
  const voxelMm = Math.max(...stack.pixelMm);
  return (pixel) => {
    const lps = pixelLps(
      stack,
      pixel % stack.width,
      Math.floor(pixel / stack.width),
      given.last + given.step,
    );
    const place = { pixel, lps, belowMm: given.beyondMm };
    let hu = given.soft.hounsfield(pixel, given.beyondMm);
    let label = 0;
    for (const bone of given.ends) {
      const distance = bone.signedDistanceMm(place);
      if (distance > voxelMm / 2) continue;
      const share = Math.min(1, Math.max(0, 0.5 - distance / voxelMm));
      hu = share * bone.hounsfield(place, Math.max(0, -distance)) + (1 - share) * hu;
      if (distance < 0) label = bone.label;
    }
    return { hu, label };
  };
}

function boneEnds(
  anatomy: Anatomy,
  labelMap: LabelMap,
  stack: AxialStack,
): { ends: BoneEnd[]; midlineX: number } {
  const cut = stack.bottom;
  const lastHu = readSlice(stack, anatomy.ct.values, cut);
  const lastLabels = readSlice(stack, labelMap.labels, cut);
  const outlinesOf = (label: number): CutOutline[] =>
    cutOutlines(
      stack,
      cut,
      Uint8Array.from(lastLabels, (other) => (other === label ? 1 : 0)),
      LEAST_OUTLINE_MM2,
    );
  const onwards = Math.sign(stack.bottom - stack.top) || -1;
  const [from, to] = [pixelLps(stack, 0, 0, cut), pixelLps(stack, 0, 0, cut + onwards)];
  const downPerMm = [0, 1, 2].map((axis) => (to[axis] - from[axis]) / stack.sliceMm) as unknown as Vector3;
  const voxelMm = Math.max(...stack.pixelMm);

  const femurs = neededLabels(labelMap, /^femur(_left|_right)?$/, "extend", "a femur").map((label) => {
    const [outline] = outlinesOf(label);
    const heightMm = labelHeightMm(stack, labelMap, label);
    if (!outline || heightMm < LEAST_FEMUR_MM)
      throw new InputError(
        "extend-too-high",
        `the scan ends ${heightMm.toFixed(0)} mm below the top of ${labelMap.names.get(label)}: to be extended it must reach below the neck of the femur (${LEAST_FEMUR_MM} mm)`,
        { remedy: "use this CT as it is, and keep its lower end out of the picture" },
      );
    return { label, outline };
  });
  const midlineX = bodyMiddleX(stack, cut, lastHu);
  const ends: BoneEnd[] = femurs.map(({ label, outline }) =>
    femoralShaft(outline, {
      label,
      lastHu,
      midlineX,
      downPerMm,
      voxelMm,
      outlineLps: (call) =>
        outline.mask.forEach((inside, pixel) => {
          if (inside) call(pixelLps(stack, pixel % stack.width, Math.floor(pixel / stack.width), cut));
        }),
    }),
  );
  for (const label of presentLabels(labelMap, /^(hip_left|hip_right|sacrum)$/)) {
    const outlines = outlinesOf(label);
    if (outlines.length > 0) ends.unshift(pelvicEnd(outlines, { label, lastHu, downPerMm, voxelMm }));
  }
  return { ends, midlineX };
}

/** The middle between the left-most and the right-most pixel of the body. */
function bodyMiddleX(stack: AxialStack, slice: number, hu: Float32Array): number {
  let [low, high] = [Infinity, -Infinity];
  hu.forEach((value, pixel) => {
    if (!(value > -300)) return;
    const [x] = pixelLps(stack, pixel % stack.width, Math.floor(pixel / stack.width), slice);
    low = Math.min(low, x);
    high = Math.max(high, x);
  });
  return (low + high) / 2;
}

/** From the last slice at the feet's end to the highest voxel of a label. */
function labelHeightMm(stack: AxialStack, labelMap: LabelMap, label: number): number {
  const count = Math.abs(stack.top - stack.bottom) + 1;
  for (let n = count - 1; n >= 0; n--) {
    const slice = stack.bottom + Math.sign(stack.top - stack.bottom) * n;
    if (readSlice(stack, labelMap.labels, slice).includes(label)) return n * stack.sliceMm;
  }
  return 0;
}

/** Bones of the last slice and what their partial volume brightens. */
function boneRim(labelMap: LabelMap, stack: AxialStack, slice: number): Uint8Array {
  const mask = maskOf(labelMap, presentLabels(labelMap, BONE_NAMES));
  const bone = readSlice(stack, mask, slice);
  const distance = distanceMapMm(bone, [stack.width, stack.height, 1], [...stack.pixelMm, 1]);
  return Uint8Array.from(distance, (mm) => (mm <= BONE_RIM_MM ? 1 : 0));
}

function pixelVoxels(stack: AxialStack, grid: Grid, slice: number): Int32Array {
  const voxels = new Int32Array(stack.width * stack.height);
  eachPixel(stack, grid, slice, (pixel, voxel) => {
    voxels[pixel] = voxel;
  });
  return voxels;
}
