/** The sample at `index` of a row that is mirrored about its first and last sample without end: …2 1 0 1 2 … n−1 n−2… */
export function reflectedIndex(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = Math.abs(index) % period;
  return within < length ? within : period - within;
}
