import { channelAffine, groupNorm } from "../operators/normalisation.ts";
import { type ConvolutionOptions, conv2d } from "../operators/convolution.ts";
import { add, multiply, sqrt, subtract, divide } from "../operators/elementwise.ts";
import { reduceMean } from "../operators/reductions.ts";
import { reshape } from "../operators/shape.ts";
import type { ParameterScope } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { NetworkMode } from "./network-definition.ts";

export type Normalisation = "group" | "batch" | "none";

/** A convolution with parameters `weight` and, where asked for, `bias`. */
export function convolutionLayer(
  x: Tensor,
  scope: ParameterScope,
  shape: { readonly outputs: number; readonly size: number; readonly bias?: boolean },
  options: ConvolutionOptions = { padding: "same" },
): Tensor {
  const { outputs, size, bias = false } = shape;
  const inputs = x.shape[1] / (options.groups ?? 1);
  const weight = scope.parameter("weight", [outputs, inputs, size, size], {
    kind: "he-normal",
    fanIn: inputs * size * size,
  });
  return conv2d(x, weight, bias ? scope.parameter("bias", [outputs], zero) : undefined, options);
}

export function normalisationLayer(
  x: Tensor,
  scope: ParameterScope,
  kind: Normalisation,
  mode: NetworkMode,
  groups = 8,
): Tensor {
  if (kind === "none") return x;
  const channels = x.shape[1];
  const scale = scope.parameter("scale", [channels], one);
  const shift = scope.parameter("shift", [channels], zero);
  if (kind === "group") return groupNorm(x, fittingGroups(channels, groups), scale, shift);
  return batchNorm(x, scale, shift, scope, mode);
}

/** What running statistics keep of a step. */
const MOMENTUM = 0.1;
const EPSILON = 1e-5;

/**
 * Over all pictures and pixels of a channel, then a scale and a shift. Training uses the batch's own mean and variance and gathers
 * running ones (the variance with n − 1), which inference uses.
 */
function batchNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  scope: ParameterScope,
  mode: NetworkMode,
): Tensor {
  const channels = x.shape[1];
  const runningMean = scope.statistic("mean", [channels], 0);
  const runningVariance = scope.statistic("variance", [channels], 1);
  const flat = (value: Tensor): Tensor => reshape(value, [channels]);
  if (mode === "inference") {
    const factor = divide(scale, sqrt(add(runningVariance, EPSILON)));
    return channelAffine(x, factor, subtract(shift, multiply(runningMean, factor)));
  }
  const count = (x.shape[0] * x.shape[2] * x.shape[3]) as number;
  const axes = [0, 2, 3];
  const mean = reduceMean(x, { axes, keepAxes: true });
  const centred = subtract(x, mean);
  const variance = reduceMean(multiply(centred, centred), { axes, keepAxes: true });
  const moved = (running: Tensor, now: Tensor): Tensor =>
    add(multiply(running, 1 - MOMENTUM), multiply(now, MOMENTUM));
  scope.updateStatistic("mean", moved(runningMean, flat(mean)));
  scope.updateStatistic(
    "variance",
    moved(runningVariance, multiply(flat(variance), count / Math.max(1, count - 1))),
  );
  return channelAffine(divide(centred, sqrt(add(variance, EPSILON))), scale, shift);
}

/** The largest number of groups, at most this many, into which the channels divide. */
export function fittingGroups(channels: number, most: number): number {
  for (let groups = Math.min(most, channels); groups > 1; groups--)
    if (channels % groups === 0) return groups;
  return 1;
}

export const zero = { kind: "constant", value: 0 } as const;
export const one = { kind: "constant", value: 1 } as const;
