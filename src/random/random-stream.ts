import { type PhiloxKey, philox4x32 } from "./philox.ts";
import { poissonQuantile } from "./poisson-quantile.ts";

/** Random numbers drawn one after another: for poses, materials and other things of which a sample has a few. */
export interface RandomStream {
  /** Uniform on [0, 1), 53 bits. */
  readonly uniform: () => number;
  /** Uniform on [low, high). */
  readonly uniformIn: (low: number, high: number) => number;
  /** Standard normal (Box–Muller). */
  readonly normal: () => number;
  /** Poisson with a mean from 0 to 500, exact. */
  readonly poisson: (mean: number) => number;
  /** A whole number from 0 to count − 1; bias below count · 2⁻⁵³. */
  readonly integerBelow: (count: number) => number;
}

/** The stream of a key: the n-th uniform number is made of counter ⌊n / 2⌋, so it can be drawn again at will. */
export function randomStream(key: PhiloxKey): RandomStream {
  let drawn = 0;
  let words: readonly number[] = [];
  const uniform = (): number => {
    const half = drawn % 2;
    const block = (drawn - half) / 2;
    if (half === 0) words = philox4x32([block >>> 0, Math.floor(block / 2 ** 32), 0, 4], key);
    drawn++;
    return uniform53(words[2 * half], words[2 * half + 1]);
  };
  return {
    uniform,
    uniformIn: (low, high) => low + (high - low) * uniform(),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    poisson: (mean) => poissonQuantile(mean, uniform()),
    integerBelow: (count) => Math.floor(uniform() * count),
  };
}

/** 32 bits of one word and 21 of the other make a number in [0, 1). */
export const uniform53 = (high: number, low: number): number => (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
