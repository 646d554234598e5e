import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Grid, grid } from "../../src/geometry/grid.ts";
import { transform } from "../../src/geometry/transform.ts";
import { demoCtPath, demoLabelsPath } from "../../src/node/demo-data.ts";
import { withAssumedLabelNames } from "../../src/volume/inspection/assumed-label-names.ts";
import { inspect } from "../../src/volume/inspection/inspect.ts";
import type { LabelMap } from "../../src/volume/label-map.ts";
import { readLabelMap, readVolume } from "../../src/volume/read-volume.ts";
import type { Volume } from "../../src/volume/volume.ts";

const read = (path: string) => [readFileSync(path), { name: basename(path) }] as const;

export const pelvis = await readVolume(...read(demoCtPath("pelvis")));
export const chest = await readVolume(...read(demoCtPath("chest")));
export const pelvisLabels = withAssumedLabelNames(
  await readLabelMap(...read(demoLabelsPath("pelvis"))),
  pelvis,
);
export const chestLabels = withAssumedLabelNames(await readLabelMap(...read(demoLabelsPath("chest"))), chest);

export const codes = (ct: Volume, labels?: LabelMap): string[] =>
  inspect(ct, labels).findings.map(({ code }) => code);

export const finding = (code: string, ct: Volume, labels?: LabelMap) =>
  inspect(ct, labels).findings.find((candidate) => candidate.code === code);

/** A CT with every value changed; `n` is the place in memory, (i, j, k) the voxel. */
export function changed(ct: Volume, change: (hu: number, i: number, j: number, k: number) => number): Volume {
  const [ni, nj] = ct.grid.shape;
  const values = Int16Array.from(ct.values, (hu, n) =>
    change(hu, n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))),
  );
  return { ...ct, values };
}

export const withGrid = <T extends { grid: Grid }>(data: T, rowMajor: readonly number[]): T => ({
  ...data,
  grid: grid(data.grid.shape, transform("lps", "voxel", rowMajor)),
});

/** The voxels between two corners, the second outside. */
export function cropped<T extends { grid: Grid; values: Volume["values"] }>(
  ct: T,
  low: readonly number[],
  high: readonly number[],
): T {
  const [ni, nj] = ct.grid.shape;
  const shape = [0, 1, 2].map((axis) => high[axis] - low[axis]) as [number, number, number];
  const values = new Int16Array(shape[0] * shape[1] * shape[2]);
  let n = 0;
  for (let k = low[2]; k < high[2]; k++)
    for (let j = low[1]; j < high[1]; j++)
      for (let i = low[0]; i < high[0]; i++) values[n++] = ct.values[(k * nj + j) * ni + i];
  const m = ct.grid.lpsFromVoxel.matrix;
  const rows = [0, 1, 2].flatMap((row) => [
    ...m.subarray(4 * row, 4 * row + 3),
    m[4 * row + 3] + low.reduce((sum, step, axis) => sum + step * m[4 * row + axis], 0),
  ]);
  return { ...ct, values, grid: grid(shape, transform("lps", "voxel", [...rows, 0, 0, 0, 1])) };
}

/** Without the slices `from` to `to`, the second of which stays. */
export function withoutSlices(ct: Volume, from: number, to: number): Volume {
  const [ni, nj, nk] = ct.grid.shape;
  const values = new Int16Array(ni * nj * (nk - (to - from)));
  values.set(ct.values.subarray(0, from * ni * nj));
  values.set(ct.values.subarray(to * ni * nj), from * ni * nj);
  return { ...ct, values, grid: { ...ct.grid, shape: [ni, nj, nk - (to - from)] } };
}

/** Labels moved by whole voxels, 0 where they came from outside; or mirrored from left to right. */
export function moved(
  labelMap: LabelMap,
  source: (i: number, j: number, k: number) => readonly number[],
): LabelMap {
  const [ni, nj, nk] = labelMap.grid.shape;
  const labels = labelMap.labels.map((_, n) => {
    const [i, j, k] = source(n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj)));
    const isInside = i >= 0 && j >= 0 && k >= 0 && i < ni && j < nj && k < nk;
    return isInside ? labelMap.labels[(k * nj + j) * ni + i] : 0;
  });
  return { ...labelMap, labels };
}

/**
 * A body without its surroundings: an elliptic cylinder of water with a spine, in air with noise, 40 voxels of 4 mm to a side, LPS,
 * closed at both ends. Nothing is to be found in it.
 */
export function phantom(): Volume {
  const [ni, nj, nk] = [100, 80, 40];
  const values = Int16Array.from({ length: ni * nj * nk }, (_, n) => {
    const [i, j, k] = [n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))];
    const noise = (((n * 2654435761) >>> 0) % 21) - 10;
    const inside = ((i - 50) / 36) ** 2 + ((j - 36) / 22) ** 2;
    // Skin is half air in a voxel of 4 mm; the ends are round.
    const [edge, end] = [inside - 1, Math.min(k - 3, 36 - k)];
    if (end < 0 || edge > 0.05) return -1000 + noise;
    if (edge > -0.02) return -500 + noise;
    if (Math.hypot(i - 50, j - 50) < 5) return 600 + 4 * noise + 10 * k;
    return Math.hypot(i - 50, j - 36) < 8 ? -100 + noise : 40 + noise;
  });
  const lpsFromVoxel = transform("lps", "voxel", [4, 0, 0, -200, 0, 4, 0, -160, 0, 0, 2, 0, 0, 0, 0, 1]);
  return { quantity: "HU", grid: grid([ni, nj, nk], lpsFromVoxel), values };
}
