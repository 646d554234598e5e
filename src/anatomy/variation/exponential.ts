import { displacementAt, forEachNode, type Lattice } from "./lattice.ts";

/** A first step is at most this fraction of the distance between nodes. */
const LARGEST_STEP = 0.125;

/**
 * The map that a stationary velocity field v leads to in unit time, exp(v): scaling and squaring, u ← u + u ∘ (id + u), from v / 2ⁿ.
 * exp(−v) is its inverse. The flow of a smooth field never folds; on a lattice `smallestJacobian` checks it.
 * Source: Arsigny et al., MICCAI 2006.
 */
export function exponential(velocity: Lattice): Lattice {
  const largest = velocity.displacement.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const squarings = Math.max(0, Math.ceil(Math.log2(largest / LARGEST_STEP)));
  let current: Lattice = {
    ...velocity,
    displacement: velocity.displacement.map((value) => value / 2 ** squarings),
  };
  const moved = new Float64Array(3);
  for (let round = 0; round < squarings; round++) {
    const next = new Float32Array(current.displacement.length);
    const from = current;
    forEachNode(from, (index, a, b, c) => {
      const d = from.displacement;
      const [x, y, z] = [d[3 * index], d[3 * index + 1], d[3 * index + 2]];
      displacementAt(from, [a + x, b + y, c + z], moved);
      next[3 * index] = x + moved[0];
      next[3 * index + 1] = y + moved[1];
      next[3 * index + 2] = z + moved[2];
    });
    current = { ...current, displacement: next };
  }
  return current;
}
