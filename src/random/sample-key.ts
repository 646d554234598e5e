import { InputError } from "../error/input-error.ts";
import { type PhiloxKey, philox4x32 } from "./philox.ts";

/**
 * The key of one random effect of one sample: what it yields depends on (seed, index, effect) and on nothing else,
 * not on order, workers, shards or restarts.
 *
 *   key = fold(fold(seed, index), UTF-8 bytes of effect),  fold(k, block) = first 64 bits of Philox(block, k)
 *
 * @param seed of the data set, a whole number from 0 to 2⁶⁴ − 1 (a number only up to 2⁵³ − 1)
 * @param index of the sample, same range
 * @param effect what the numbers are for: "detector-noise", "pose", …
 * @throws InputError `random-seed`
 */
export function sampleKey(seed: bigint | number, index: bigint | number, effect: string): PhiloxKey {
  const [seedLow, seedHigh] = words("seed", seed);
  const [indexLow, indexHigh] = words("sample index", index);
  // The last counter word keeps the three kinds of folding apart.
  let key: PhiloxKey = first(philox4x32([indexLow, indexHigh, 0, 1], [seedLow, seedHigh]));
  const bytes = new TextEncoder().encode(effect);
  for (let start = 0; start < bytes.length; start += 12) {
    const word = (offset: number): number =>
      [0, 1, 2, 3].reduce((value, i) => value | ((bytes[start + offset + i] ?? 0) << (8 * i)), 0) >>> 0;
    key = first(philox4x32([word(0), word(4), word(8), 2], key));
  }
  return first(philox4x32([bytes.length, 0, 0, 3], key));
}

const first = ([low, high]: readonly number[]): PhiloxKey => [low, high];

function words(name: string, value: bigint | number): [number, number] {
  const valid =
    typeof value === "bigint" ? value >= 0n && value < 1n << 64n : Number.isSafeInteger(value) && value >= 0;
  if (!valid)
    throw new InputError(
      "random-seed",
      `the ${name} must be a whole number from 0 to 2^64 - 1 (a plain number up to 2^53 - 1), got ${value}`,
    );
  const wide = BigInt(value);
  return [Number(wide & 0xffffffffn), Number(wide >> 32n)];
}
