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
  for (const value of intensity) if (value > largest) largest = value;
  if (largest === 0) return new Float32Array(intensity.length);
  const epsilon = SMALLEST_PART * largest;
  let smallest = largest;
  for (const value of intensity) if (value > epsilon && value < smallest) smallest = value;
  return intensity.map((value) => Math.log(largest / (value > epsilon ? value : smallest)));
}
