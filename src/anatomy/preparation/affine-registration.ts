import { InputError } from "../../error/input-error.ts";
import { applyToPoint, compose, invert, transform, type Transform } from "../../geometry/transform.ts";
import { cross, normalize, scale, subtract, type Vector3 } from "../../geometry/vector.ts";
import { meanPoint, type Points, pointAt } from "../landmark-rules/points.ts";
import { thinned } from "./mid-sagittal-plane.ts";
import { type NearestPoint, nearestPoint } from "./nearest-point.ts";

/** The surface of the same bone in two patients. */
export interface SurfacePair {
  readonly moving: Points;
  readonly fixed: Points;
}

export interface Registration {
  readonly fixedFromMoving: Transform<"lps", "lps">;
  /** Distances from the moved points to the nearest fixed ones, all of them, trimmed or not. */
  readonly meanMm: number;
  /** 90 % of the points are nearer than this. */
  readonly percentile90Mm: number;
  readonly rounds: number;
}

const FIXED_POINTS = 40_000;
/** Points a bone, rounds at most, and the move in mm at which rounds end: coarse first, then fine. */
const LEVELS = [
  { points: 800, rounds: 120, settledMm: 0.02 },
  { points: 4000, rounds: 40, settledMm: 0.002 },
] as const;
/** What breaks off, is cut off by the scan or was made up fits badly; the best share decides. */
const TRUSTED_SHARE = 0.85;

/**
 * Affine registration of surfaces by iterated nearest points. The start is a similarity from the centres of the bones (three or more) or
 * from centre and size (fewer). Then, again and again: nearest fixed point on the same bone for every moved point, the 85 % nearest
 * pairs, and the affine map that is best for those by least squares.
 *
 * @throws InputError `registration-failed` when the map turns a body inside out or scales it by more than two
 */
export function registerAffine(pairs: readonly SurfacePair[]): Registration {
  const trees = pairs.map(({ fixed }) => {
    const points = thinned(fixed, FIXED_POINTS);
    return { points, nearest: nearestPoint(points) };
  });
  let map = startingMap(pairs);
  let rounds = 0;
  for (const level of LEVELS) {
    const moving = pairs.map((pair) => thinned(pair.moving, level.points));
    for (let round = 0; round < level.rounds; round++) {
      const matches = moving.flatMap((points, bone) => match(points, trees[bone], map));
      matches.sort((a, b) => a.squaredMm2 - b.squaredMm2);
      const next = bestAffine(matches.slice(0, Math.ceil(TRUSTED_SHARE * matches.length)));
      const moved = largestMove(moving, map, next);
      map = next;
      rounds++;
      if (moved < level.settledMm) break;
    }
  }
  assertPlausible(map);
  const distances = pairs.flatMap((pair, bone) =>
    match(thinned(pair.moving, 4000), trees[bone], map).map(({ squaredMm2 }) => Math.sqrt(squaredMm2)),
  );
  distances.sort((a, b) => a - b);
  return {
    fixedFromMoving: map,
    meanMm: distances.reduce((sum, mm) => sum + mm, 0) / distances.length,
    percentile90Mm: distances[Math.floor(0.9 * (distances.length - 1))],
    rounds,
  };
}

interface Match {
  readonly from: Vector3;
  readonly to: Vector3;
  readonly squaredMm2: number;
}

function match(
  points: Points,
  { points: fixed, nearest }: { points: Points; nearest: NearestPoint },
  map: Transform<"lps", "lps">,
): Match[] {
  return Array.from({ length: points.length / 3 }, (_, n): Match => {
    const from = pointAt(points, n);
    const { index, squaredMm2 } = nearest(...applyToPoint(map, from));
    return { from, to: pointAt(fixed, index), squaredMm2 };
  });
}

