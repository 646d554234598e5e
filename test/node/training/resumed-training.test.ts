import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  LAST,
  losses,
  modelBytes,
  refusal,
  type TinyPlace,
  tinyPlace,
  tinyPlan,
  trained,
  vectors,
} from "./tiny-data-set.ts";

const STEPS = 12;
let place: TinyPlace;

beforeAll(async () => {
  place = await tinyPlace();
  await trained(place, "whole");
});
afterAll(() => place.remove());

/** Stops after a step, as Ctrl-C does: the trainer is told from another thread, and may come a step or two further. */
async function cancelledAfter(step: number, out: string): Promise<number> {
  const stop = new AbortController();
  const { reason, steps } = await trained(place, out, {
    signal: stop.signal,
    onStep: (record) => {
      if (record.step === step) stop.abort();
    },
  });
  expect(reason).toBe("cancelled");
  expect(steps).toBeGreaterThanOrEqual(step);
  expect(steps).toBeLessThan(STEPS);
  return steps;
}

describe("a training that was broken off", () => {
  test("and goes on has the losses, the state and the model of one that was not, to the last bit", async () => {
    const steps = await cancelledAfter(6, "broken");
    expect(readdirSync(place.at("broken", "checkpoints"))).toContain(
      `step-${String(steps).padStart(8, "0")}.safetensors`,
    );
    const events: string[] = [];
    // The kind of convolutions is that of the checkpoint, though a trial might find another one faster now.
    const { reason } = await trained(place, "broken", {
      resume: true,
      lowering: "auto",
      onEvent: (_, text) => void events.push(text),
    });
    expect(reason).toBe("budget");
    expect(events).toContain(`going on from step ${steps}`);
    expect(await losses(place, "broken")).toEqual(await losses(place, "whole"));
    expect(await vectors(place, "broken", LAST)).toEqual(await vectors(place, "whole", LAST));
    expect(modelBytes(place, "broken")).toEqual(modelBytes(place, "whole"));
  });

  test("before it began stops after its first step", async () => {
    const { reason, steps } = await trained(place, "at-once", { signal: AbortSignal.abort() });
    expect([reason, steps]).toEqual(["cancelled", 1]);
  });

  test("is not written over, nor gone on from with another plan", async () => {
    const before = modelBytes(place, "whole");
    const there = await refusal(trained(place, "whole"));
    expect(there.code).toBe("training-there");
    expect(there.message).toBe(`${place.at("whole")} holds a training that has come to step 12`);
    expect(there.remedy).toContain("--resume");
    const plan = tinyPlan({ optimiser: { learningRate: 0.01 }, steps: 20 });
    const other = await refusal(trained(place, "whole", { plan, resume: true }));
    expect(other.code).toBe("checkpoint-other-plan");
    expect(other.message).toContain("optimiser.learningRate is 0.003 there, 0.01 here");
    expect(other.message).toContain("steps is 12 there, 20 here");
    expect(modelBytes(place, "whole")).toEqual(before);
    expect(JSON.parse(readFileSync(place.at("whole", "plan.json"), "utf8"))).toMatchObject({ steps: 12 });
  });

  test("may go on with another description and more checkpoints", async () => {
    const plan = tinyPlan({ description: "another", checkpoints: { keep: 5 } });
    const { steps } = await trained(place, "whole", { plan, resume: true });
    expect(steps).toBe(STEPS);
  });
});
