import { describe, expect, test } from "vitest";
import { exampleOrder } from "../../src/training/example-order.ts";

const shown = (order: ReturnType<typeof exampleOrder>, steps: number) =>
  Array.from({ length: steps }, (_, step) => order(step)).flat();

describe("the order of examples", () => {
  // Batches that divide an epoch, that do not, and that are longer than one.
  test.each([
    [12, 4],
    [10, 4],
    [3, 8],
    [1, 5],
  ])("shows %i examples in batches of %i once in every epoch", (examples, batch) => {
    const epochs = 8;
    const places = shown(exampleOrder(5, examples, batch), Math.ceil((epochs * examples) / batch));
    for (let epoch = 0; epoch < epochs; epoch++) {
      const within = places.slice(epoch * examples, (epoch + 1) * examples);
      expect(within.every((place) => place.epoch === epoch)).toBe(true);
      expect(within.map(({ example }) => example).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: examples }, (_, n) => n),
      );
    }
  });

  test("is the same whichever step is asked for first", () => {
    const [examples, batch] = [10, 4];
    const inOrder = exampleOrder(5, examples, batch);
    const expected = Array.from({ length: 40 }, (_, step) => inOrder(step));
    for (const first of [39, 7, 20, 0, 1, 38])
      expect(exampleOrder(5, examples, batch)(first)).toEqual(expected[first]);
    const backwards = exampleOrder(5, examples, batch);
    for (let step = 39; step >= 0; step--) expect(backwards(step)).toEqual(expected[step]);
  });

  test("is another one in every epoch and for every seed", () => {
    const orders = [1, 2].flatMap((seed) => {
      const places = shown(exampleOrder(seed, 100, 100), 3);
      return [0, 1, 2].map((epoch) =>
        places
          .slice(100 * epoch, 100 * (epoch + 1))
          .map(({ example }) => example)
          .join(),
      );
    });
    expect(new Set(orders).size).toBe(6);
  });

  test("has every example at every place equally often", () => {
    // 3000 epochs of five: each (place, example) is binomial with mean 600, standard deviation √(3000 · 0.2 · 0.8) = 22; 25 of them
    // stay within four standard deviations but for one run in 600, and the seed is fixed.
    const counts = new Uint32Array(25);
    for (const [n, { example }] of shown(exampleOrder(3, 5, 5), 3000).entries())
      counts[(n % 5) * 5 + example]++;
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(88);
  });
});
