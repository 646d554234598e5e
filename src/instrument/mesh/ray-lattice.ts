/**
 * Rays of a pixel as a Fibonacci lattice: n points, the i-th at ((i + ½)/n, ({i m/n} + ½/n)) of its square, so that their shadows along
 * rows and columns are n different places. A surface of metal has edges that one ray a pixel would draw as stairs.
 */
const COUNT = 8;
const MULTIPLIER = 5;

export interface RayLattice {
  readonly count: number;
  /** Places from the pixel's centre, in pixels. */
  readonly offsetU: Float64Array;
  readonly offsetV: Float64Array;
}

export const fibonacciLattice: RayLattice = {
  count: COUNT,
  offsetU: Float64Array.from({ length: COUNT }, (_, i) => (i + 0.5) / COUNT - 0.5),
  offsetV: Float64Array.from({ length: COUNT }, (_, i) => (((i * MULTIPLIER) % COUNT) + 0.5) / COUNT - 0.5),
};

/** The projector's own ray, through the centre of the pixel. */
export const centralRay: RayLattice = {
  count: 1,
  offsetU: new Float64Array(1),
  offsetV: new Float64Array(1),
};
