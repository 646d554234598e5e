import type { PhiloxKey } from "../random/philox.ts";

/** The last word of the counter of fields; 1 to 4 belong to src/random, 5 to sub-keys. */
export const FIELD_COUNTER = 6;

/**
 * Random 32-bit words, four from each Philox block: word n is word n mod 4 of the block with counter (⌊n / 4⌋, 0, 0, 6).
 *
 * The same numbers as `philox4x32` gives, written out without arrays: a picture needs thousands of blocks. test/augmentation holds it to that.
 */
export function randomWords(key: PhiloxKey, count: number): Uint32Array {
  const words = new Uint32Array(4 * Math.ceil(count / 4));
  for (let n = 0; n < words.length; n += 4) {
    let c0 = n / 4;
    let c1 = 0;
    let c2 = 0;
    let c3 = FIELD_COUNTER;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < 10; round++) {
      // Upper words of 0xd2511f53 · c0 and 0xcd9e8d57 · c2 from halves of 16 bits.
      const low0 = c0 & 0xffff;
      const high0 = c0 >>> 16;
      const middle0 = Math.imul(0xd251, low0) + (Math.imul(0x1f53, low0) >>> 16);
      const cross0 = (middle0 & 0xffff) + Math.imul(0x1f53, high0);
      const upper0 = (Math.imul(0xd251, high0) + (middle0 >>> 16) + (cross0 >>> 16)) | 0;
      const low2 = c2 & 0xffff;
      const high2 = c2 >>> 16;
      const middle2 = Math.imul(0xcd9e, low2) + (Math.imul(0x8d57, low2) >>> 16);
      const cross2 = (middle2 & 0xffff) + Math.imul(0x8d57, high2);
      const upper2 = (Math.imul(0xcd9e, high2) + (middle2 >>> 16) + (cross2 >>> 16)) | 0;
      const next1 = Math.imul(0xcd9e8d57, c2);
      const next3 = Math.imul(0xd2511f53, c0);
      c0 = upper2 ^ c1 ^ k0;
      c2 = upper0 ^ c3 ^ k1;
      c1 = next1;
      c3 = next3;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    words[n] = c0;
    words[n + 1] = c1;
    words[n + 2] = c2;
    words[n + 3] = c3;
  }
  return words.length === count ? words : words.subarray(0, count);
}

/** Uniform numbers on [0, 1) of 24 bits, which a float32 holds exactly. */
export function uniformField(key: PhiloxKey, count: number): Float32Array {
  const words = randomWords(key, count);
  const field = new Float32Array(count);
  for (let n = 0; n < count; n++) field[n] = (words[n] >>> 8) * 2 ** -24;
  return field;
}

/**
 * Standard normal numbers, two from each word: 16 bits choose one of 65,536 equally likely quantiles. None is beyond 4.17 standard
 * deviations; the variance is that of the normal distribution to 5e-5.
 */
export function normalField(key: PhiloxKey, count: number): Float32Array {
  const words = randomWords(key, Math.ceil(count / 2));
  const table = (quantiles ??= normalQuantiles());
  const field = new Float32Array(count);
  for (let n = 0, word = 0; n < count; n += 2, word++) {
    field[n] = table[words[word] & 0xffff];
    // Beyond the end of an odd count this is ignored.
    field[n + 1] = table[words[word] >>> 16];
  }
  return field;
}

const QUANTILES = 65_536;
let quantiles: Float32Array | undefined;

/** From here to its end the table takes many small steps: 1/φ grows quickly. */
const TAIL = 200;

/** Φ⁻¹((k + ½) / 65,536): dx/dΦ = 1/φ(x) from the middle outwards by fourth-order Runge-Kutta steps. */
function normalQuantiles(): Float32Array {
  const table = new Float32Array(QUANTILES);
  let x = 0;
  let cumulative = 0.5;
  for (let k = QUANTILES / 2; k < QUANTILES; k++) {
    const wanted = (k + 0.5) / QUANTILES;
    const steps = QUANTILES - k < TAIL ? 64 : 1;
    const step = (wanted - cumulative) / steps;
    for (let n = 0; n < steps; n++) {
      const k1 = inverseDensity(x);
      const k2 = inverseDensity(x + (step * k1) / 2);
      const k3 = inverseDensity(x + (step * k2) / 2);
      const k4 = inverseDensity(x + step * k3);
      x += (step * (k1 + 2 * k2 + 2 * k3 + k4)) / 6;
    }
    cumulative = wanted;
    table[k] = x;
    table[QUANTILES - 1 - k] = -x;
  }
  return table;
}

const inverseDensity = (x: number): number => Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
