/** Where a plan's missing fields come from. */
export const profileNames = ["default", "paper", "code"] as const;

/**
 * - `default`: ours. A small U-Net that learns on two processor cores; AdamW; randomization that grows with the training.
 * - `paper`: the first generation (Gao et al. 2023, arXiv v1): U-Net, Dice + mean squared error of heat-maps, SGD without decay of its
 *   rate for half of the epochs, then straight to zero.
 * - `code`: the second generation, as its published scripts have it: TransUNet, Dice + correlation of heat-maps, SGD in steps.
 */
export const planProfiles: Readonly<
  Record<(typeof profileNames)[number], Readonly<Record<string, unknown>>>
> = {
  default: {
    network: { kind: "unet", features: [16, 24, 48, 96, 128], normalisation: "group", up: "bilinear" },
    optimiser: { kind: "adamw" },
    schedule: { kind: "cosine" },
    clipNorm: 1,
    averageDecay: 0.998,
    batch: 16,
    steps: 4000,
  },
  paper: {
    input: { sizePx: 384, channels: ["standardised"] },
    network: {
      kind: "unet",
      features: [32, 64, 128, 256, 512],
      normalisation: "none",
      up: "transposed",
    },
    loss: { dice: 1, crossEntropy: 0, heatMap: { kind: "mse", weight: 1 } },
    optimiser: { kind: "sgd-nesterov", learningRate: 2e-4, weightDecay: 1e-5, momentum: 0.9 },
    schedule: { kind: "linear", constantShare: 0.5 },
    batch: 5,
    epochs: 200,
    augmentation: { profile: "paper-strong", strength: { from: 1, to: 1 } },
    data: { source: "images" },
    use: "best",
  },
  code: {
    input: { sizePx: 384, channels: ["standardised"] },
    network: { kind: "transunet", size: "full" },
    loss: { dice: 0.5, crossEntropy: 0, heatMap: { kind: "ncc", weight: 0.5 } },
    optimiser: { kind: "sgd-nesterov", learningRate: 0.1, weightDecay: 1e-4, momentum: 0.9 },
    schedule: { kind: "step", gamma: 0.5, everyEpochs: 10, fromEpoch: 20 },
    batch: 5,
    epochs: 50,
    augmentation: { profile: "code-strong", strength: { from: 1, to: 1 } },
    data: { source: "images" },
  },
};
