import type { Task } from "../../training/batch.ts";
import type { JsonValue } from "../../training/log/plan-differences.ts";
import type { Plan } from "../../training/plan.ts";

/** A plan as checkpoints hold it. */
export type ComparedPlan = Readonly<Record<string, JsonValue>>;

/** What must be the same for a checkpoint to be gone on from: all of the plan that changes what is learnt, the names of the task, and what more tells of its data. */
export function comparedPlan(
  plan: Plan,
  task: Task,
  identity: Readonly<Record<string, string>> = {},
): ComparedPlan {
  const { description: _, checkpoints: __, looksAtMirrored: ___, ...rest } = plan;
  const { structures, landmarks } = task;
  // Through JSON, as it will be read again: fields that are undefined are gone.
  return JSON.parse(
    JSON.stringify({
      ...rest,
      task: { structures, landmarks },
      ...(Object.keys(identity).length > 0 ? { source: identity } : {}),
    }),
  ) as ComparedPlan;
}
