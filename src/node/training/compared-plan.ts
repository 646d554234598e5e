import type { Task } from "../../training/batch.ts";
import type { JsonValue } from "../../training/log/plan-differences.ts";
import type { Plan } from "../../training/plan.ts";

/** What must be the same for a checkpoint to be gone on from: all of the plan that changes what is learnt, and the names of the task. */
export function comparedPlan(plan: Plan, task: Task): Readonly<Record<string, JsonValue>> {
  const { description: _, checkpoints: __, ...rest } = plan;
  const { structures, landmarks } = task;
  // Through JSON, as it will be read again: fields that are undefined are gone.
  return JSON.parse(JSON.stringify({ ...rest, task: { structures, landmarks } })) as Record<
    string,
    JsonValue
  >;
}
