import { InputError } from "../../error/input-error.ts";
import { spacingMm, voxelVolumeMm3 } from "../../geometry/grid.ts";
import { applyToPoint } from "../../geometry/transform.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import type { Anatomy } from "../anatomy.ts";
import { type AxialStack, axialStack, eachPixel, readSlice } from "./axial-stack.ts";
import { connectedComponents, largestPart } from "./connected-components.ts";
import { distanceMapMm } from "./distance-map.ts";

export const preLabelNames = ["body", "lung_left", "lung_right", "bone"] as const;

const BODY_HU = -300;
const LUNG_HU = -400;
/** A couch or a tube touches the body by less than this. */
const THIN_MM = 6;
/** Below 150 cm³ air is a trachea or gas in the bowel. */
const LEAST_LUNG_MM3 = 150_000;
/** Gas alone is below −950; lung holds blood. */
const LIGHTEST_LUNG_HU = -960;
/** Airways are opened away from lungs, and what joins the two lungs is cut, with a ball of this radius. */
const AIRWAY_MM = 5;
/** Vessels on the surface of the lung are wider than voxels: closing with this radius takes them in. */
const VESSEL_MM = 6;
/** Bone is above the lower threshold and connected to something above the upper one. */
const BONE_HU = 200;
const SURE_BONE_HU = 450;
/** Blood with contrast medium, or spongy bone, is above the lower threshold throughout a ball of this radius. */
const CONTRAST_MM = 4.5;
/** Heart, great vessels and kidneys are larger, eroded by that ball, and their rims darker than their insides by this factor. */
const LEAST_CONTRAST_MM3 = 10_000;
const DARKER = 0.95;
const LEAST_BONE_MM3 = 600;
/** Gaps of the cortex are closed over this distance; what is then enclosed in a slice is marrow if bright enough, or small. */
const GAP_MM = 6;
const MARROW_HU = 60;
const SMALL_HOLE_MM2 = 200;

/**
 * Labels an unlabelled CT by thresholds and connectivity: body, left and right lung, bone. Rough (docs/patient-preparation.md states how
 * rough), but enough to put materials and fields of view right, or to start from.
 *
 * Body: the largest part above −300 HU after opening, holes filled slice by slice. Lungs: air inside the body that is not connected to a
 * larger one by an airway; sides by where their centre lies about the middle of the body. Bone: above 200 HU and connected to more than
 * 450 HU, marrow closed; large solid parts whose rim is darker than their inside hold contrast medium and are left out; thin vessels
 * are not.
 *
 * @throws InputError `pre-label-no-body`
 */
export function preLabel(anatomy: Anatomy): Anatomy {
  const { ct } = anatomy;
  const { shape } = ct.grid;
  const spacing = spacingMm(ct.grid);
  const body = bodyMask(anatomy);
  const voxelMm3 = voxelVolumeMm3(ct.grid);
  const labels = Uint8Array.from(body);
  const bone = boneMask(ct.values, body, { shape, spacing, voxelMm3, stack: axialStack(ct.grid) });
  for (let n = 0; n < labels.length; n++) if (bone[n] === 1) labels[n] = 4;
  for (const { side, mask } of lungMasks(anatomy, body, voxelMm3))
    for (let n = 0; n < labels.length; n++)
      if (mask[n] === 1 && bone[n] === 0) labels[n] = side === "left" ? 2 : 3;
  const labelMap: LabelMap = {
    grid: ct.grid,
    labels,
    names: new Map(preLabelNames.map((name, index) => [index + 1, name])),
  };
  return { ...anatomy, labelMap };
}

function bodyMask({ ct }: Anatomy): Uint8Array {
  const { shape } = ct.grid;
  const spacing = spacingMm(ct.grid);
  const solid = Uint8Array.from(ct.values, (hu) => (hu > BODY_HU ? 1 : 0));
  // Opened, so that the couch falls off; grown again from what is left, within the tissue.
  const core = largestPart(eroded(solid, shape, spacing, THIN_MM / 2), shape);
  const near = distanceMapMm(core, shape, spacing);
  const mask = solid.map((value, n) =>
    value === 1 && near[n] <= THIN_MM / 2 + Math.max(...spacing) / 2 ? 1 : 0,
  );
  if (!mask.includes(1))
    throw new InputError(
      "pre-label-no-body",
      `no body was found: no part of this CT above ${BODY_HU} HU is thicker than ${THIN_MM} mm`,
      {
        remedy: "check that the values are Hounsfield units",
      },
    );
  eachHole(axialStack(ct.grid), mask, (voxels) => {
    for (const voxel of voxels) mask[voxel] = 1;
  });
  return mask;
}

