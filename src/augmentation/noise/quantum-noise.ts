import type { PhiloxKey } from "../../random/philox.ts";
import type { LabelledImage } from "../labelled-image.ts";
import { normalField } from "../random-field.ts";

/** Values a table is made for, from 0 to 1. */
const STEPS = 256;

/**
 * Quantum noise of a log picture with values from 0 to 1 that stand for a range of `logRange`. Of N photons in the bright field
 * N exp(−logRange · v) reach a pixel; the logarithm of a Poisson count of mean n has the standard deviation 1/√n for large n, so that
 *
 *   sd(v) = exp(logRange · v / 2) / (√N · logRange):
 *
 * noise is strongest where the body is thickest.
 *
 * @param options.photons N, in the bright field
 */
export function withQuantumNoise(
  image: LabelledImage,
  options: { photons: number; logRange: number },
  key: PhiloxKey,
): LabelledImage {
  const { photons, logRange } = options;
  const table = Float32Array.from(
    { length: STEPS + 1 },
    (_, n) => Math.exp((logRange * n) / STEPS / 2) / (Math.sqrt(photons) * logRange),
  );
  const { pixels } = image;
  const normal = normalField(key, pixels.length);
  const result = new Float32Array(pixels.length);
  for (let n = 0; n < pixels.length; n++) {
    const step = Math.min(Math.max(Math.round(pixels[n] * STEPS), 0), STEPS);
    result[n] = pixels[n] + table[step] * normal[n];
  }
  return { ...image, pixels: result };
}
