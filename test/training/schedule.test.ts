import { describe, expect, test } from "vitest";
import { checkPlan, type PlanInput } from "../../src/training/plan.ts";
import { budgetOf, learningRateAt, strengthAt } from "../../src/training/schedule.ts";

const planOf = (fields: Partial<PlanInput> | object) => checkPlan({ name: "p", ...fields });

/** Rate in the middle of every epoch: rates that change between epochs only are those of the epoch. */
function ratesByEpoch(plan: ReturnType<typeof planOf>, examples: number): number[] {
  const budget = budgetOf(plan, examples);
  return Array.from({ length: plan.epochs ?? 0 }, (_, epoch) =>
    learningRateAt(plan, budget, Math.floor((epoch + 0.5) * budget.stepsPerEpoch)),
  );
}

describe("a budget", () => {
  test("in epochs shows every example that often, on average", () => {
    // 255 pictures of five other specimens, batches of five, fifty epochs.
    expect(budgetOf(planOf({ profile: "code" }), 255)).toEqual({ steps: 2550, stepsPerEpoch: 51 });
    const { steps } = budgetOf(planOf({ batch: 16, epochs: 10 }), 31);
    // 310 examples are 19.4 batches.
    expect(steps).toBe(19);
    expect(budgetOf(planOf({ batch: 16, epochs: 1 }), 4).steps).toBe(1);
  });

  test("in steps is that many", () => {
    expect(budgetOf(planOf({ batch: 8, steps: 7 }), 20)).toEqual({ steps: 7, stepsPerEpoch: 2.5 });
  });
});

describe("the learning rate", () => {
  test("of the published controlled run is 0.1 to epoch 29, 0.05 for 30 to 39, 0.025 for 40 to 49", () => {
    const plan = planOf({ profile: "code" });
    const rates = ratesByEpoch(plan, 255);
    expect(rates).toHaveLength(50);
    for (const [epoch, rate] of rates.entries())
      expect(rate, `epoch ${epoch}`).toBeCloseTo(epoch < 30 ? 0.1 : epoch < 40 ? 0.05 : 0.025, 12);
    // At the step where the epoch begins, not one before or after.
    const budget = budgetOf(plan, 255);
    const begin = 30 * 51;
    expect([begin - 1, begin].map((step) => learningRateAt(plan, budget, step))).toEqual([0.1, 0.05]);
  });

  test("of the published scaled-up run halves every second epoch from epoch 4 on", () => {
    // The scripts' scheduler is stepped at the end of epochs 2, 3, …; every second time it halves the rate: for the first time for epoch 4.
    const plan = planOf({
      profile: "code",
      epochs: 20,
      schedule: { kind: "step", everyEpochs: 2, fromEpoch: 2 },
    });
    for (const [epoch, rate] of ratesByEpoch(plan, 18_000).entries())
      expect(rate, `epoch ${epoch}`).toBeCloseTo(0.1 * 0.5 ** Math.floor(Math.max(0, epoch - 2) / 2), 12);
  });

  test("of the paper is constant for 100 epochs and goes straight to zero in 100 more", () => {
    const plan = planOf({ profile: "paper" });
    const budget = budgetOf(plan, 100);
    expect(budget.steps).toBe(4000);
    for (const step of [0, 1, 1000, 2000]) expect(learningRateAt(plan, budget, step)).toBe(2e-4);
    expect(learningRateAt(plan, budget, 3000)).toBeCloseTo(1e-4, 15);
    expect(learningRateAt(plan, budget, 3999)).toBeCloseTo(2e-4 / 2000, 15);
    expect(learningRateAt(plan, budget, 4000)).toBe(0);
  });

  test("linear with nothing but a constant part is constant, without one goes straight down", () => {
    const budget = { steps: 10, stepsPerEpoch: 1 };
    const constant = planOf({ steps: 10, schedule: { kind: "linear", constantShare: 1 } });
    const down = planOf({ steps: 10, schedule: { kind: "linear", constantShare: 0 } });
    for (let step = 0; step <= 10; step++) {
      expect(learningRateAt(constant, budget, step)).toBe(3e-3);
      expect(learningRateAt(down, budget, step)).toBeCloseTo(3e-3 * (1 - step / 10), 15);
    }
  });

  test("cosine begins at the base rate, is half of it halfway, ends at zero", () => {
    const plan = planOf({ steps: 100, schedule: { kind: "cosine", warmUpShare: 0 } });
    const budget = budgetOf(plan, 16);
    const rate = (step: number) => learningRateAt(plan, budget, step);
    expect(rate(0)).toBe(3e-3);
    expect(rate(50)).toBeCloseTo(1.5e-3, 15);
    expect(rate(25)).toBeCloseTo((3e-3 * (1 + Math.SQRT1_2)) / 2, 15);
    expect(rate(100)).toBeCloseTo(0, 15);
    for (let step = 1; step <= 100; step++) expect(rate(step)).toBeLessThan(rate(step - 1));
  });

  test.each(["constant", "cosine", "linear", "step"] as const)(
    "%s warms up in equal strides that never pass the base rate, then runs as without a gap",
    (kind) => {
      const plan = planOf({ steps: 100, schedule: { kind, warmUpShare: 0.1 } });
      const budget = budgetOf(plan, 1600);
      const rates = Array.from({ length: 100 }, (_, step) => learningRateAt(plan, budget, step));
      for (let step = 0; step < 10; step++) expect(rates[step]).toBeCloseTo((3e-3 * (step + 1)) / 11, 15);
      expect(rates[10]).toBeCloseTo(3e-3, 15);
      expect(Math.max(...rates)).toBeLessThanOrEqual(3e-3);
      expect(Math.min(...rates)).toBeGreaterThan(0);
    },
  );
});

test("the strength of randomization goes straight from the first step to the last", () => {
  const plan = planOf({ steps: 11, augmentation: { strength: { from: 0.2, to: 0.7 } } });
  const budget = budgetOf(plan, 16);
  for (let step = 0; step < 11; step++)
    expect(strengthAt(plan, budget, step)).toBeCloseTo(0.2 + 0.05 * step, 12);
  expect(strengthAt(planOf({ steps: 1 }), { steps: 1, stepsPerEpoch: 1 }, 0)).toBe(0.2);
});
