import type { Plan } from "./plan.ts";

/** A plan as rows of a table: what learnt, from what errors, how, on pictures randomized how. */
export function planInWords(plan: Plan): [name: string, value: string][] {
  const { network, loss, optimiser, schedule, augmentation, input } = plan;
  const { heatMap } = loss;
  const losses = [
    [loss.dice, "Dice"],
    [loss.crossEntropy, "cross-entropy"],
    [heatMap.weight, `${heatMap.kind === "ncc" ? "correlation" : "mean squared error"} of heat-maps`],
  ] as const;
  return [
    [
      "Network",
      network.kind === "unet"
        ? `U-Net, ${network.features.join("-")} channels, ${normalisations[network.normalisation]}`
        : `TransUNet, ${network.size}`,
    ],
    ["Input channels", input.channels.join(", ")],
    [
      "Losses",
      losses
        .filter(([weight]) => weight > 0)
        .map(([weight, name]) => `${weight} ${name}`)
        .join(" + "),
    ],
    [
      "Optimiser",
      `${optimisers[optimiser.kind]}, learning rate ${optimiser.learningRate}, ${schedule.kind}, batch ${plan.batch}${plan.averageDecay === undefined ? "" : `, averaged (${plan.averageDecay})`}`,
    ],
    [
      "Randomization",
      `${augmentation.profile}, strength ${augmentation.strength.from} to ${augmentation.strength.to}`,
    ],
    ["Pictures", pictures[plan.data.source]],
  ];
}

const normalisations = {
  group: "group normalisation",
  batch: "batch normalisation",
  none: "no normalisation",
} as const;

const optimisers = { adamw: "AdamW", adam: "Adam", "sgd-nesterov": "SGD with Nesterov momentum" } as const;

const pictures = {
  auto: "area densities exposed anew whenever they are shown, where the data have them",
  "area-densities": "area densities exposed anew whenever they are shown",
  images: "as simulated",
} as const;
