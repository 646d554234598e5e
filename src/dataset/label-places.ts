import { spacingMm } from "../geometry/grid.ts";
import { applyToPoint, invert } from "../geometry/transform.ts";
import { add, norm, normalize, scale, type Vector3 } from "../geometry/vector.ts";
import { labelNumbers } from "../label/structure-definition.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { LabelMap } from "../volume/label-map.ts";

/** Places in and on the labelled structures of a patient. */
export interface LabelPlaces {
  /** The labels with these names; `*` stands for anything. */
  numbersOf(names: readonly string[]): ReadonlySet<number>;
  /** Label of the voxel nearest to a point; 0 outside the map. */
  at(pointLps: Vector3): number;
  /** A point that is equally likely anywhere in the labels; undefined where none of them has a voxel. */
  drawInside(names: readonly string[], stream: RandomStream): Vector3 | undefined;
  /** A point of their surface, each voxel of it equally likely, and the direction out of them. */
  drawOnSurface(
    names: readonly string[],
    stream: RandomStream,
  ): { pointLps: Vector3; outwards: Vector3 } | undefined;
}

/** Of what lies around a voxel its normal is told. */
const NEIGHBOURHOOD_MM = 5;
const MOST_NEIGHBOURS = 6;
const STEP_MM = 0.25;

export function labelPlaces(labelMap: LabelMap): LabelPlaces {
  const { grid, labels } = labelMap;
  const [ni, nj, nk] = grid.shape;
  const voxelFromLps = invert(grid.lpsFromVoxel);
  const numbers = new Map<string, ReadonlySet<number>>();
  const voxels = new Map<string, { inside: Uint32Array; surface: Uint32Array }>();

  const numbersOf: LabelPlaces["numbersOf"] = (names) => {
    const key = names.join("\n");
    const found = numbers.get(key);
    if (found) return found;
    const made = new Set(
      names.flatMap((name) => labelNumbers(labelMap, /^\d+$/.test(name) ? Number(name) : name)),
    );
    numbers.set(key, made);
    return made;
  };
  const labelOf = (i: number, j: number, k: number): number =>
    i >= 0 && j >= 0 && k >= 0 && i < ni && j < nj && k < nk ? labels[(k * nj + j) * ni + i] : 0;
  const at = (pointLps: Vector3): number => {
    const [i, j, k] = applyToPoint(voxelFromLps, pointLps).map(Math.round);
    return labelOf(i, j, k);
  };
  const voxelsOf = (names: readonly string[]): { inside: Uint32Array; surface: Uint32Array } => {
    const key = names.join("\n");
    const found = voxels.get(key);
    if (found) return found;
    const wanted = numbersOf(names);
    const [inside, surface]: [number[], number[]] = [[], []];
    for (let k = 0, n = 0; k < nk; k++)
      for (let j = 0; j < nj; j++)
        for (let i = 0; i < ni; i++, n++) {
          if (labels[n] === 0 || !wanted.has(labels[n])) continue;
          inside.push(n);
          const isInner =
            wanted.has(labelOf(i - 1, j, k)) &&
            wanted.has(labelOf(i + 1, j, k)) &&
            wanted.has(labelOf(i, j - 1, k)) &&
            wanted.has(labelOf(i, j + 1, k)) &&
            wanted.has(labelOf(i, j, k - 1)) &&
            wanted.has(labelOf(i, j, k + 1));
          if (!isInner) surface.push(n);
        }
    const made = { inside: Uint32Array.from(inside), surface: Uint32Array.from(surface) };
    voxels.set(key, made);
    return made;
  };
  const placeOf = (n: number): [number, number, number] => [
    n % ni,
    Math.floor(n / ni) % nj,
    Math.floor(n / (ni * nj)),
  ];

  return {
    numbersOf,
    at,
    drawInside(names, stream) {
      const { inside } = voxelsOf(names);
      if (inside.length === 0) return undefined;
      const [i, j, k] = placeOf(inside[stream.integerBelow(inside.length)]);
      const within = (): number => stream.uniform() - 0.5;
      return applyToPoint(grid.lpsFromVoxel, [i + within(), j + within(), k + within()]);
    },
    drawOnSurface(names, stream) {
      const { surface } = voxelsOf(names);
      if (surface.length === 0) return undefined;
      const voxel = placeOf(surface[stream.integerBelow(surface.length)]);
      const wanted = numbersOf(names);
      const centre = applyToPoint(grid.lpsFromVoxel, voxel);
      const outwards = outwardsFrom(voxel, (i, j, k) => wanted.has(labelOf(i, j, k)));
      // Out of the voxel to where the labels end; a voxel of a thin sheet may have no way out along its normal.
      let pointLps = centre;
      const farthest = norm(spacingMm(grid));
      for (let mm = STEP_MM; mm <= farthest && wanted.has(at(pointLps)); mm += STEP_MM)
        pointLps = add(centre, scale(outwards, mm));
      return { pointLps, outwards };
    },
  };

  /** Away from the middle of the labels within some millimetres; upwards where they are all around. */
  function outwardsFrom(
    [i, j, k]: readonly [number, number, number],
    isIn: (i: number, j: number, k: number) => boolean,
  ): Vector3 {
    const reach = spacingMm(grid).map((mm) =>
      Math.min(Math.max(Math.round(NEIGHBOURHOOD_MM / mm), 1), MOST_NEIGHBOURS),
    );
    const origin = applyToPoint(grid.lpsFromVoxel, [0, 0, 0]);
    let sum: Vector3 = [0, 0, 0];
    for (let dk = -reach[2]; dk <= reach[2]; dk++)
      for (let dj = -reach[1]; dj <= reach[1]; dj++)
        for (let di = -reach[0]; di <= reach[0]; di++) {
          if (!isIn(i + di, j + dj, k + dk)) continue;
          const offset = applyToPoint(grid.lpsFromVoxel, [di, dj, dk]);
          sum = [
            sum[0] + offset[0] - origin[0],
            sum[1] + offset[1] - origin[1],
            sum[2] + offset[2] - origin[2],
          ];
        }
    return norm(sum) > 1e-6 ? normalize(scale(sum, -1)) : [0, 0, 1];
  }
}