/** Rotation and translation by the frame of three centres, scale by their distances; without three, by spread alone. */
function startingMap(pairs: readonly SurfacePair[]): Transform<"lps", "lps"> {
  const of = (side: "moving" | "fixed") => {
    const centres = pairs.map((pair) => meanPoint(pair[side]));
    const centre = scale(
      centres.reduce((sum, [x, y, z]): Vector3 => [sum[0] + x, sum[1] + y, sum[2] + z], [0, 0, 0] as Vector3),
      1 / centres.length,
    );
    let [square, count] = [0, 0];
    for (const pair of pairs)
      for (let n = 0; n < pair[side].length; n += 3) {
        square += Math.hypot(...subtract(pointAt(pair[side], n / 3), centre)) ** 2;
        count++;
      }
    const size = Math.sqrt(square / count);
    if (centres.length < 3) return { centre, size, axes: UNTURNED };
    const first = subtract(centres[0], centres[1]);
    const second = cross(first, subtract(centres[2], centres[1]));
    if (!(Math.hypot(...second) > 1))
      throw new InputError(
        "registration-failed",
        "the surfaces could not be brought together: the centres of the first three bones lie on a line",
        { remedy: "check the label numbers of the bones" },
      );
    const across = normalize(first);
    const normal = normalize(second);
    return { centre, size, axes: [across, normal, cross(across, normal)] as const };
  };
  const [fixed, moving] = [of("fixed"), of("moving")];
  const frame = ({ centre, size, axes }: ReturnType<typeof of>) =>
    transform(
      "lps",
      "lps",
      [0, 1, 2].flatMap((row) => [...axes.map((axis) => size * axis[row]), centre[row]]).concat([0, 0, 0, 1]),
    );
  return compose(frame(fixed), invert(frame(moving)));
}

const UNTURNED = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

/** Affine least squares about the mean points: (Σ b aᵀ)(Σ a aᵀ)⁻¹. */
function bestAffine(matches: readonly Match[]): Transform<"lps", "lps"> {
  const [from, to] = [new Float64Array(3), new Float64Array(3)];
  for (const match of matches)
    for (let axis = 0; axis < 3; axis++) {
      from[axis] += match.from[axis] / matches.length;
      to[axis] += match.to[axis] / matches.length;
    }
  const aa = new Float64Array(16);
  const ba = new Float64Array(16);
  aa[15] = ba[15] = 1;
  for (const match of matches)
    for (let column = 0; column < 3; column++) {
      const a = match.from[column] - from[column];
      for (let row = 0; row < 3; row++) {
        aa[4 * row + column] += (match.from[row] - from[row]) * a;
        ba[4 * row + column] += (match.to[row] - to[row]) * a;
      }
    }
  const linear = compose(transform("lps", "lps", ba), invert(transform("lps", "lps", aa)));
  const moved = applyToPoint(linear, [from[0], from[1], from[2]]);
  const matrix = Float64Array.from(linear.matrix);
  for (let row = 0; row < 3; row++) matrix[4 * row + 3] = to[row] - moved[row];
  return transform("lps", "lps", matrix);
}

function largestMove(
  moving: readonly Points[],
  a: Transform<"lps", "lps">,
  b: Transform<"lps", "lps">,
): number {
  let largest = 0;
  for (const points of moving)
    for (let n = 0; n < points.length / 3; n += 20) {
      const point = pointAt(points, n);
      largest = Math.max(largest, Math.hypot(...subtract(applyToPoint(a, point), applyToPoint(b, point))));
    }
  return largest;
}

function assertPlausible({ matrix: m }: Transform<"lps", "lps">): void {
  const lengths = [0, 1, 2].map((column) => Math.hypot(m[column], m[4 + column], m[8 + column]));
  const volume =
    m[0] * (m[5] * m[10] - m[6] * m[9]) -
    m[1] * (m[4] * m[10] - m[6] * m[8]) +
    m[2] * (m[4] * m[9] - m[5] * m[8]);
  if (lengths.every((length) => length > 0.5 && length < 2) && volume > 0.2) return;
  throw new InputError(
    "registration-failed",
    `the surfaces could not be brought together: the best map scales the axes by ${lengths.map((length) => length.toFixed(2)).join(", ")}`,
    { remedy: "check that left, right and sacrum are labelled as said, and in both patients" },
  );
}
