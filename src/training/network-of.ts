import type { NetworkDefinition } from "../network/architectures/network-definition.ts";
import { withPreparedInput } from "../network/architectures/prepared-input.ts";
import { transUNet } from "../network/architectures/transunet.ts";
import { unet } from "../network/architectures/unet.ts";
import type { Task } from "./batch.ts";
import type { Plan } from "./plan.ts";

/** Planes of a task's prediction: classes with the background, or masks. */
export const planesOf = ({ structures, targets }: Pick<Task, "structures" | "targets">): number =>
  targets === "classes" ? structures.length + 1 : structures.length;

/** The network of a plan for a task: takes one grey picture in any unit. */
export function networkOf(plan: Plan, task: Task): NetworkDefinition {
  const { network, input } = plan;
  const sizes = {
    inputChannels: input.channels.length,
    classes: planesOf(task),
    landmarks: task.landmarks.length,
  };
  const definition =
    network.kind === "unet"
      ? unet({ ...sizes, ...network })
      : transUNet({ ...sizes, size: network.size, heightPx: task.heightPx, widthPx: task.widthPx });
  return withPreparedInput(definition, input.channels);
}
