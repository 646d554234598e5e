/** Nodes and weights: Σ wⱼ f(xⱼ) for the integral of f over a measure. */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const BISECTIONS = 60;

/**
 * Gauss's quadrature of a discrete measure: exact for polynomials up to degree 2n − 1, and for exponentials as good as a polynomial of
 * that degree can be. Stieltjes' procedure for the recurrence, bisection with Sturm's count for the roots.
 *
 *   p₊ = (x − α) p − β p₋,   w = 1 / Σ p̂ₖ(x)²  (p̂ of unit norm)
 *
 * Fewer nodes where the measure has fewer points.
 */
export function gaussQuadrature(points: Float64Array, weights: Float64Array, count: number): Quadrature {
  const { alpha, beta } = recurrence(points, weights, count);
  const order = alpha.length;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = 0; n < points.length; n++) {
    if (!(weights[n] > 0)) continue;
    low = Math.min(low, points[n]);
    high = Math.max(high, points[n]);
  }
  const nodes = Float64Array.from({ length: order }, (_, j) => {
    let [from, to] = [low - 1e-12, high + 1e-12];
    for (let step = 0; step < BISECTIONS; step++) {
      const middle = (from + to) / 2;
      if (rootsBelow(middle, alpha, beta) > j) to = middle;
      else from = middle;
    }
    return (from + to) / 2;
  });
  return { nodes, weights: nodes.map((x) => christoffel(x, alpha, beta)) };
}

/** α and β of the monic orthogonal polynomials; β₀ is the whole measure. */
function recurrence(points: Float64Array, weights: Float64Array, count: number) {
  const alpha: number[] = [];
  const beta: number[] = [];
  let before = new Float64Array(points.length);
  let now = new Float64Array(points.length).fill(1);
  let normBefore = 1;
  let whole = 0;
  for (let k = 0; k < count; k++) {
    let [norm, first] = [0, 0];
    for (let n = 0; n < points.length; n++) {
      const square = weights[n] * now[n] * now[n];
      norm += square;
      first += square * points[n];
    }
    if (k === 0) whole = norm;
    // What is left of the measure is rounding: it has no more points than that.
    if (!(norm > 1e-28 * whole)) break;
    alpha.push(first / norm);
    beta.push(k === 0 ? norm : norm / normBefore);
    const next = new Float64Array(points.length);
    for (let n = 0; n < points.length; n++)
      next[n] = (points[n] - alpha[k]) * now[n] - (k === 0 ? 0 : beta[k] * before[n]);
    [before, now, normBefore] = [now, next, norm];
  }
  return { alpha, beta };
}

/** Eigenvalues of the Jacobi matrix below x: signs of the pivots of J − x. */
function rootsBelow(x: number, alpha: readonly number[], beta: readonly number[]): number {
  let below = 0;
  let pivot = 1;
  for (let k = 0; k < alpha.length; k++) {
    pivot = alpha[k] - x - (k === 0 ? 0 : beta[k] / pivot);
    if (pivot === 0) pivot = 1e-300;
    if (pivot < 0) below++;
  }
  return below;
}

function christoffel(x: number, alpha: readonly number[], beta: readonly number[]): number {
  let before = 0;
  let now = 1 / Math.sqrt(beta[0]);
  let sum = now * now;
  for (let k = 0; k + 1 < alpha.length; k++) {
    const next =
      ((x - alpha[k]) * now - (k === 0 ? 0 : Math.sqrt(beta[k]) * before)) / Math.sqrt(beta[k + 1]);
    [before, now] = [now, next];
    sum += now * now;
  }
  return 1 / sum;
}
