import { InputError } from "../../error/input-error.ts";
import { cornersLps, type Grid, grid, spacingMm, voxelCount } from "../../geometry/grid.ts";
import {
  applyToDirection,
  applyToPoint,
  compose,
  invert,
  transform,
  type Transform,
} from "../../geometry/transform.ts";
import { add, cross, dot, normalize, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import type { Landmark } from "../../volume/landmark.ts";
import { volume } from "../../volume/volume.ts";
import type { Anatomy } from "../anatomy.ts";
import type { Points } from "../landmark-rules/points.ts";
import { meanPoint, pointsWhere } from "../landmark-rules/points.ts";
import { structureSurface } from "../landmark-rules/structure-surface.ts";
import { registerAffine, type Registration } from "./affine-registration.ts";
import { distanceMapMm } from "./distance-map.ts";
import { fillSmoothly } from "./harmonic-fill.ts";
import {
  femoralHead,
  type JointShift,
  liftedOff,
  shiftField,
  socketShift,
  surfaceShift,
} from "./joint-fit.ts";
import { compactLabels, labelMapOf, maskOf, neededLabels, presentLabels } from "./labelled-anatomy.ts";
import { nearestPoint } from "./nearest-point.ts";
import { nearestIndex, trilinear } from "./sample-voxels.ts";

/** Label numbers of a bone-only CT. */
export interface BoneParts {
  readonly hip_left: readonly number[];
  readonly hip_right: readonly number[];
  readonly sacrum: readonly number[];
}

/** Fragments as FracSegNet and PENGWIN number them: sacrum 1 to 9, left hip 11 to 19, right hip 21 to 29. */
export const fragmentLabels: BoneParts = {
  sacrum: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  hip_left: [11, 12, 13, 14, 15, 16, 17, 18, 19],
  hip_right: [21, 22, 23, 24, 25, 26, 27, 28, 29],
};

export interface Composite {
  readonly anatomy: Anatomy;
  readonly registration: Registration;
  /** Femoral heads moved into their sockets and the spine onto the sacrum. */
  readonly joints: readonly JointShift[];
  /** Joints without a shift of their own: there was no round socket. */
  readonly unfitted: readonly string[];
  /** Femur and vertebrae that the new bones took away, in cm³. */
  readonly overlapCm3: number;
}

const BONE_NAMES = ["hip_left", "hip_right", "sacrum"] as const;
const LARGEST_MEAN_MM = 6;
/** A voxel belongs to a bone from this share of it on: iliac wings are thinner than voxels. */
const LEAST_SHARE = 0.25;
/** A point of a surface that only touches a bone lies at one half. */
const WELL_INSIDE = 0.75;
const AIR_HU = -1000;
const RIM_MM = 4;
const BRIGHT_RIM_MM = 7;

/**
 * Makes a whole patient of a CT that shows bones only: the template, a whole patient, is warped to the bones, its own pelvis is replaced by
 * soft tissue, and the bones are put in its place exactly where they were scanned.
 *
 * The warp is an affine registration of the surfaces of hips and sacrum, plus a smooth field of a few mm that brings each femoral head to
 * the centre of its socket and the spine onto the sacrum. The result's grid has the axes of the warped template, made orthogonal, with
 * cubic voxels. A voxel belongs to a bone from a share of a quarter; its HU are mixed by that share. Where new bone meets femur
 * or vertebra, the new bone stays.
 *
 * Beyond the ends of the template there is air: extend it first, so that ischia and femurs have flesh around them.
 *
 * Landmarks: those of the bones, and those of the template that do not lie on its pelvis.
 *
 * Memory: about 12 bytes a voxel of the result; a pelvis of 37 × 30 × 49 cm at 1.5 mm has 16 million.
 *
 * @throws InputError `preparation-labels`, `preparation-label-missing`, `composite-parts`, `composite-residual`, `registration-failed`
 */
export function compositeBones(
  template: Anatomy,
  bones: Anatomy,
  { parts = fragmentLabels, spacingMm: stepMm = 1.5 }: { parts?: BoneParts; spacingMm?: number } = {},
): Composite {
  const labelMap = labelMapOf(template, "composite");
  const boneMap = labelMapOf(bones, "composite");
  const pelvis = templatePelvis(labelMap);
  const pairs = BONE_NAMES.map((name) => {
    const fixed = structureSurface(boneMap, new Set(parts[name]));
    if (!fixed)
      throw new InputError(
        "composite-parts",
        `the bone-only CT has no voxel of ${name} (labels ${parts[name].join(", ")})`,
        {
          remedy: "say which label numbers are hip_left, hip_right and sacrum",
        },
      );
    return { moving: surfaceOf(labelMap, pelvis[name]), fixed: fixed.pointsLps };
  });
  const registration = registerAffine(pairs);
  if (!(registration.meanMm <= LARGEST_MEAN_MM))
    throw new InputError(
      "composite-residual",
      `template and bones do not fit: ${registration.meanMm.toFixed(1)} mm on average after registration, ${LARGEST_MEAN_MM} mm are allowed`,
      { remedy: "check the sides and label numbers, or take another template" },
    );
  const { fixedFromMoving: warp } = registration;
  const share = shareOfBones(bones, boneMap, parts);
  const { joints, unfitted } = fitJoints(labelMap, {
    pairs,
    pelvis,
    warp,
    share,
    boneVoxelMm: Math.max(...spacingMm(boneMap.grid)),
  });

  const bare = withoutPelvis(template, labelMap, pelvis);
  const target = targetGrid(labelMap.grid, pairs, { warp, stepMm });
  const templateFromBone = compose(invert(labelMap.grid.lpsFromVoxel), invert(warp)).matrix;
  const shift = shiftField(joints);
  const isClipped = new Uint8Array(65536);
  for (const label of presentLabels(labelMap, /^(femur|vertebrae_(?!S1))/)) isClipped[label] = 1;

  const values = new Int16Array(voxelCount(target));
  const labels = new Uint16Array(values.length);
  const numbers = BONE_NAMES.map((name) => pelvis[name][0]);
  const m = target.lpsFromVoxel.matrix;
  const d = new Float64Array(3);
  const t = templateFromBone;
  const { shape } = labelMap.grid;
  let [n, clipped] = [0, 0];
  for (let k = 0; k < target.shape[2]; k++)
    for (let j = 0; j < target.shape[1]; j++)
      for (let i = 0; i < target.shape[0]; i++, n++) {
        const x = m[0] * i + m[1] * j + m[2] * k + m[3];
        const y = m[4] * i + m[5] * j + m[6] * k + m[7];
        const z = m[8] * i + m[9] * j + m[10] * k + m[11];
        shift(x, y, z, d);
        const [u, v, w] = [x - d[0], y - d[1], z - d[2]];
        const p = t[0] * u + t[1] * v + t[2] * w + t[3];
        const q = t[4] * u + t[5] * v + t[6] * w + t[7];
        const r = t[8] * u + t[9] * v + t[10] * w + t[11];
        // Beyond the template nothing is known: there its scan ends.
        const isKnown =
          p > -0.5 && p < shape[0] - 0.5 && q > -0.5 && q < shape[1] - 0.5 && r > -0.5 && r < shape[2] - 0.5;
        let hu = isKnown ? trilinear(bare.values, shape, p, q, r) : AIR_HU;
        let label = isKnown ? bare.labels[nearestIndex(shape, p, q, r)] : 0;
        const bone = share(x, y, z);
        if (bone !== undefined) {
          hu = bone.share * bone.hu + (1 - bone.share) * hu;
          if (bone.share >= LEAST_SHARE) {
            clipped += isClipped[label];
            label = numbers[bone.part];
          }
        }
        values[n] = Math.min(32767, Math.max(-32768, Math.round(hu)));
        labels[n] = label;
      }
  return {
    anatomy: {
      ct: volume("HU", target, values),
      labelMap: { grid: target, labels: compactLabels(labels), names: labelMap.names },
      landmarks: [
        ...bones.landmarks,
        ...movedLandmarks(template, { pairs, warp, shift, taken: bones.landmarks }),
      ],
    },
    registration,
    joints,
    unfitted,
    overlapCm3: (clipped * stepMm ** 3) / 1000,
  };
}

type Pelvis = Readonly<Record<(typeof BONE_NAMES)[number], readonly number[]>>;

function templatePelvis(labelMap: LabelMap): Pelvis {
  return {
    hip_left: neededLabels(labelMap, /^hip_left$/, "composite", "hip_left"),
    hip_right: neededLabels(labelMap, /^hip_right$/, "composite", "hip_right"),
    sacrum: [
      ...neededLabels(labelMap, /^sacrum$/, "composite", "the sacrum"),
      ...presentLabels(labelMap, /^vertebrae_S1$/),
    ],
  };
}

const surfaceOf = (labelMap: LabelMap, labels: readonly number[]): Points =>
  structureSurface(labelMap, new Set(labels))?.pointsLps ?? new Float64Array(0);

function fitJoints(
  labelMap: LabelMap,
  given: {
    pairs: readonly { moving: Points; fixed: Points }[];
    pelvis: Pelvis;
    warp: Transform<"lps", "lps">;
    share: ReturnType<typeof shareOfBones>;
    boneVoxelMm: number;
  },
): { joints: JointShift[]; unfitted: string[] } {
  const joints: JointShift[] = [];
  const unfitted: string[] = [];
  const voxelMm = Math.max(...spacingMm(labelMap.grid));
  const take = (name: string, shift: JointShift | undefined): void => {
    if (shift) joints.push(shift);
    else unfitted.push(name);
  };
  for (const [side, { moving, fixed }] of [
    ["left", given.pairs[0]],
    ["right", given.pairs[1]],
  ] as const) {
    const femur = surfaceOf(labelMap, presentLabels(labelMap, new RegExp(`^femur_${side}$`)));
    if (femur.length === 0) continue;
    const head = femoralHead(femur, moving, voxelMm);
    take(`femur_${side}`, head && socketShift(`femur_${side}`, head, given.warp, fixed, given.boneVoxelMm));
  }
  const spine = surfaceOf(labelMap, presentLabels(labelMap, /^vertebrae_L5$/));
  if (spine.length > 0) {
    const nearSpine = nearestPoint(spine);
    const top = pointsWhere(given.pairs[2].moving, (point) => nearSpine(...point).squaredMm2 < 20 ** 2);
    const shift = surfaceShift("vertebrae_L5", top, given.warp, given.pairs[2].fixed);
    // The body of the vertebra: in front of its centre of mass. The facets behind may touch.
    const [, middle] = meanPoint(spine);
    const body = pointsWhere(spine, ([, y]) => y < middle);
    const isBone = (x: number, y: number, z: number): boolean =>
      (given.share(x, y, z)?.share ?? 0) > WELL_INSIDE;
    take("vertebrae_L5", shift && liftedOff(shift, body, given.warp, isBone));
  }
  return { joints, unfitted };
}

/** The template with soft tissue where hips and sacrum were. */
function withoutPelvis(template: Anatomy, labelMap: LabelMap, pelvis: Pelvis) {
  const { grid: place } = labelMap;
  const own = maskOf(labelMap, Object.values(pelvis).flat());
  const others = maskOf(labelMap, presentLabels(labelMap, /^(femur|vertebrae_(?!S1)|rib)/));
  const distance = distanceMapMm(own, place.shape, spacingMm(place));
  const hole = new Uint8Array(own.length);
  const values = Float32Array.from(template.ct.values);
  for (let n = 0; n < hole.length; n++) {
    if (others[n] === 1 || values[n] < -200) hole[n] = 2;
    if (
      own[n] === 1 ||
      (others[n] === 0 && (distance[n] <= RIM_MM || (distance[n] <= BRIGHT_RIM_MM && values[n] > 150)))
    )
      hole[n] = 1;
  }
  fillSmoothly(values, hole, place.shape);
  const labels = labelMap.labels.slice();
  for (let n = 0; n < labels.length; n++) if (own[n] === 1) labels[n] = 0;
  return { values, labels };
}

/** Cubic voxels along the template's warped axes, made orthogonal, around the warped template and the bones. */
function targetGrid(
  place: Grid,
  bones: readonly { fixed: Points }[],
  { warp, stepMm }: { warp: Transform<"lps", "lps">; stepMm: number },
): Grid {
  const columns = ([0, 1, 2] as const).map((axis) =>
    applyToDirection(
      warp,
      applyToDirection(place.lpsFromVoxel, [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0]),
    ),
  );
  // The body's long axis first, so that the template's slices stay slices as nearly as can be.
  const c = normalize(columns[2]);
  const a = normalize(subtract(columns[0], scale(c, dot(columns[0], c))));
  const hand = Math.sign(dot(cross(c, a), columns[1]));
  const axes = [a, scale(cross(c, a), hand), c];
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const take = (point: Vector3): void =>
    axes.forEach((axis, n) => {
      const along = dot(axis, point);
      low[n] = Math.min(low[n], along);
      high[n] = Math.max(high[n], along);
    });
  for (const corner of cornersLps(place)) take(applyToPoint(warp, corner));
  for (const { fixed } of bones)
    for (let n = 0; n < fixed.length; n += 3) take([fixed[n], fixed[n + 1], fixed[n + 2]]);
  const shape = low.map((start, n) =>
    Math.max(1, Math.round((high[n] - start) / stepMm)),
  ) as unknown as Vector3;
  const origin = axes.reduce((sum, axis, n) => add(sum, scale(axis, low[n] + stepMm / 2)), [
    0, 0, 0,
  ] as Vector3);
  return grid(
    shape,
    transform("lps", "voxel", [
      ...[0, 1, 2].flatMap((row) => [...axes.map((axis) => stepMm * axis[row]), origin[row]]),
      0,
      0,
      0,
      1,
    ]),
  );
}

/**
 * Share of a place that is bone, the bone's HU there and which bone, from the eight voxels around it; outside their labels the HU of a
 * bone-only CT mean nothing and do not count.
 */
function shareOfBones(bones: Anatomy, boneMap: LabelMap, parts: BoneParts) {
  const partOf = new Uint8Array(65536);
  BONE_NAMES.forEach((name, index) => {
    for (const label of parts[name]) partOf[label] = index + 1;
  });
  const { labels } = boneMap;
  const { values } = bones.ct;
  const [ni, nj, nk] = boneMap.grid.shape;
  const m = invert(boneMap.grid.lpsFromVoxel).matrix;
  const result = { share: 0, hu: 0, part: 0 };
  const weights = new Float64Array(4);
  return (x: number, y: number, z: number): { share: number; hu: number; part: number } | undefined => {
    const p = m[0] * x + m[1] * y + m[2] * z + m[3];
    if (!(p > -1 && p < ni)) return undefined;
    const q = m[4] * x + m[5] * y + m[6] * z + m[7];
    if (!(q > -1 && q < nj)) return undefined;
    const r = m[8] * x + m[9] * y + m[10] * z + m[11];
    if (!(r > -1 && r < nk)) return undefined;
    const [i, j, k] = [Math.floor(p), Math.floor(q), Math.floor(r)];
    let [share, hu] = [0, 0];
    weights.fill(0);
    for (let corner = 0; corner < 8; corner++) {
      const [a, b, c] = [i + (corner & 1), j + ((corner >> 1) & 1), k + (corner >> 2)];
      if (a < 0 || b < 0 || c < 0 || a >= ni || b >= nj || c >= nk) continue;
      const n = (c * nj + b) * ni + a;
      const part = partOf[labels[n]];
      if (part === 0) continue;
      const weight = (1 - Math.abs(p - a)) * (1 - Math.abs(q - b)) * (1 - Math.abs(r - c));
      share += weight;
      hu += weight * values[n];
      weights[part] += weight;
    }
    if (share === 0) return undefined;
    result.share = Math.min(1, share);
    result.hu = hu / share;
    result.part = weights[1] >= weights[2] && weights[1] >= weights[3] ? 0 : weights[2] >= weights[3] ? 1 : 2;
    return result;
  };
}

function movedLandmarks(
  template: Anatomy,
  given: {
    pairs: readonly { moving: Points }[];
    warp: Transform<"lps", "lps">;
    shift: ReturnType<typeof shiftField>;
    taken: readonly Landmark[];
  },
): Landmark[] {
  if (template.landmarks.length === 0) return [];
  const nearest = given.pairs.map(({ moving }) => nearestPoint(moving));
  const d = new Float64Array(3);
  return template.landmarks
    .filter(({ name }) => given.taken.every((landmark) => landmark.name !== name))
    .filter(({ lpsMm }) => nearest.every((find) => find(...lpsMm).squaredMm2 > RIM_MM * RIM_MM))
    .map(({ name, lpsMm }) => {
      const moved = applyToPoint(given.warp, lpsMm);
      given.shift(...moved, d);
      return { name, lpsMm: add(moved, [d[0], d[1], d[2]]) };
    });
}
