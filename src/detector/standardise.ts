/** Zero mean and unit standard deviation over the image (z-score); an image of one value becomes zero. */
export function standardise(values: Float32Array): Float32Array {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  // Below float32's resolution of the mean there is no structure, only rounding.
  return deviation > 1e-7 * Math.abs(mean)
    ? values.map((value) => (value - mean) / deviation)
    : new Float32Array(values.length);
}
