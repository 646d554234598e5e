/**
 * Makes the reduced chest CT of the package from the full one (LIDC-IDRI-0001, CC BY 3.0): the mean of 3 × 3 voxels within each
 * slice, and for the labels the most frequent of the nine.
 *
 *   node tools/make-demo-chest.ts CT.nii.gz LABELS.nii.gz
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Grid, grid } from "../src/geometry/grid.ts";
import { compose, transform } from "../src/geometry/transform.ts";
import { demoCtPath, demoLabelsPath } from "../src/node/demo-data.ts";
import { readCt, readLabels } from "../src/node/read-anatomy.ts";
import { writeNifti } from "../src/volume/write-nifti.ts";

const FACTOR = 3;
const [ctPath, labelsPath] = process.argv.slice(2);
const { ct } = await readCt(ctPath);
const { labelMap } = await readLabels(labelsPath);

const [ni, nj, nk] = ct.grid.shape;
const [mi, mj] = [Math.floor(ni / FACTOR), Math.floor(nj / FACTOR)];
const shift = (FACTOR - 1) / 2;
const fullFromReduced = transform("voxel", "voxel", [
  FACTOR,
  0,
  0,
  shift,
  0,
  FACTOR,
  0,
  shift,
  0,
  0,
  1,
  0,
  0,
  0,
  0,
  1,
]);
const reduced: Grid = grid([mi, mj, nk], compose(ct.grid.lpsFromVoxel, fullFromReduced));

/** The nine values under a reduced voxel. */
const block = (values: ArrayLike<number>, i: number, j: number, k: number): number[] =>
  Array.from({ length: FACTOR ** 2 }, (_, n) => {
    const [x, y] = [FACTOR * i + (n % FACTOR), FACTOR * j + Math.floor(n / FACTOR)];
    return values[(k * nj + y) * ni + x];
  });

const hu = new Int16Array(mi * mj * nk);
const labels = new Uint8Array(mi * mj * nk);
for (let k = 0, n = 0; k < nk; k++)
  for (let j = 0; j < mj; j++)
    for (let i = 0; i < mi; i++, n++) {
      hu[n] = Math.round(block(ct.values, i, j, k).reduce((sum, value) => sum + value, 0) / FACTOR ** 2);
      const votes = new Map<number, number>();
      for (const label of block(labelMap.labels, i, j, k)) votes.set(label, (votes.get(label) ?? 0) + 1);
      labels[n] = [...votes].toSorted((a, b) => b[1] - a[1])[0][0];
    }
writeFileSync(
  demoCtPath("chest"),
  gzipSync(writeNifti({ quantity: "HU", grid: reduced, values: hu }), { level: 9 }),
);
writeFileSync(
  demoLabelsPath("chest"),
  gzipSync(writeNifti({ grid: reduced, labels, names: new Map() }), { level: 9 }),
);
