import { resamplingTaps } from "../../image/resize-picture.ts";
import type { GreyPicture } from "./grey-picture.ts";

const SIDE = 32;
/** Cells on either side that a cell is told from. */
const AROUND = 2;

/**
 * A picture as a unit vector of 1024 numbers: means of 32 × 32 parts, each less the mean of the 5 × 5 around it, so that edges count and the
 * shadow of the body does not. The product of two of them is their correlation; brightness and contrast do not matter.
 * Undefined for a picture of one grey.
 *
 * Measured on 200 views of the demo pelvis: views less than 1.2° apart have 0.99, 1.2 to 2° 0.97, 5 to 8° 0.76 (medians); without taking away the
 * surroundings all of these are over 0.99.
 */
export function fingerprint(picture: GreyPicture): Float32Array | undefined {
  const cells = partMeans(picture);
  const vector = new Float32Array(cells.length);
  let [sum, squares] = [0, 0];
  for (let v = 0; v < SIDE; v++)
    for (let u = 0; u < SIDE; u++) {
      const difference = cells[v * SIDE + u] - meanAround(cells, u, v);
      vector[v * SIDE + u] = difference;
      sum += difference;
    }
  const mean = sum / vector.length;
  for (const value of vector) squares += (value - mean) ** 2;
  // Rounding leaves a little in a picture of one grey.
  if (!(squares > 1e-9)) return undefined;
  const factor = 1 / Math.sqrt(squares);
  return vector.map((value) => (value - mean) * factor);
}

function partMeans({ values, widthPx, heightPx }: GreyPicture): Float64Array {
  const across = resamplingTaps(widthPx, SIDE);
  const down = resamplingTaps(heightPx, SIDE);
  const cells = new Float64Array(SIDE ** 2);
  for (let v = 0; v < SIDE; v++)
    for (let m = 0; m < down.count[v]; m++) {
      const row = (down.first[v] + m) * widthPx;
      const rowWeight = down.weights[v * down.widest + m];
      for (let u = 0; u < SIDE; u++) {
        let sum = 0;
        for (let n = 0; n < across.count[u]; n++)
          sum += across.weights[u * across.widest + n] * values[row + across.first[u] + n];
        cells[v * SIDE + u] += rowWeight * sum;
      }
    }
  return cells;
}

/** The edge goes on beyond the edge. */
function meanAround(cells: Float64Array, u: number, v: number): number {
  const inside = (n: number): number => Math.min(Math.max(n, 0), SIDE - 1);
  let sum = 0;
  for (let y = v - AROUND; y <= v + AROUND; y++)
    for (let x = u - AROUND; x <= u + AROUND; x++) sum += cells[inside(y) * SIDE + inside(x)];
  return sum / (2 * AROUND + 1) ** 2;
}
