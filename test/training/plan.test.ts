import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/error/input-error.ts";
import { shippedPlan, shippedPlanNames } from "../../src/node/training/shipped-plans.ts";
import { checkPlan, readPlan } from "../../src/training/plan.ts";
import { planProfiles, profileNames } from "../../src/training/plan-profiles.ts";

function refusal(text: string): InputError {
  try {
    readPlan(text, "plan.yaml");
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("the plan was taken");
}

describe("a plan", () => {
  test("of a name alone is the default profile", () => {
    const plan = readPlan("name: small\n", "plan.yaml");
    const { default: ours } = planProfiles;
    expect(plan).toMatchObject({ ...ours, name: "small", profile: "default", seed: 0, use: "last" });
    expect(plan.epochs).toBeUndefined();
  });

  test.each(profileNames)("takes from the profile %s what it leaves out, field by field", (profile) => {
    const plan = checkPlan({ name: "p", profile, loss: { crossEntropy: 0.25 } });
    expect(plan.loss.crossEntropy).toBe(0.25);
    const { loss = {}, ...rest } = planProfiles[profile];
    expect(plan).toMatchObject(rest);
    expect({ ...plan.loss, crossEntropy: 0 }).toMatchObject({ ...(loss as object), crossEntropy: 0 });
  });

  test("does not name a channel twice", () => {
    const { message } = refusal(
      "name: p\nsteps: 2\ninput: { channels: [standardised, local-contrast, standardised] }\n",
    );
    expect(message).toContain("plan.yaml:3");
    expect(message).toContain("a channel stands there twice");
  });

  test("keeps the profile's numbers of a thing of the same kind, said or not", () => {
    const { momentum, weightDecay } = planProfiles.paper.optimiser as Record<string, number>;
    for (const optimiser of [{ learningRate: 0.5 }, { kind: "sgd-nesterov" as const, learningRate: 0.5 }])
      expect(checkPlan({ name: "p", profile: "paper", optimiser }).optimiser).toEqual({
        kind: "sgd-nesterov",
        learningRate: 0.5,
        momentum,
        weightDecay,
      });
  });

  test("of another kind takes none of the profile's numbers, but the defaults of its own", () => {
    const plan = checkPlan({
      name: "p",
      profile: "code",
      optimiser: { kind: "adam" },
      schedule: { kind: "cosine" },
      network: { kind: "unet" },
    });
    expect(plan.optimiser).toEqual({
      kind: "adam",
      learningRate: 1e-3,
      weightDecay: 0,
      beta1: 0.9,
      beta2: 0.999,
    });
    expect(plan.schedule).toEqual({ kind: "cosine", warmUpShare: 0.05 });
    expect(plan.network).toEqual({
      kind: "unet",
      features: [16, 24, 48, 96, 128],
      normalisation: "group",
      up: "bilinear",
    });
  });

  test("replaces lists whole", () => {
    const plan = checkPlan({ name: "p", network: { features: [4, 8] } });
    expect(plan.network).toMatchObject({ kind: "unet", features: [4, 8], normalisation: "group" });
  });

  test("has its own budget instead of the profile's, in steps or in epochs", () => {
    const steps = checkPlan({ name: "p", profile: "paper", steps: 10 });
    expect([steps.steps, steps.epochs]).toEqual([10, undefined]);
    const epochs = checkPlan({ name: "p", epochs: 3 });
    expect([epochs.steps, epochs.epochs]).toEqual([undefined, 3]);
    const both = refusal("name: p\nsteps: 10\nepochs: 3\n");
    expect(both.message).toBe("the plan is not valid: plan.yaml:2:8: steps: give either steps or epochs");
  });

  test("that is wrong is told with line, column and field", () => {
    const wrong = refusal(
      "name: a b\nbatch: 0\nnetwork:\n  kind: unet\n  featurs: [4]\noptimiser: { kind: adamm }\n",
    );
    expect(wrong.code).toBe("plan-invalid");
    expect(wrong.message).toMatch(/plan\.yaml:1:7: name: a name is made of letters/);
    expect(wrong.message).toMatch(/plan\.yaml:2:8: batch/);
    expect(wrong.message).toMatch(/plan\.yaml:5:12: network\.featurs: there is no such field/);
    expect(wrong.message).toMatch(/plan\.yaml:6:20: optimiser\.kind/);
    const broken = refusal("name: [\n");
    expect(broken.code).toBe("plan-yaml");
    expect(broken.message).toMatch(/^plan\.yaml:\d+:\d+: /);
    expect(refusal("name: p\nprofile: papr\n").message).toMatch(
      /^the plan is not valid: plan\.yaml:2:10: profile: [^;]*$/,
    );
    expect(refusal("- 1\n").code).toBe("plan-invalid");
    expect(refusal("").code).toBe("plan-invalid");
  });

  test("refuses numbers that are none", () => {
    for (const text of [
      "heatMapSigmaMm: .nan",
      "clipNorm: .inf",
      "averageDecay: 1",
      "batch: 1.5",
      "seed: -1",
    ])
      expect(refusal(`name: p\n${text}\n`).code, text).toBe("plan-invalid");
  });

  test("for a transunet has one channel", () => {
    const two = refusal(
      "name: p\ninput: { channels: [standardised, local-contrast] }\nnetwork: { kind: transunet }\n",
    );
    expect(two.message).toBe(
      "the plan is not valid: plan.yaml:2:20: input.channels: a transunet sees one channel, these are standardised and local-contrast; write channels: [standardised]",
    );
    // Two is the default, too.
    expect(refusal("name: p\nnetwork: { kind: transunet }\n").message).toContain("input.channels");
    const one = checkPlan({
      name: "p",
      input: { channels: ["standardised"] },
      network: { kind: "transunet" },
    });
    expect(one.network).toEqual({ kind: "transunet", size: "small" });
  });

  test("that comes with SyntheX is right, and is called as its file", async () => {
    const names = await shippedPlanNames();
    expect(names).toEqual(expect.arrayContaining(["chest", "hip", "quick"]));
    for (const name of names) {
      const path = await shippedPlan(name);
      expect(readPlan(readFileSync(path, "utf8"), path).name).toBe(name);
    }
    expect(await shippedPlan("some/plan.yaml")).toBe("some/plan.yaml");
  });
});
