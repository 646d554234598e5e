/** Columns that were chosen, in the order of their choice, their values, and max |residual|. */
export interface SparseSolution {
  readonly columns: readonly number[];
  readonly values: Float64Array;
  readonly largestResidual: number;
}

/**
 * Minimises ‖A x − b‖ over x ≥ 0 column by column until every residual is small, so that few columns are used.
 *
 * Active-set method of Lawson and Hanson, "Solving Least Squares Problems", 1974, ch. 23, stopped early; the inner
 * problems by modified Gram–Schmidt with re-orthogonalisation.
 *
 * @param matrix A by columns, all as long as `target` b
 * @returns the solution of least maximum residual met on the way
 */
export function nonNegativeLeastSquares(
  matrix: readonly Float64Array[],
  target: Float64Array,
  options: { tolerance: number; mostColumns: number },
): SparseSolution {
  const norms = matrix.map((column) => Math.sqrt(dot(column, column)));
  const leastSquares = leastSquaresOf(matrix, target);
  let active: number[] = [];
  let values: Float64Array = new Float64Array(0);
  let best: SparseSolution = { columns: active, values, largestResidual: Number.POSITIVE_INFINITY };
  for (let step = 0; step < 8 * options.mostColumns; step++) {
    const residual = residualOf(matrix, target, active, values);
    const largestResidual = residual.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    if (largestResidual < best.largestResidual) best = { columns: active, values, largestResidual };
    if (largestResidual < options.tolerance || active.length >= options.mostColumns) break;
    // The column that points most towards the residual joins.
    let next = -1;
    let steepest = 0;
    matrix.forEach((column, index) => {
      const slope = norms[index] > 0 && !active.includes(index) ? dot(column, residual) / norms[index] : 0;
      if (slope > steepest) [next, steepest] = [index, slope];
    });
    if (next < 0) break;
    active = [...active, next];
    let feasible = Float64Array.from([...values, 0]);
    // Columns whose value would become negative leave.
    for (;;) {
      const wanted = leastSquares(active);
      let fraction = 1;
      wanted.forEach((value, i) => {
        if (value <= 0) fraction = Math.min(fraction, feasible[i] / (feasible[i] - value));
      });
      if (wanted.every((value) => value > 0)) {
        values = wanted;
        break;
      }
      const moved = feasible.map((value, i) => value + fraction * (wanted[i] - value));
      const kept = [...moved.keys()].filter((i) => moved[i] > 1e-14);
      active = kept.map((i) => active[i]);
      feasible = Float64Array.from(kept, (i) => moved[i]);
      if (active.length === 0) return best;
    }
  }
  return best;
}

function residualOf(
  matrix: readonly Float64Array[],
  target: Float64Array,
  active: readonly number[],
  values: Float64Array,
): Float64Array {
  const residual = Float64Array.from(target);
  active.forEach((index, i) => {
    const column = matrix[index];
    for (let row = 0; row < column.length; row++) residual[row] -= values[i] * column[row];
  });
  return residual;
}

/**
 * x that minimises ‖Σ xᵢ columnᵢ − b‖ for a choice of columns. What the choice before had at its start in common is not
 * orthogonalised again.
 */
function leastSquaresOf(
  matrix: readonly Float64Array[],
  target: Float64Array,
): (chosen: readonly number[]) => Float64Array {
  // Of each column of the last choice: the column, its unit vector, its entries of R, its part of the target.
  const done: { index: number; q: Float64Array; upper: number[]; projected: number }[] = [];
  return (chosen) => {
    let common = 0;
    while (common < done.length && done[common].index === chosen[common]) common++;
    done.length = common;
    for (const index of chosen.slice(common)) {
      const q = Float64Array.from(matrix[index]);
      const upper = done.map(() => 0);
      for (let pass = 0; pass < 2; pass++)
        done.forEach((other, k) => {
          const along = dot(other.q, q);
          upper[k] += along;
          for (let row = 0; row < q.length; row++) q[row] -= along * other.q[row];
        });
      const length = Math.sqrt(dot(q, q));
      for (let row = 0; row < q.length; row++) q[row] /= length;
      done.push({ index, q, upper: [...upper, length], projected: dot(q, target) });
    }
    const x = new Float64Array(done.length);
    for (let j = done.length - 1; j >= 0; j--) {
      let rest = done[j].projected;
      for (let k = j + 1; k < done.length; k++) rest -= done[k].upper[j] * x[k];
      x[j] = rest / done[j].upper[j];
    }
    return x;
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
