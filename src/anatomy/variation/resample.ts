import type { LabelMap } from "../../volume/label-map.ts";
import type { VoxelArray } from "../../volume/volume.ts";
import type { Lattice } from "./lattice.ts";

const AIR_HU = -1000;

type Triple = readonly [number, number, number];

export interface Resampling {
  /** Shape of the arrays read. */
  readonly shape: Triple;
  /** Shape of the arrays made. */
  readonly newShape: Triple;
  /** Voxels by which the new grid begins before the old one. */
  readonly pad: Triple;
  /** The axis along the body, at whose ends the outermost slice continues: the body goes on there. Beside it there is air. */
  readonly bodyAxis: 0 | 1 | 2;
  /** On the new grid: where the content of a new voxel is found in the old one. */
  readonly lattice: Lattice;
}

/** Where a row of new voxels reads, in old voxels; the rows of the lattice are blended once per row, not per voxel. */
function rowReader({
  newShape,
  pad,
  lattice,
}: Resampling): (j: number, k: number, out: Float64Array) => void {
  const { nodes, step, displacement: d } = lattice;
  const [na, nb] = nodes;
  const row = new Float64Array(3 * na);
  return (j, k, out) => {
    const b = Math.min(Math.floor(j / step[1]), nodes[1] - 2);
    const c = Math.min(Math.floor(k / step[2]), nodes[2] - 2);
    const [v, w] = [j / step[1] - b, k / step[2] - c];
    const [w00, w10, w01, w11] = [(1 - v) * (1 - w), v * (1 - w), (1 - v) * w, v * w];
    const n = 3 * na * (c * nb + b);
    const [over, up] = [3 * na, 3 * na * nb];
    for (let m = 0; m < 3 * na; m++)
      row[m] =
        (w00 * d[n + m] + w10 * d[n + m + over] + w01 * d[n + m + up] + w11 * d[n + m + over + up]) *
        step[m % 3];
    for (let i = 0; i < newShape[0]; i++) {
      const a = Math.min(Math.floor(i / step[0]), na - 2);
      const u = i / step[0] - a;
      const m = 3 * a;
      out[3 * i] = i - pad[0] + (1 - u) * row[m] + u * row[m + 3];
      out[3 * i + 1] = j - pad[1] + (1 - u) * row[m + 1] + u * row[m + 4];
      out[3 * i + 2] = k - pad[2] + (1 - u) * row[m + 2] + u * row[m + 5];
    }
  };
}

/**
 * CT numbers, linear between eight voxels, and labels, by the vote of the same eight with the same weights, at the displaced places.
 * Beyond the first and last slice these continue; beyond the sides of the volume lies air without a label.
 * Memory: the new arrays and one row.
 */
export function resampled<V extends VoxelArray>(
  values: V,
  labels: LabelMap["labels"] | undefined,
  resampling: Resampling,
): { values: V; labels: LabelMap["labels"] | undefined } {
  const { shape, bodyAxis } = resampling;
  const [ni, nj, nk] = shape;
  const [mi, mj, mk] = resampling.newShape;
  const count = mi * mj * mk;
  const newValues = new (values.constructor as new (length: number) => V)(count);
  const newLabels = labels && new (labels.constructor as new (length: number) => LabelMap["labels"])(count);
  const isWhole = !(values instanceof Float32Array || values instanceof Float64Array);
  const read = rowReader(resampling);
  const places = new Float64Array(3 * mi);
  const [leastX, leastY, leastZ] = [0, 1, 2].map((axis) => (axis === bodyAxis ? -Infinity : -0.5));
  const [mostX, mostY, mostZ] = shape.map((size, axis) => (axis === bodyAxis ? Infinity : size - 0.5));
  const weights = new Float64Array(8);
  const corners = new Int32Array(8);
  let n = 0;
  for (let k = 0; k < mk; k++)
    for (let j = 0; j < mj; j++) {
      read(j, k, places);
      for (let i = 0; i < mi; i++, n++) {
        const px = places[3 * i];
        const py = places[3 * i + 1];
        const pz = places[3 * i + 2];
        if (px < leastX || py < leastY || pz < leastZ || px > mostX || py > mostY || pz > mostZ) {
          newValues[n] = AIR_HU;
          continue;
        }
        const x = Math.min(Math.max(px, 0), ni - 1);
        const y = Math.min(Math.max(py, 0), nj - 1);
        const z = Math.min(Math.max(pz, 0), nk - 1);
        const [a, b, c] = [Math.floor(x), Math.floor(y), Math.floor(z)];
        const [u, v, w] = [x - a, y - b, z - c];
        const first = (c * nj + b) * ni + a;
        const dx = a < ni - 1 ? 1 : 0;
        const dy = b < nj - 1 ? ni : 0;
        const dz = c < nk - 1 ? ni * nj : 0;
        const e = first + dy;
        const f = first + dz;
        const g = f + dy;
        const value =
          (1 - w) *
            ((1 - v) * ((1 - u) * values[first] + u * values[first + dx]) +
              v * ((1 - u) * values[e] + u * values[e + dx])) +
          w *
            ((1 - v) * ((1 - u) * values[f] + u * values[f + dx]) +
              v * ((1 - u) * values[g] + u * values[g + dx]));
        newValues[n] = isWhole ? Math.round(value) : value;
        if (!labels || !newLabels) continue;
        const label = labels[first];
        if (
          labels[first + dx] === label &&
          labels[e] === label &&
          labels[e + dx] === label &&
          labels[f] === label &&
          labels[f + dx] === label &&
          labels[g] === label &&
          labels[g + dx] === label
        ) {
          newLabels[n] = label;
          continue;
        }
        corners.set([first, first + dx, e, e + dx, f, f + dx, g, g + dx]);
        for (let corner = 0; corner < 8; corner++)
          weights[corner] = (corner & 1 ? u : 1 - u) * (corner & 2 ? v : 1 - v) * (corner & 4 ? w : 1 - w);
        newLabels[n] = vote(labels, corners, weights);
      }
    }
  return { values: newValues, labels: newLabels };
}

/** The label with the largest sum of weights; of equals the one that comes first. */
function vote(labels: LabelMap["labels"], corners: Int32Array, weights: Float64Array): number {
  let [best, most] = [0, -1];
  for (let one = 0; one < 8; one++) {
    const label = labels[corners[one]];
    let sum = 0;
    for (let other = 0; other < 8; other++) if (labels[corners[other]] === label) sum += weights[other];
    if (sum > most) {
      most = sum;
      best = label;
    }
  }
  return best;
}
