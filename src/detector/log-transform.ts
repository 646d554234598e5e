/** Intensities at or below this part of the image's maximum count as none; float32 keeps about seven digits. */
const SMALLEST_PART = 1e-7;

/**
 * Line integrals from intensities:  L = −ln(I / I₀), I₀ the image's maximum, so that bone is bright and air 0.
 *
 * Pixels without intensity (at most 1e-7 of I₀, among them negative ones from electronic noise) get the value of the
 * smallest intensity above that. An image without any intensity becomes zero everywhere. Source: Gao et al. 2023 and
 * Grupp et al. 2020, preprocessing of fluoroscopic images.
 */
export function logTransform(intensity: Float32Array): Float32Array {
  let largest = 0;
  for (let n = 0; n < intensity.length; n++) if (intensity[n] > largest) largest = intensity[n];
  const logarithm = new Float32Array(intensity.length);
  if (largest === 0) return logarithm;
  const epsilon = SMALLEST_PART * largest;
  let smallest = largest;
  for (let n = 0; n < intensity.length; n++)
    if (intensity[n] > epsilon && intensity[n] < smallest) smallest = intensity[n];
  for (let n = 0; n < intensity.length; n++) {
    const value = intensity[n];
    logarithm[n] = Math.log(largest / (value > epsilon ? value : smallest));
  }
  return logarithm;
}
