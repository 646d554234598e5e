import { describe, expect, test } from "vitest";
import { drawPatient } from "../../src/dataset/draw-patient.ts";
import { type Recipe, recipeSchema } from "../../src/dataset/recipe.ts";
import { checkPlan, type Plan } from "../../src/training/plan.ts";
import { streamBlocks } from "../../src/training/stream-blocks.ts";

type Split = "train" | "validation" | "test";

const recipe = (splits: Record<string, Split>): Recipe =>
  recipeSchema.parse({
    name: "some",
    count: 1e9,
    seed: 4,
    subjects: Object.entries(splits).map(([name, split]) => ({ name, ct: `${name}.nii.gz`, split })),
    imagesPerPatient: 10,
  });
const plan = (data: object = {}): Plan => checkPlan({ name: "some", steps: 10, data });
const first = (of: (n: number) => number, count = 100): number[] =>
  Array.from({ length: count }, (_, n) => of(n));
const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

const THREE = recipe({ a: "train", b: "train", c: "train" });

describe("no patient is both learnt from and validated on", () => {
  test.each([
    { by: "a share", of: THREE, how: plan() },
    { by: "k folds", of: THREE, how: plan({ folds: { kind: "k-fold", count: 4, index: 1 } }) },
    { by: "subject", of: THREE, how: plan({ folds: { kind: "subject", index: 1 } }) },
    { by: "the recipe's split", of: recipe({ a: "train", b: "validation", c: "test" }), how: plan() },
  ])("by $by", ({ of, how }) => {
    const blocks = streamBlocks(of, how);
    const [train, validation] = [first(blocks.train), first(blocks.validation)];
    expect(train.filter((block) => validation.includes(block))).toEqual([]);
    // And each in order, nothing twice.
    expect(train).toEqual([...new Set(train)].toSorted((a, b) => a - b));
    expect(validation).toEqual([...new Set(validation)].toSorted((a, b) => a - b));
  });
});

const subjectsOf = (of: Recipe, blocks: number[]): string[] =>
  [...new Set(blocks.map((block) => drawPatient(of, block).subject.name ?? ""))].toSorted();

test("subjects for the test are never shown", () => {
  const of = recipe({ a: "train", b: "test", c: "validation" });
  const blocks = streamBlocks(of, plan());
  expect(subjectsOf(of, first(blocks.train))).toEqual(["a"]);
  expect(subjectsOf(of, first(blocks.validation))).toEqual(["c"]);
});

test("leaving one subject out leaves all its patients out", () => {
  const blocks = streamBlocks(THREE, plan({ folds: { kind: "subject", index: 2 } }));
  expect(subjectsOf(THREE, first(blocks.train))).toEqual(["a", "b"]);
  expect(subjectsOf(THREE, first(blocks.validation))).toEqual(["c"]);
  expect(blocks.rule).toBe("without c");
});

test("k folds share all patients among them", () => {
  const held = [0, 1, 2].map((index) =>
    first(streamBlocks(THREE, plan({ folds: { kind: "k-fold", count: 3, index } })).validation, 10),
  );
  expect(held.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
});

test("a share of a twentieth holds every twentieth patient back, whatever the length of the training", () => {
  const blocks = streamBlocks(THREE, plan({ validationShare: 0.05 }));
  expect(first(blocks.validation, 4)).toEqual([0, 20, 40, 60]);
  expect(first(blocks.train, 4)).toEqual([1, 2, 3, 4]);
});

test("without a share all are learnt from", () => {
  const blocks = streamBlocks(THREE, plan({ validationShare: 0 }));
  expect(blocks.hasValidation).toBe(false);
  expect(first(blocks.train, 5)).toEqual([0, 1, 2, 3, 4]);
});

test("folds that a recipe cannot have are refused", () => {
  const one = recipe({ a: "train", b: "test" });
  expect(codeOf(() => streamBlocks(one, plan({ folds: { kind: "subject", index: 0 } })))).toBe("folds-few");
  expect(codeOf(() => streamBlocks(THREE, plan({ folds: { kind: "subject", index: 3 } })))).toBe("folds-few");
  expect(codeOf(() => streamBlocks(THREE, plan({ folds: { kind: "k-fold", count: 3, index: 3 } })))).toBe(
    "folds-few",
  );
  expect(codeOf(() => streamBlocks(recipe({ a: "test" }), plan()))).toBe("examples-none");
});
