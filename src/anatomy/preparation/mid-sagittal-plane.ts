import { InputError } from "../../error/input-error.ts";
import { transform, type Transform } from "../../geometry/transform.ts";
import { dot, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import type { LabelMap } from "../../volume/label-map.ts";
import { pointAt, type Points } from "../landmark-rules/points.ts";
import { structureSurface } from "../landmark-rules/structure-surface.ts";
import { presentLabels } from "./labelled-anatomy.ts";
import { nearestPoint } from "./nearest-point.ts";
import { otherSide } from "./sided-names.ts";
import { smallestEigenvector } from "./symmetric-matrix.ts";

/** The plane that parts left from right: normal · x = offset, the normal towards the patient's left. */
export interface Plane {
  readonly normal: Vector3;
  readonly offsetMm: number;
}

const ROUNDS = 30;
/** Of each pair of surfaces, the share of points that agree best is used: the two sides of nobody are alike. */
const TRUSTED_SHARE = 0.8;
const POINTS_OF_A_SIDE = 4000;

/**
 * The plane in which the right-sided bones are the mirror image of the left-sided ones as nearly as can be.
 *
 * For pairs of points a (right) and b (left), Σ |reflection of a − b|² is least for the plane through the mean of all mid-points whose normal
 * is the eigenvector of the smallest eigenvalue of Σ sym(a bᵀ), points centred. Pairs are nearest points of the surfaces, found again after
 * every round. Bones are taken if there are any (hips before ribs before limbs), else every structure with two sides.
 *
 * @throws InputError `preparation-label-missing` without a structure on both sides
 */
export function midSagittalPlane(labelMap: LabelMap): Plane {
  const { left, right } = pairedSurfaces(labelMap);
  const near = nearestPoint(left);
  let plane = betweenCentroids(left, right);
  for (let round = 0; round < ROUNDS; round++) {
    const pairs: { n: number; index: number; squaredMm2: number }[] = [];
    for (let n = 0; n < right.length / 3; n++) {
      const { index, squaredMm2 } = near(...reflected(plane, pointAt(right, n)));
      pairs.push({ n, index, squaredMm2 });
    }
    pairs.sort((p, q) => p.squaredMm2 - q.squaredMm2 || p.n - q.n);
    const kept = pairs.slice(0, Math.ceil(TRUSTED_SHARE * pairs.length));
    const next = bestPlane(kept.map(({ n, index }) => [pointAt(right, n), pointAt(left, index)]));
    const moved =
      Math.hypot(...subtract(next.normal, plane.normal)) + Math.abs(next.offsetMm - plane.offsetMm);
    plane = next;
    if (moved < 1e-9) break;
  }
  return plane;
}

/** Signed distance in mm, positive on the left. */
export const leftOf = ({ normal, offsetMm }: Plane, point: Vector3): number => dot(normal, point) - offsetMm;

const reflected = (plane: Plane, point: Vector3): Vector3 =>
  subtract(point, scale(plane.normal, 2 * leftOf(plane, point)));

/** x − 2 (n·x − d) n as a matrix. */
export function reflection({ normal: [a, b, c], offsetMm: d }: Plane): Transform<"lps", "lps"> {
  return transform("lps", "lps", [
    1 - 2 * a * a,
    -2 * a * b,
    -2 * a * c,
    2 * d * a,
    -2 * a * b,
    1 - 2 * b * b,
    -2 * b * c,
    2 * d * b,
    -2 * a * c,
    -2 * b * c,
    1 - 2 * c * c,
    2 * d * c,
    0,
    0,
    0,
    1,
  ]);
}

function pairedSurfaces(labelMap: LabelMap): { left: Points; right: Points } {
  for (const pattern of [
    /^hip_left$/,
    /^rib_left_\d+$/,
    /^(scapula|clavicula|humerus|femur)_left$/,
    /left/,
  ]) {
    const left: number[] = [];
    const right: number[] = [];
    for (const label of presentLabels(labelMap, pattern)) {
      const opposite = otherSide(labelMap.names.get(label) ?? "");
      const [partner] = [...labelMap.names].filter(([, name]) => name === opposite).map(([number]) => number);
      if (partner === undefined || partner === label) continue;
      left.push(label);
      right.push(partner);
    }
    const a = left.length > 0 ? structureSurface(labelMap, new Set(left)) : undefined;
    const b = right.length > 0 ? structureSurface(labelMap, new Set(right)) : undefined;
    if (a && b) return { left: a.pointsLps, right: thinned(b.pointsLps, POINTS_OF_A_SIDE) };
  }
  throw new InputError(
    "preparation-label-missing",
    "the mid-sagittal plane needs a structure that is labelled on both sides, such as hip_left and hip_right",
    { remedy: "name the labels as TotalSegmentator does, or leave this step out" },
  );
}

/** About `count` of the points, evenly taken. */
export function thinned(points: Points, count: number): Points {
  const all = points.length / 3;
  if (all <= count) return points;
  const result = new Float64Array(3 * count);
  for (let n = 0; n < count; n++) {
    const from = 3 * Math.floor(((n + 0.5) * all) / count);
    result.set(points.subarray(from, from + 3), 3 * n);
  }
  return result;
}

function betweenCentroids(left: Points, right: Points): Plane {
  const mean = (points: Points): Vector3 => {
    const sum = [0, 0, 0];
    points.forEach((x, n) => (sum[n % 3] += x));
    return [sum[0], sum[1], sum[2]].map((x) => (3 * x) / points.length) as unknown as Vector3;
  };
  const [a, b] = [mean(right), mean(left)];
  const across = subtract(b, a);
  const normal = scale(across, 1 / Math.hypot(...across));
  return { normal, offsetMm: (dot(normal, a) + dot(normal, b)) / 2 };
}

function bestPlane(pairs: readonly (readonly [Vector3, Vector3])[]): Plane {
  const [ma, mb]: [number[], number[]] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (const [a, b] of pairs)
    for (let axis = 0; axis < 3; axis++) {
      ma[axis] += a[axis] / pairs.length;
      mb[axis] += b[axis] / pairs.length;
    }
  const m = new Float64Array(6);
  for (const [a, b] of pairs) {
    const [ax, ay, az] = [a[0] - ma[0], a[1] - ma[1], a[2] - ma[2]];
    const [bx, by, bz] = [b[0] - mb[0], b[1] - mb[1], b[2] - mb[2]];
    m[0] += ax * bx;
    m[1] += (ax * by + ay * bx) / 2;
    m[2] += (ax * bz + az * bx) / 2;
    m[3] += ay * by;
    m[4] += (ay * bz + az * by) / 2;
    m[5] += az * bz;
  }
  const axis = smallestEigenvector([m[0], m[1], m[2], m[3], m[4], m[5]]);
  const normal = scale(axis, dot(axis, [mb[0] - ma[0], mb[1] - ma[1], mb[2] - ma[2]]) < 0 ? -1 : 1);
  return {
    normal,
    offsetMm: (dot(normal, ma as unknown as Vector3) + dot(normal, mb as unknown as Vector3)) / 2,
  };
}