/** The marrow of bones: holes in a slice that are as bright as spongy bone, or small. The spinal canal is neither. */
function withMarrow(bone: Uint8Array, values: ArrayLike<number>, stack: AxialStack): Uint8Array {
  eachHole(stack, bone, (voxels) => {
    const mean = voxels.reduce((sum, voxel) => sum + values[voxel], 0) / voxels.length;
    const isSmall = voxels.length * stack.pixelMm[0] * stack.pixelMm[1] < SMALL_HOLE_MM2;
    if (mean > MARROW_HU || isSmall) for (const voxel of voxels) bone[voxel] = 1;
  });
  return bone;
}

/** The voxels of every part of a slice that is outside a mask and enclosed by it. */
function eachHole(stack: AxialStack, mask: Uint8Array, call: (voxels: readonly number[]) => void): void {
  for (let slice = 0; slice < stack.grid.shape[stack.axes[2]]; slice++) {
    const open = Uint8Array.from(readSlice(stack, mask, slice), (value) => (value === 1 ? 0 : 1));
    const { part } = connectedComponents(open, [stack.width, stack.height, 1]);
    const outside = new Set<number>();
    part.forEach((number, pixel) => {
      const p = pixel % stack.width;
      const q = Math.floor(pixel / stack.width);
      if (p === 0 || q === 0 || p === stack.width - 1 || q === stack.height - 1) outside.add(number);
    });
    const holes = new Map<number, number[]>();
    eachPixel(stack, stack.grid, slice, (pixel, voxel) => {
      const number = part[pixel];
      if (number === 0 || outside.has(number)) return;
      const hole = holes.get(number);
      if (hole) hole.push(voxel);
      else holes.set(number, [voxel]);
    });
    for (const voxels of holes.values()) call(voxels);
  }
}

function lungMasks(
  anatomy: Anatomy,
  body: Uint8Array,
  voxelMm3: number,
): { side: "left" | "right"; mask: Uint8Array }[] {
  const { ct } = anatomy;
  const { shape } = ct.grid;
  const spacing = spacingMm(ct.grid);
  const air = Uint8Array.from(ct.values, (hu, n) => (hu < LUNG_HU && body[n] === 1 ? 1 : 0));
  const cores = connectedComponents(eroded(air, shape, spacing, AIRWAY_MM), shape);
  const sums = cores.sizes.map(() => ({ hu: 0, x: 0 }));
  const bodyX = meanX(anatomy, (n) => body[n] === 1);
  eachLps(anatomy, (n, x) => {
    const number = cores.part[n];
    if (number === 0) return;
    sums[number - 1].hu += ct.values[n];
    sums[number - 1].x += x;
  });
  const sides = cores.sizes.map((size, index) => {
    // Eroded by 5 mm all around, a lung keeps well over a third of its volume.
    const isLung = size * voxelMm3 > LEAST_LUNG_MM3 / 3 && sums[index].hu / size > LIGHTEST_LUNG_HU;
    return isLung ? (sums[index].x / size > bodyX ? "left" : "right") : undefined;
  });
  const fromSide = (["left", "right"] as const).map((side) => {
    const core = Uint8Array.from(cores.part, (number) => (number > 0 && sides[number - 1] === side ? 1 : 0));
    return { side, core, distance: distanceMapMm(core, shape, spacing) };
  });
  const reach = AIRWAY_MM + 2 * Math.max(...spacing);
  return fromSide
    .filter(({ core }) => core.includes(1))
    .map(({ side, distance }, index, all) => {
      const other = all[1 - index]?.distance;
      const own = air.map((value, n) =>
        value === 1 && distance[n] <= reach && (other === undefined || distance[n] <= other[n]) ? 1 : 0,
      );
      return {
        side,
        mask: closed(own, shape, spacing, VESSEL_MM).map((value, n) => (body[n] === 1 ? value : 0)),
      };
    });
}

