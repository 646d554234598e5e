/** exp(−mean) must stay a normal number. */
const LARGEST_MEAN = 500;

/**
 * Poisson count by inversion: the smallest k with  Σᵢ₌₀ᵏ e^(−λ) λⁱ / i!  > u.
 *
 * @param mean λ from 0 to 500
 * @param uniform u in [0, 1)
 */
export function poissonQuantile(mean: number, uniform: number): number {
  if (!(mean >= 0 && mean <= LARGEST_MEAN))
    throw new RangeError(`a Poisson mean must lie within 0 and ${LARGEST_MEAN}, got ${mean}`);
  let count = 0;
  let probability = Math.exp(-mean);
  let cumulative = probability;
  // Past the mean, terms below the last bit of u end the search: rounding may keep the sum below a u next to 1.
  while (uniform >= cumulative && (count <= mean || probability > 2 ** -54)) {
    count++;
    probability *= mean / count;
    cumulative += probability;
  }
  return count;
}
