import { InputError } from "../../error/input-error.ts";
import type { NetworkOutputs } from "../architectures/network-definition.ts";
import { add, cast, equal, exp, multiply, not, sigmoid } from "../operators/elementwise.ts";
import { reduceMean } from "../operators/reductions.ts";
import { reshape } from "../operators/shape.ts";
import { logSoftmax } from "../operators/softmax.ts";
import type { Tensor } from "../tensor.ts";
import { binaryCrossEntropy, crossEntropy } from "./cross-entropy.ts";
import { softDice } from "./dice.ts";
import { correlationLoss, heatMapTargets, squaredErrorLoss } from "./heat-map.ts";

export interface LossOptions {
  /** Weights; a loss of weight 0 is left out. */
  readonly dice: number;
  readonly crossEntropy: number;
  readonly heatMap: { readonly kind: "mse" | "ncc"; readonly weight: number; readonly sigmaPx: number };
  /** Dice of a class that a picture does not have: see `softDice`. */
  readonly absentClasses: "right" | "published";
}

export interface LossTargets {
  /** uint8 [B, H, W], 255 not known; or uint8 masks [B, K, H, W] of 0, 1, 255. */
  readonly pixels: Tensor;
  readonly kind: "classes" | "masks";
  /** [B, L, 2] */
  readonly points?: Tensor;
  /** [B, L] */
  readonly visible?: Tensor;
}

export interface Losses {
  readonly total: Tensor;
  /** Before their weights, each 0 when all is right. */
  readonly terms: ReadonlyMap<string, Tensor>;
  /** Soft Dice of each class, mean over the batch: [K]. */
  readonly dice: Tensor;
  readonly probabilities: Tensor;
}

const NOT_KNOWN = 255;

/**
 * What a prediction costs, as nodes. Unknown pixels count nowhere.
 *
 * @throws InputError `loss-none` where no loss has a weight
 */
export function losses(outputs: NetworkOutputs, targets: LossTargets, options: LossOptions): Losses {
  const { classLogits, heatMaps } = outputs;
  const [batch, classes, height, width] = classLogits.shape;
  const values = cast(targets.pixels, "int32");
  const isClasses = targets.kind === "classes";
  const planes = isClasses ? reshape(values, [batch, 1, height, width]) : values;
  const known = cast(not(equal(planes, NOT_KNOWN)), "float32");
  const wanted = isClasses
    ? equal(
        planes,
        planes.graph.constant(
          Int32Array.from({ length: classes }, (_, k) => k),
          [1, classes, 1, 1],
        ),
      )
    : equal(planes, 1);
  const truth = cast(wanted, "float32");
  const logProbabilities = isClasses ? logSoftmax(classLogits, 1) : undefined;
  const probabilities = logProbabilities ? exp(logProbabilities) : sigmoid(classLogits);

  const dice = softDice(multiply(probabilities, known), truth, options.absentClasses);
  const terms = new Map<string, Tensor>();
  const weighted: Tensor[] = [];
  const include = (name: string, weight: number, term: () => Tensor): void => {
    if (weight === 0) return;
    const value = term();
    terms.set(name, value);
    weighted.push(multiply(value, weight));
  };
  include("dice", options.dice, () => add(multiply(reduceMean(dice), -1), 1));
  include("crossEntropy", options.crossEntropy, () =>
    logProbabilities
      ? crossEntropy(logProbabilities, truth, known)
      : binaryCrossEntropy(classLogits, truth, known),
  );
  const { heatMap } = options;
  const { points, visible } = targets;
  if (heatMaps && points && visible)
    include("heatMap", heatMap.weight, () => {
      const [, , rows, columns] = heatMaps.shape;
      const maps = heatMapTargets(points, visible, rows, columns, heatMap.sigmaPx);
      return heatMap.kind === "mse" ? squaredErrorLoss(heatMaps, maps) : correlationLoss(heatMaps, maps);
    });
  if (weighted.length === 0)
    throw new InputError(
      "loss-none",
      "every loss of the training has the weight 0, or needs landmarks that there are none of",
      {
        remedy: "give dice, crossEntropy or, with landmarks, heatMap a weight",
      },
    );
  return { total: weighted.reduce((sum, each) => add(sum, each)), terms, dice, probabilities };
}
