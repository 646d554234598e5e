import { describe, expect, it } from "vitest";
import { judge, makeInput } from "../../tools/fuzz/judge.ts";
import { fuzzTargets } from "../../tools/fuzz/targets.ts";

/** A few hundred cases a target; `npm run fuzz` does ten thousand. */
const CASES = 300;
const SEED = 20;

describe("mutated input ends in a valid result or in an error of one sentence", () => {
  it.each(fuzzTargets.map((target) => [target.name, target] as const))("%s", async (_, target) => {
    const outcomes = { accepted: 0, refused: 0 };
    for (let index = 0; index < (target.quickCases ?? CASES); index++) {
      const { outcome, code } = await judge(target, makeInput(target, SEED, index));
      if (outcome === "defect")
        throw new Error(
          `node tools/fuzz.ts --target ${target.name} --seed ${SEED} --from ${index} --cases 1: ${code}`,
        );
      outcomes[outcome]++;
    }
    // Mutations that always or never get through would test nothing.
    expect(outcomes.accepted).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  });

  it("the same seed and index make the same case", () => {
    for (const target of fuzzTargets) expect(makeInput(target, 7, 3)).toEqual(makeInput(target, 7, 3));
  });
});
