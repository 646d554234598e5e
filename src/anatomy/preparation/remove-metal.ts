import { spacingMm } from "../../geometry/grid.ts";
import { applyToPoint, compose, invert, type Transform } from "../../geometry/transform.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import { volume } from "../../volume/volume.ts";
import type { Anatomy } from "../anatomy.ts";
import type { Points } from "../landmark-rules/points.ts";
import { structureSurface } from "../landmark-rules/structure-surface.ts";
import { registerAffine } from "./affine-registration.ts";
import { axialStack } from "./axial-stack.ts";
import { connectedComponents } from "./connected-components.ts";
import { distanceMapMm } from "./distance-map.ts";
import { fillSmoothly } from "./harmonic-fill.ts";
import { labelMapOf, presentLabels } from "./labelled-anatomy.ts";
import { midSagittalPlane, reflection } from "./mid-sagittal-plane.ts";
import { emptyLike, nearestIndex, storable, trilinear } from "./sample-voxels.ts";
import { otherSide } from "./sided-names.ts";

/** Where the HU of what replaces metal come from. */
export type MetalFill = "smooth" | "mirror";

export interface MetalRemoval {
  readonly anatomy: Anatomy;
  readonly metalCm3: number;
  /** Everything that got new HU: metal, its rim and its streaks. */
  readonly changedCm3: number;
}

const BODY_HU = -300;
/** Bright and next to metal is metal seen by half a voxel. */
const PARTLY_METAL_HU = 1500;
const LEAST_METAL_MM3 = 20;
const RIM_MM = 4;
const PARTLY_METAL_MM = 7;
/** So far from metal in its slices streaks are looked for, and so far HU in bone are not believed. */
const STREAK_MM = 60;
const SPOILT_BONE_MM = 9;
const DARK_STREAK_HU = -140;
const BRIGHT_STREAK_HU = 150;
/** What the intact bone differs by from what is expected fades over this depth into the hole. */
const SEAM_MM = 6;
/** Dents of the skin narrower than twice this are streaks that reach the air. */
const DENT_MM = 15;
const BONES = /^(hip|femur|sacrum|vertebrae|rib|sternum|scapula|clavicula|humerus|skull|bone)/;

/**
 * Takes metal out of a CT and puts tissue in its place; labels stay as they are.
 *
 * Metal is every connected part above the threshold, with its bright rim. Streaks are dark or bright voxels of soft tissue in the slices of
 * the metal, within 60 mm of it. Soft tissue is filled with the smoothest HU that meet its surroundings. In a labelled bone HU follow the
 * depth below the bone's surface (cortex, then marrow), as its own intact part and its fellow on the other side show them; with
 * `mirror`, what the other side has in that place is taken instead, after a registration of the two bones. In both cases the difference to the
 * intact bone around goes on into the hole and fades over 6 mm, so that no seam shows.
 *
 * Without labels everything is soft tissue. Without metal the anatomy comes back as it is.
 */
export function removeMetal(
  anatomy: Anatomy,
  { thresholdHu = 2500, fill = "smooth" }: { thresholdHu?: number; fill?: MetalFill } = {},
): MetalRemoval {
  const { ct } = anatomy;
  const { shape } = ct.grid;
  const spacing = spacingMm(ct.grid);
  const voxelMm3 = spacing[0] * spacing[1] * spacing[2];
  const labelMap = anatomy.labelMap ? labelMapOf(anatomy, "remove-metal") : undefined;
  const metal = metalVoxels(ct.values, shape, { thresholdHu, leastVoxels: LEAST_METAL_MM3 / voxelMm3 });
  const metalVoxelCount = count(metal);
  if (metalVoxelCount === 0) return { anatomy, metalCm3: 0, changedCm3: 0 };

  const fromMetal = distanceMapMm(metal, shape, spacing);
  const bone = boneOf(labelMap, ct.values.length);
  const body = closedBody(ct.values, shape, spacing);
  const inMetalSlice = slicesOf(anatomy, metal);
  const hole = new Uint8Array(metal.length);
  for (let n = 0; n < hole.length; n++) {
    const mm = fromMetal[n];
    if (mm > STREAK_MM) continue;
    const hu = ct.values[n];
    const isPartly = mm <= RIM_MM || (mm <= PARTLY_METAL_MM && hu > PARTLY_METAL_HU);
    const isStreak =
      body[n] === 1 &&
      inMetalSlice[n] === 1 &&
      (bone[n] === 0
        ? hu < DARK_STREAK_HU || hu > BRIGHT_STREAK_HU
        : mm <= SPOILT_BONE_MM || hu < DARK_STREAK_HU);
    if (isPartly || isStreak) hole[n] = 1;
  }

  const values = Float32Array.from(ct.values);
  // Soft tissue, without a look at bone or air; then one bone after the other.
  const soft = Uint8Array.from(hole, (open, n) =>
    bone[n] !== 0 ? 2 : open === 1 ? 1 : body[n] === 0 ? 2 : 0,
  );
  fillSmoothly(values, soft, shape);
  if (labelMap)
    for (const label of presentLabels(labelMap, BONES)) {
      const isHurt = labelMap.labels.some((other, n) => other === label && hole[n] === 1);
      if (isHurt) fillBone(values, { anatomy, labelMap, label, hole, fromMetal, fill });
    }

  const stored = emptyLike(ct.values, values.length);
  const store = storable(ct.values);
  for (let n = 0; n < stored.length; n++) stored[n] = hole[n] === 1 ? store(values[n]) : ct.values[n];
  return {
    anatomy: { ...anatomy, ct: volume("HU", ct.grid, stored) },
    metalCm3: (metalVoxelCount * voxelMm3) / 1000,
    changedCm3: (count(hole) * voxelMm3) / 1000,
  };
}