function boneMask(
  values: ArrayLike<number>,
  body: Uint8Array,
  given: {
    shape: readonly [number, number, number];
    spacing: readonly [number, number, number];
    voxelMm3: number;
    stack: AxialStack;
  },
): Uint8Array {
  const { shape, spacing } = given;
  const possible = Uint8Array.from(values, (hu, n) => (hu > BONE_HU && body[n] === 1 ? 1 : 0));
  dropContrast(values, possible, given);
  const { part, sizes } = connectedComponents(possible, shape);
  const sure = new Uint8Array(sizes.length + 1);
  for (let n = 0; n < part.length; n++) if (values[n] > SURE_BONE_HU) sure[part[n]] = 1;
  const bone = Uint8Array.from(part, (number) =>
    number > 0 && sure[number] === 1 && sizes[number - 1] * given.voxelMm3 >= LEAST_BONE_MM3 ? 1 : 0,
  );
  return withMarrow(closed(bone, shape, spacing, GAP_MM), values, given.stack);
}

/**
 * Takes heart and great vessels full of contrast medium out of what may be bone: large solid parts whose rim is darker than their inside.
 * The rim of a bone is its cortex, and brighter.
 */
function dropContrast(
  values: ArrayLike<number>,
  possible: Uint8Array,
  given: {
    shape: readonly [number, number, number];
    spacing: readonly [number, number, number];
    voxelMm3: number;
  },
): void {
  const { shape, spacing } = given;
  const { part, sizes } = connectedComponents(eroded(possible, shape, spacing, CONTRAST_MM), shape);
  if (sizes.length === 0) return;
  const owner = part.slice();
  const rims = sizes.map(() => ({ hu: 0, count: 0 }));
  const insides = sizes.map(() => 0);
  for (let n = 0; n < part.length; n++) if (part[n] > 0) insides[part[n] - 1] += values[n];
  // Each solid part takes the voxels about it, layer by layer, as far as it was eroded and one voxel more.
  const layers = Math.ceil(CONTRAST_MM / Math.min(...spacing)) + 1;
  const steps = [1, -1, shape[0], -shape[0], shape[0] * shape[1], -shape[0] * shape[1]];
  let border = [...owner.keys()].filter((n) => owner[n] > 0);
  for (let layer = 0; layer < layers; layer++) {
    const next: number[] = [];
    for (const n of border)
      for (const step of steps) {
        const m = n + step;
        if (possible[m] !== 1 || owner[m] !== 0) continue;
        owner[m] = owner[n];
        next.push(m);
        rims[owner[n] - 1].hu += values[m];
        rims[owner[n] - 1].count++;
      }
    border = next;
  }
  const isContrast = sizes.map((size, index) => {
    const { hu, count } = rims[index];
    return size * given.voxelMm3 >= LEAST_CONTRAST_MM3 && hu / count < (DARKER * insides[index]) / size;
  });
  for (let n = 0; n < owner.length; n++) if (owner[n] > 0 && isContrast[owner[n] - 1]) possible[n] = 0;
}

function eroded(
  mask: Uint8Array,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
  radiusMm: number,
): Uint8Array {
  return fartherThan(
    mask.map((value) => 1 - value),
    shape,
    spacing,
    radiusMm,
  );
}

/** Dilated, then eroded by the same distance: gaps narrower than twice that are filled. */
function closed(
  mask: Uint8Array,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
  radiusMm: number,
): Uint8Array {
  if (!mask.includes(1)) return mask;
  const far = fartherThan(mask, shape, spacing, radiusMm);
  const result = fartherThan(far, shape, spacing, radiusMm);
  for (let n = 0; n < result.length; n++) if (mask[n] === 1) result[n] = 1;
  return result;
}

/** 1 where the nearest voxel of a mask is farther off than a radius. */
function fartherThan(
  mask: Uint8Array,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
  radiusMm: number,
): Uint8Array {
  const distance = distanceMapMm(mask, shape, spacing);
  const result = new Uint8Array(distance.length);
  for (let n = 0; n < result.length; n++) result[n] = distance[n] > radiusMm ? 1 : 0;
  return result;
}

function eachLps({ ct }: Anatomy, call: (n: number, x: number) => void): void {
  const [ni, nj, nk] = ct.grid.shape;
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) call(n++, applyToPoint(ct.grid.lpsFromVoxel, [i, j, k])[0]);
}

function meanX(anatomy: Anatomy, counts: (n: number) => boolean): number {
  let [sum, count] = [0, 0];
  eachLps(anatomy, (n, x) => {
    if (!counts(n)) return;
    sum += x;
    count++;
  });
  return sum / count;
}
