import { expect, test } from "vitest";
import { fillUniform } from "../../src/random/fill-uniform.ts";

const filled = (count: number, key: readonly [number, number] = [7, 9]): Float32Array => {
  const values = new Float32Array(count);
  fillUniform(values, key);
  return values;
};

test("a longer array begins with the same numbers; another key gives others", () => {
  expect(filled(1003).subarray(0, 1001)).toEqual(filled(1001));
  expect(filled(8, [7, 10])).not.toEqual(filled(8));
});

test("numbers are uniform on (0, 1) and do not depend on their neighbours", () => {
  const count = 400_000;
  const values = filled(count);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const square = values.reduce((sum, value) => sum + value * value, 0) / count;
  const product = values.reduce((sum, value, n) => sum + value * values[(n + 1) % count], 0) / count;
  // Five standard deviations of means of U (√(1/12)), U² (√(4/45)) and U U' (√(7/144)), over √count.
  const within = (deviation: number): number => (5 * deviation) / Math.sqrt(count);
  expect(Math.abs(mean - 1 / 2)).toBeLessThan(within(Math.sqrt(1 / 12)));
  expect(Math.abs(square - 1 / 3)).toBeLessThan(within(Math.sqrt(4 / 45)));
  // Neighbouring products share a factor: their mean varies by 7/144 + 2 · (1/12 − 1/16) a number.
  expect(Math.abs(product - 1 / 4)).toBeLessThan(within(Math.sqrt(7 / 144 + 2 * (1 / 12 - 1 / 16))));
  expect(values.every((value) => value > 0 && value < 1)).toBe(true);
});

test("a tenth of the numbers is below a tenth", () => {
  const count = 400_000;
  const below = filled(count).filter((value) => value < 0.1).length;
  // Five standard deviations of a binomial count, and what 16 bits round.
  expect(Math.abs(below - count / 10)).toBeLessThan(5 * Math.sqrt(count * 0.09) + count * 2 ** -17);
});
