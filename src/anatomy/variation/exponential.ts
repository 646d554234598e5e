import { chained, type Lattice } from "./lattice.ts";

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
  for (let round = 0; round < squarings; round++) current = chained(current, current);
  return current;
}
