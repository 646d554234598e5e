import type { Vector3 } from "../../geometry/vector.ts";
import type { RandomStream } from "../../random/random-stream.ts";

/** A smooth random vector field in LPS mm: cubic B-splines on a coarse lattice of control points. */
export interface VelocityField {
  /** Writes the field at a place, and what is left of it after smoothing over several control points. */
  at(lps: Vector3, field: Float64Array, smooth: Float64Array): void;
}

/** Mean over a cell of Σ B(t − k)², B the cubic B-spline: 151/315. Its cube is the variance of the sum over three axes. */
const SPLINE_VARIANCE = 151 / 315;
const LARGEST_SD = 2.5;

/**
 * Coefficients are normal, cut at 2.5 standard deviations, and scaled so that each component of the field has the standard deviation
 * asked for on average over space.
 *
 * @param low, high corners in LPS mm of the box in which the field is wanted; outside it continues as at the border
 */
export function randomVelocityField(
  options: {
    readonly sdMm: number;
    readonly spacingMm: number;
    readonly low: Vector3;
    readonly high: Vector3;
  },
  stream: RandomStream,
): VelocityField {
  const { sdMm, spacingMm, low, high } = options;
  const counts = low.map((start, axis) => Math.ceil((high[axis] - start) / spacingMm) + 4);
  const [nx, ny, nz] = counts;
  const coefficients = new Float64Array(3 * nx * ny * nz);
  const scale = sdMm / SPLINE_VARIANCE ** 1.5;
  for (let n = 0; n < coefficients.length; n++)
    coefficients[n] = scale * Math.min(LARGEST_SD, Math.max(-LARGEST_SD, stream.normal()));
  const smoothed = smoothedCoefficients(coefficients, [nx, ny, nz]);
  const weights = [new Float64Array(4), new Float64Array(4), new Float64Array(4)];
  return {
    at(lps, field, smooth) {
      const first = [0, 0, 0];
      for (let axis = 0; axis < 3; axis++) {
        const t = Math.min(Math.max((lps[axis] - low[axis]) / spacingMm, 0), counts[axis] - 4);
        first[axis] = Math.min(Math.floor(t), counts[axis] - 4);
        cubicWeights(t - first[axis], weights[axis]);
      }
      field.fill(0);
      smooth.fill(0);
      for (let c = 0; c < 4; c++)
        for (let b = 0; b < 4; b++) {
          const outer = weights[2][c] * weights[1][b];
          let n = 3 * (((first[2] + c) * ny + first[1] + b) * nx + first[0]);
          for (let a = 0; a < 4; a++) {
            const weight = outer * weights[0][a];
            for (let component = 0; component < 3; component++) {
              field[component] += weight * coefficients[n];
              smooth[component] += weight * smoothed[n++];
            }
          }
        }
    },
  };
}

/** Uniform cubic B-spline: weights of the four control points around a place, t of the way between the middle two. */
function cubicWeights(t: number, out: Float64Array): void {
  const s = 1 - t;
  out[0] = (s * s * s) / 6;
  out[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
  out[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
  out[3] = (t * t * t) / 6;
}

/** Binomial smoothing 1 4 6 4 1 along each axis, the outermost control points repeated. */
function smoothedCoefficients(coefficients: Float64Array, counts: Vector3): Float64Array {
  let current = coefficients;
  const strides = [3, 3 * counts[0], 3 * counts[0] * counts[1]];
  for (let axis = 0; axis < 3; axis++) {
    const next = new Float64Array(current.length);
    for (let n = 0; n < current.length; n++) {
      const at = Math.floor(n / strides[axis]) % counts[axis];
      const neighbour = (offset: number): number =>
        current[n + (Math.min(Math.max(at + offset, 0), counts[axis] - 1) - at) * strides[axis]];
      next[n] = (neighbour(-2) + 4 * neighbour(-1) + 6 * current[n] + 4 * neighbour(1) + neighbour(2)) / 16;
    }
    current = next;
  }
  return current;
}
