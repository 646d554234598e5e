import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/training/batch.ts";
import type { ValidationOutcome } from "../../src/training/training-program.ts";
import { validate } from "../../src/training/validate.ts";

const STRUCTURES = ["a", "b"];

/** Batches of one row of pixels and what a network says of each. */
function validated(
  cases: readonly { targets: number[]; said: number[]; size?: number; loss?: number }[],
  targets: "classes" | "masks" = "classes",
) {
  const outcomes = new Map<Batch, ValidationOutcome>();
  const batches = cases.map(({ targets: truth, said, size = 1, loss = 0 }): Batch => {
    const batch = {
      size,
      pixels: new Float32Array(),
      targets: Uint8Array.from(truth),
      points: new Float32Array(),
      visible: new Float32Array(),
    };
    outcomes.set(batch, { loss, terms: { dice: 2 * loss }, probabilities: Float32Array.from(said) });
    return batch;
  });
  const unused = () => {
    throw new Error("not for validation");
  };
  return validate(
    {
      validate: async (batch) => outcomes.get(batch) as ValidationOutcome,
      step: unused,
      state: unused,
      restore: unused,
      release: unused,
    },
    batches,
    { structures: STRUCTURES, targets },
  );
}

/** Planes of background, a, b that are sure of these classes. */
const sureOf = (classes: number[]) =>
  [0, 1, 2].flatMap((plane) => classes.map((value) => (value === plane ? 0.6 : 0.2)));

describe("Dice of a validation", () => {
  test("is 2 |A ∩ B| / (|A| + |B|) of the likeliest class", async () => {
    const { dice } = await validated([{ targets: [1, 1, 1, 0, 2, 2], said: sureOf([1, 1, 2, 1, 2, 2]) }]);
    // a: two of three found, three said; b: both found, three said.
    expect(dice.a).toBeCloseTo((2 * 2) / (3 + 3), 15);
    expect(dice.b).toBeCloseTo((2 * 2) / (2 + 3), 15);
  });

  test("is 1 of what is right, 0 of what is missed, NaN of what is nowhere", async () => {
    const right = await validated([{ targets: [1, 0, 2], said: sureOf([1, 0, 2]) }]);
    expect(right.dice).toEqual({ a: 1, b: 1 });
    const missed = await validated([{ targets: [1, 0, 0], said: sureOf([0, 1, 0]) }]);
    expect(missed.dice).toEqual({ a: 0, b: Number.NaN });
  });

  test("counts pixels of all examples together", async () => {
    const { dice } = await validated([
      { targets: [1, 1, 1, 1], said: sureOf([1, 1, 1, 1]) },
      { targets: [1, 0, 0, 0], said: sureOf([0, 0, 0, 0]) },
    ]);
    expect(dice.a).toBeCloseTo((2 * 4) / (5 + 4), 15);
  });

  test("knows several examples of a batch apart", async () => {
    // Two pixels each, planes within examples.
    const said = [...sureOf([1, 0]), ...sureOf([2, 2])];
    const { dice } = await validated([{ targets: [1, 0, 2, 1], said, size: 2 }]);
    expect(dice.a).toBeCloseTo((2 * 1) / (2 + 1), 15);
    expect(dice.b).toBeCloseTo((2 * 1) / (1 + 2), 15);
  });

  test("leaves pixels out that nobody knows", async () => {
    const plain = await validated([{ targets: [1, 0], said: sureOf([1, 1]) }]);
    const unknown = await validated([{ targets: [1, 0, 255, 255, 255], said: sureOf([1, 1, 1, 2, 0]) }]);
    expect(unknown.dice).toEqual(plain.dice);
  });

  test("of masks counts each from one half on, where they overlap too", async () => {
    const { dice } = await validated(
      [{ targets: [1, 1, 0, 255, 1, 0, 0, 0], said: [0.5, 0.49, 0.9, 0.9, 0.7, 0, 0, 0.5] }],
      "masks",
    );
    expect(dice.a).toBeCloseTo((2 * 1) / (2 + 2), 15);
    expect(dice.b).toBeCloseTo((2 * 1) / (1 + 2), 15);
  });
});

test("losses are means over examples, not over batches", async () => {
  const { loss, terms } = await validated([
    { targets: [0, 0, 0], said: [...sureOf([0]), ...sureOf([0]), ...sureOf([0])], size: 3, loss: 1 },
    { targets: [0], said: sureOf([0]), loss: 5 },
  ]);
  expect(loss).toBe(2);
  expect(terms).toEqual({ dice: 4 });
});
