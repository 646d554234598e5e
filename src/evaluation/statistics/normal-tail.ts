/**
 * Probability that a standard normal number exceeds z,  ½ · erfc(z / √2), to about 1e-14 of itself.
 *
 * Near the middle by the series  Φ(z) − ½ = φ(z) · Σ z^(2n+1) / (1·3·5…(2n+1)), further out by the continued fraction of Mills' ratio
 * (Abramowitz and Stegun 26.2.11 and 26.2.14).
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (z * z) / (2 * n + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  // 1 / (z + 1 / (z + 2 / (z + 3 / …))), from the inside out; 200 levels are enough from 3 on.
  let fraction = z;
  for (let n = 200; n > 0; n--) fraction = z + n / fraction;
  return density / fraction;
}
