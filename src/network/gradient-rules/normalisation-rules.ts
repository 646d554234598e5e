import { multiply, subtract } from "../operators/elementwise.ts";
import { reduceMean, reduceSum } from "../operators/reductions.ts";
import { reshape } from "../operators/shape.ts";
import { elementCount, type Tensor } from "../tensor.ts";
import { add } from "../operators/elementwise.ts";
import { type GradientRule, input, single } from "./rule.ts";

export const normalisationRules: Readonly<Record<string, GradientRule>> = {
  /** ∂L/∂x = s (d − mean d − y mean(d y)) with y the normalised row and s = 1 / √(variance + ε). */
  NormalisedRows: single((op, d) => {
    const [y] = op.outputs;
    const [inverseSpread] = op.saved;
    const mean = (x: Tensor): Tensor => reduceMean(x, { axes: [-1], keepAxes: true });
    const centred = subtract(subtract(d, mean(d)), multiply(y, mean(multiply(d, y))));
    return [multiply(centred, inverseSpread)];
  }),
  /**
   * With y the normalised picture, s the inverse spread of a group and γ the scale of a channel:
   *
   *   ∂L/∂x = s γ d − s mean_group(γ d) − s mean_group(γ d y) · y
   *
   * where both means come from sums over the pixels of a channel, which are the derivatives of shift and scale as well.
   */
  GroupNormalisation: single((op, d) => {
    const [x, scale] = [input(op, 0), input(op, 1)];
    const [even, inverseSpread] = op.saved;
    const groups = op.attributes.groups as number;
    const [batch, channels, height, width] = x.shape;
    const pixels = height * width;
    const perChannel = channels / groups;
    const sums = reshape(reduceSum(d, { axes: [2, 3] }), [batch, channels]);
    // Faster than products of matrices of one row: 3.6 instead of 5.8 ms for 256 rows of 9216.
    const products = reshape(reduceSum(multiply(d, even), { axes: [2, 3] }), [batch, channels]);
    const groupMean = (channelSums: Tensor): Tensor => {
      const weighted = reshape(multiply(channelSums, scale), [batch, groups, perChannel]);
      const total = reduceSum(weighted, { axes: [2], keepAxes: true });
      return multiply(multiply(total, -1 / (perChannel * pixels)), inverseSpread);
    };
    const channelScale = reshape(multiply(reshape(scale, [1, groups, perChannel]), inverseSpread), [
      batch,
      channels,
      1,
      1,
    ]);
    const inGroup = (value: Tensor): Tensor => reshape(value, [batch, groups, 1]);
    const wide = [batch, groups, elementCount(x.shape) / (batch * groups)];
    const correction = add(
      multiply(reshape(even, wide), inGroup(groupMean(products))),
      inGroup(groupMean(sums)),
    );
    return [
      add(multiply(d, channelScale), reshape(correction, x.shape)),
      reduceSum(products, { axes: [0] }),
      reduceSum(sums, { axes: [0] }),
    ];
  }),
};
