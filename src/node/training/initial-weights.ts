import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../error/input-error.ts";
import type { ParameterLayout } from "../../network/parameters.ts";
import { assignWeights } from "../../network/weights/assign-weights.ts";
import { readNpz } from "../../network/weights/npz.ts";
import { visionTransformerWeights } from "../../network/weights/vision-transformer.ts";
import type { Task } from "../../training/batch.ts";
import { planDifferences } from "../../training/log/plan-differences.ts";
import type { Plan } from "../../training/plan.ts";
import { readCheckpoint } from "./checkpoint-file.ts";
import { comparedPlan } from "./compared-plan.ts";

/** Side of a token of the vision transformer in pixels. */
const TOKEN_PX = 16;

type Prepare = (parameters: Float32Array, layout: ParameterLayout) => void;

/**
 * What a plan's network begins with, as what puts it into the parameters: those of an earlier training, or published weights; undefined where it
 * begins with random ones.
 *
 * @throws InputError `checkpoint-missing`, `weights-missing` where the file cannot be read, `weights-other-network`, and those of
 *   `readCheckpoint` and `readNpz`; by what it returns, `vit-weights`
 */
export async function initialWeights(plan: Plan, task: Task): Promise<Prepare | undefined> {
  return plan.startFrom === undefined
    ? await publishedWeights(plan, task)
    : await earlierWeights(plan.startFrom, plan, task);
}

/** The moving average of an earlier training where it has one, which is what it was judged by. */
async function earlierWeights(from: string, plan: Plan, task: Task): Promise<Prepare> {
  const found = await stat(from).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "checkpoint-missing",
      `there is no ${from}, which startFrom names (${cause.code ?? cause.message})`,
      { remedy: "give the folder of an earlier training, or one of its checkpoints", cause },
    );
  });
  const path = found.isDirectory() ? join(from, "checkpoints", "best.safetensors") : from;
  const { plan: earlier, vectors } = await readCheckpoint(path);
  const [theirs, ours] = [earlier, comparedPlan(plan, task)].map(({ network, input, task: names }) => ({
    network,
    channels: (input as { channels: string[] }).channels,
    task: names,
  }));
  const differences = planDifferences(theirs, ours);
  const data = (vectors.get("average") ?? vectors.get("parameters"))?.data;
  const otherNetwork = (what: string): InputError =>
    new InputError(
      "weights-other-network",
      `${path}, which startFrom names, is of another network: ${what}`,
      {
        remedy: "begin with a training of the same network, input channels, structures and landmarks",
      },
    );
  if (differences.length > 0) throw otherNetwork(differences.join("; "));
  return (parameters) => {
    if (!(data instanceof Float32Array) || data.length !== parameters.length)
      throw otherNetwork(`${data?.length ?? 0} parameters instead of ${parameters.length}`);
    parameters.set(data);
  };
}

async function publishedWeights(
  { network }: Pick<Plan, "network">,
  { widthPx, heightPx }: Pick<Task, "widthPx" | "heightPx">,
): Promise<Prepare | undefined> {
  if (network.kind !== "transunet" || network.initialWeights === undefined) return undefined;
  const path = network.initialWeights;
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(
      "weights-missing",
      `cannot read the plan's initialWeights ${path}: ${cause.code ?? cause.message}`,
      { remedy: "give the npz of R50+ViT-B_16, or leave initialWeights out", cause },
    );
  });
  const arrays = await readNpz(bytes, path);
  return (parameters, { parameters: places }) => {
    const grid = [heightPx / TOKEN_PX, widthPx / TOKEN_PX] as const;
    assignWeights(places, parameters, visionTransformerWeights(arrays, places, grid));
  };
}
