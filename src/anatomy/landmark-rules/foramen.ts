import {
  add,
  cross,
  dot,
  norm,
  normalize,
  radFromDeg,
  scale,
  subtract,
  type Vector3,
} from "../../geometry/vector.ts";
import { meanPoint, pointAt, type Points } from "./points.ts";
import { fill, planeMm, type Silhouette, silhouette } from "./silhouette.ts";

export interface Foramen {
  readonly shadow: Silhouette;
  /** 1 in the hole. */
  readonly hole: Uint8Array;
  readonly areaMm2: number;
  /** The direction along which the hole is widest. */
  readonly along: Vector3;
  /** The hole has a rim only where the volume's border cuts the structure: the true one reaches further. */
  readonly isOpen: boolean;
}

const STEP_DEG = 10;

/**
 * The largest hole that parallel rays find in a structure, and the direction near `view`, no more than `searchDeg` from it, in
 * which its area is largest; undefined if no direction shows one. Directions are tried ten degrees apart.
 *
 * A ring that the volume's border has cut is closed by threads between its cut ends, if it shows no smaller hole than that without.
 */
export function largestForamen(
  points: Points,
  cutLps: Points,
  view: Vector3,
  searchDeg: number,
  voxelMm: number,
): Foramen | undefined {
  const whole = widestHole(points, view, searchDeg, voxelMm);
  if (cutLps.length === 0) return whole && { ...whole, isOpen: false };
  const closed = joined(points, threads(cutLps, voxelMm));
  const mended = widestHole(closed, view, searchDeg, voxelMm);
  return mended && mended.areaMm2 > 1.5 * (whole?.areaMm2 ?? 0)
    ? { ...mended, isOpen: true }
    : whole && { ...whole, isOpen: false };
}

function joined(a: Points, b: Points): Points {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Points half a voxel apart on the lines from every cut face to the middle of them all. */
function threads(cutLps: Points, voxelMm: number): Points {
  const middle = meanPoint(cutLps);
  const beads: number[] = [];
  for (let n = 0; n < cutLps.length / 3; n++) {
    const end = pointAt(cutLps, n);
    const steps = Math.ceil((2 * norm(subtract(end, middle))) / voxelMm);
    for (let step = 0; step <= steps; step++)
      beads.push(...add(middle, scale(subtract(end, middle), step / Math.max(steps, 1))));
  }
  return Float64Array.from(beads);
}

function widestHole(
  points: Points,
  view: Vector3,
  searchDeg: number,
  voxelMm: number,
): Omit<Foramen, "isOpen"> | undefined {
  let best: Omit<Foramen, "isOpen"> | undefined;
  for (const along of directionsAbout(view, searchDeg)) {
    const shadow = silhouette(points, along, voxelMm);
    const found = largestHole(shadow);
    if (found && found.areaMm2 > (best?.areaMm2 ?? 0)) best = { ...found, shadow, along };
  }
  return best;
}

function directionsAbout(view: Vector3, searchDeg: number): Vector3[] {
  const side = normalize(cross(Math.abs(view[2]) > 0.9 ? [0, 1, 0] : [0, 0, 1], view));
  const up = cross(view, side);
  const reach = Math.floor(searchDeg / STEP_DEG);
  const directions: Vector3[] = [];
  for (let a = -reach; a <= reach; a++)
    for (let b = -reach; b <= reach; b++) {
      if (Math.hypot(a, b) > reach) continue;
      const tilt = radFromDeg(STEP_DEG * Math.hypot(a, b));
      const turn = Math.atan2(b, a);
      const away = add(scale(side, Math.cos(turn)), scale(up, Math.sin(turn)));
      directions.push(normalize(add(scale(view, Math.cos(tilt)), scale(away, Math.sin(tilt)))));
    }
  return directions;
}

function largestHole(shadow: Silhouette): { hole: Uint8Array; areaMm2: number } | undefined {
  const { width, pitchMm } = shadow;
  const parts = shadow.mask.slice();
  fill(parts, width, [0], 0, 2);
  let [largest, mark, next] = [0, 0, 3];
  for (let pixel = 0; pixel < parts.length && next < 255; pixel++) {
    if (parts[pixel] !== 0) continue;
    const count = fill(parts, width, [pixel], 0, next);
    if (count > largest) {
      largest = count;
      mark = next;
    }
    next++;
  }
  if (largest === 0) return undefined;
  return { hole: parts.map((part) => (part === mark ? 1 : 0)), areaMm2: largest * pitchMm * pitchMm };
}

/** The middle, in mm on the plane, of the part of the hole's rim that lies furthest along a direction, to one pixel. */
export function rimPoint(
  { shadow, hole }: Pick<Foramen, "shadow" | "hole">,
  direction: Vector3,
): [number, number] {
  const { pitchMm, across, up } = shadow;
  const towards = [dot(direction, across), dot(direction, up)];
  const length = Math.hypot(...towards);
  const height = ([x, y]: readonly [number, number]): number => (x * towards[0] + y * towards[1]) / length;
  const pixels = [...hole.keys()].filter((pixel) => hole[pixel] === 1);
  const top = Math.max(...pixels.map((pixel) => height(planeMm(shadow, pixel))));
  const last = pixels.map((pixel) => planeMm(shadow, pixel)).filter((at) => height(at) > top - pitchMm);
  const [x, y] = [0, 1].map((axis) => last.reduce((sum, at) => sum + at[axis], 0) / last.length);
  // Rim, not hole: half a pixel further out.
  const lift = (top + pitchMm / 2 - height([x, y])) / length;
  return [x + lift * towards[0], y + lift * towards[1]];
}
