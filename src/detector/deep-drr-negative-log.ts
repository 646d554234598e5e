/**
 * DeepDRR's `neglog`:  L = −ln(I + min I + ε), then linearly to [0, 1].
 *
 * @param intensity in keV per emitted photon, DeepDRR's unit: ε is not scaled with the image
 * @returns all zero for an image of one value. Source: arcadelab/deepdrr, behaviour of `utils.neglog`
 */
export function deepDrrNegativeLog(intensity: Float32Array, epsilon = 0.01): Float32Array {
  let least = Number.POSITIVE_INFINITY;
  for (const value of intensity) least = Math.min(least, value);
  const logged = intensity.map((value) => -Math.log(value + least + epsilon));
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of logged) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = high > low ? high - low : Number.POSITIVE_INFINITY;
  return logged.map((value) => (value - low) / span);
}
