import { readFile } from "node:fs/promises";
import { InputError } from "../../error/input-error.ts";
import type { ParameterLayout } from "../../network/parameters.ts";
import { assignWeights } from "../../network/weights/assign-weights.ts";
import { readNpz } from "../../network/weights/npz.ts";
import { visionTransformerWeights } from "../../network/weights/vision-transformer.ts";
import type { Task } from "../../training/batch.ts";
import type { Plan } from "../../training/plan.ts";

/** Side of a token of the vision transformer in pixels. */
const TOKEN_PX = 16;

/**
 * Published weights that a plan's network begins with, as what puts them into its parameters; undefined where it begins with random ones.
 *
 * @throws InputError `weights-missing` where the file cannot be read, and those of `readNpz`; by what it returns, `vit-weights`
 */
export async function initialWeights(
  { network }: Pick<Plan, "network">,
  { widthPx, heightPx }: Pick<Task, "widthPx" | "heightPx">,
): Promise<((parameters: Float32Array, layout: ParameterLayout) => void) | undefined> {
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
