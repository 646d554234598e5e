import { type PhiloxKey, philox4x32 } from "./philox.ts";

const HALVES = 8;

/**
 * Fills an array with numbers uniform on (0, 1), of 16 bits: for masks of random pixels, which ask for many numbers and little of each.
 *
 *   number n = (h + ½) / 2¹⁶,  h the half n mod 8 (of each word the lower one first) of the Philox block ⌊n / 8⌋
 *
 * So a probability p is met within 2⁻¹⁷.
 */
export function fillUniform(values: Float32Array, key: PhiloxKey): void {
  for (let from = 0, block = 0; from < values.length; from += HALVES, block++) {
    const words = philox4x32([block, 0, 0, 5], key);
    const count = Math.min(HALVES, values.length - from);
    for (let n = 0; n < count; n++) {
      const word = words[n >> 1];
      values[from + n] = (((n & 1) === 0 ? word & 0xffff : word >>> 16) + 0.5) / 0x10000;
    }
  }
}