function count(mask: Uint8Array): number {
  let sum = 0;
  for (const value of mask) sum += value;
  return sum;
}

function metalVoxels(
  values: ArrayLike<number>,
  shape: readonly [number, number, number],
  { thresholdHu, leastVoxels }: { thresholdHu: number; leastVoxels: number },
): Uint8Array {
  const bright = Uint8Array.from(values, (hu) => (hu > thresholdHu ? 1 : 0));
  const { part, sizes } = connectedComponents(bright, shape);
  return Uint8Array.from(part, (number) => (number > 0 && sizes[number - 1] >= leastVoxels ? 1 : 0));
}

function boneOf(labelMap: LabelMap | undefined, length: number): Uint16Array {
  const bone = new Uint16Array(length);
  if (!labelMap) return bone;
  const isBone = new Uint8Array(65536);
  for (const label of presentLabels(labelMap, BONES)) isBone[label] = 1;
  for (let n = 0; n < length; n++) if (isBone[labelMap.labels[n]] === 1) bone[n] = labelMap.labels[n];
  return bone;
}

/** The body with dents of its skin closed: dilated, then eroded by the same distance. */
function closedBody(
  values: ArrayLike<number>,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
): Uint8Array {
  const tissue = Uint8Array.from(values, (hu) => (hu > BODY_HU ? 1 : 0));
  const outside = Uint8Array.from(distanceMapMm(tissue, shape, spacing), (mm) => (mm > DENT_MM ? 1 : 0));
  return Uint8Array.from(distanceMapMm(outside, shape, spacing), (mm) => (mm > DENT_MM ? 1 : 0));
}

/** 1 for every voxel of an axial slice that has metal in it. */
function slicesOf({ ct }: Anatomy, metal: Uint8Array): Uint8Array {
  const [, , vertical] = axialStack(ct.grid).axes;
  const stride = [1, ct.grid.shape[0], ct.grid.shape[0] * ct.grid.shape[1]][vertical];
  const sliceOf = (n: number): number => Math.floor(n / stride) % ct.grid.shape[vertical];
  const has = new Uint8Array(ct.grid.shape[vertical]);
  metal.forEach((value, n) => {
    if (value === 1) has[sliceOf(n)] = 1;
  });
  return metal.map((_, n) => has[sliceOf(n)]);
}

/** New HU in the hole of one bone: what is expected there, plus the continuation of how its intact part differs from that. */
function fillBone(
  values: Float32Array,
  given: {
    anatomy: Anatomy;
    labelMap: LabelMap;
    label: number;
    hole: Uint8Array;
    fromMetal: Float32Array;
    fill: MetalFill;
  },
): void {
  const { anatomy, labelMap, label, hole } = given;
  const { shape } = labelMap.grid;
  const inside = Uint8Array.from(labelMap.labels, (other) => (other === label ? 1 : 0));
  const expected = expectedBone(given, inside);
  const difference = new Float32Array(values.length);
  const state = new Uint8Array(values.length);
  for (let n = 0; n < state.length; n++) {
    state[n] = inside[n] === 0 ? 2 : hole[n] === 1 ? 1 : 0;
    if (state[n] === 0) difference[n] = anatomy.ct.values[n] - expected(n);
  }
  fillSmoothly(difference, state, shape);
  const intact = state.map((value) => (value === 0 ? 1 : 0));
  const fromIntact = distanceMapMm(intact, shape, spacingMm(labelMap.grid));
  for (let n = 0; n < state.length; n++)
    if (state[n] === 1) values[n] = expected(n) + difference[n] * Math.exp(-fromIntact[n] / SEAM_MM);
}

function expectedBone(given: Parameters<typeof fillBone>[1], inside: Uint8Array): (voxel: number) => number {
  const { anatomy, labelMap, label, hole } = given;
  const { shape } = labelMap.grid;
  const spacing = spacingMm(labelMap.grid);
  const opposite = fellow(labelMap, label);
  const depth = depthMm(inside, shape, spacing);
  const profile = depthProfile([
    { depth, hu: anatomy.ct.values, counts: (n) => inside[n] === 1 && hole[n] === 0 },
    ...(opposite === undefined
      ? []
      : [
          (() => {
            const other = Uint8Array.from(labelMap.labels, (value) => (value === opposite ? 1 : 0));
            return {
              depth: depthMm(other, shape, spacing),
              hu: anatomy.ct.values,
              counts: (n: number) => other[n] === 1 && hole[n] === 0,
            };
          })(),
        ]),
  ]);
  const byDepth = (n: number): number => profile(depth[n]);
  if (given.fill === "smooth" || opposite === undefined) return byDepth;
  const m = voxelOfFellow(labelMap, label, opposite).matrix;
  const [ni, nj] = shape;
  return (n) => {
    const [i, j, k] = [n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))];
    const x = m[0] * i + m[1] * j + m[2] * k + m[3];
    const y = m[4] * i + m[5] * j + m[6] * k + m[7];
    const z = m[8] * i + m[9] * j + m[10] * k + m[11];
    const there = nearestIndex(shape, x, y, z);
    return labelMap.labels[there] === opposite && hole[there] === 0
      ? trilinear(anatomy.ct.values, shape, x, y, z)
      : byDepth(n);
  };
}

function fellow(labelMap: LabelMap, label: number): number | undefined {
  const name = labelMap.names.get(label) ?? "";
  const opposite = otherSide(name);
  if (opposite === name) return undefined;
  return presentLabels(labelMap, /./).find((other) => labelMap.names.get(other) === opposite);
}

/** Depth in mm of the voxels of a mask below its surface. */
function depthMm(
  inside: Uint8Array,
  shape: readonly [number, number, number],
  spacing: readonly [number, number, number],
): Float32Array {
  return distanceMapMm(
    inside.map((value) => 1 - value),
    shape,
    spacing,
  );
}

const LEAST_OF_A_DEPTH = 20;

/** Median HU at each whole mm of depth; where a depth has fewer than 20 voxels, that of the depth above it. */
function depthProfile(
  sources: readonly { depth: Float32Array; hu: ArrayLike<number>; counts: (n: number) => boolean }[],
): (depthMm: number) => number {
  const bins: number[][] = [];
  for (const { depth, hu, counts } of sources)
    for (let n = 0; n < depth.length; n++) if (counts(n)) (bins[Math.round(depth[n])] ??= []).push(hu[n]);
  const medians: number[] = [];
  let last = 300;
  for (let mm = 0; mm < Math.max(1, bins.length); mm++) {
    const bin = bins[mm];
    if (bin && bin.length >= LEAST_OF_A_DEPTH) last = Float64Array.from(bin).toSorted()[bin.length >> 1];
    medians.push(last);
  }
  return (mm) => medians[Math.min(medians.length - 1, Math.round(mm))];
}

/** Voxel coordinates on the other side's bone from those on this one: mirrored, then fitted surface to surface. */
function voxelOfFellow(labelMap: LabelMap, label: number, opposite: number): Transform<"voxel", "voxel"> {
  const mirror = reflection(midSagittalPlane(labelMap));
  const surface = (of: number): Points =>
    structureSurface(labelMap, new Set([of]))?.pointsLps ?? new Float64Array(0);
  const mirrored = surface(opposite).slice();
  for (let n = 0; n < mirrored.length; n += 3)
    mirrored.set(applyToPoint(mirror, [mirrored[n], mirrored[n + 1], mirrored[n + 2]]), n);
  const { fixedFromMoving } = registerAffine([{ moving: surface(label), fixed: mirrored }]);
  return compose(
    invert(labelMap.grid.lpsFromVoxel),
    compose(mirror, compose(fixedFromMoving, labelMap.grid.lpsFromVoxel)),
  );
}
