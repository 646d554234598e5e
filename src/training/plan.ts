import { z } from "zod";
import { AUGMENTATION_PROFILES } from "../augmentation/profile.ts";
import { inputChannelNames } from "../network/architectures/prepared-input.ts";
import { checkedBy, type PlaceOf, readYaml } from "../scene/document.ts";
import { exposureVariationSchema } from "./examples/exposure-variation.ts";
import { planProfiles, profileNames } from "./plan-profiles.ts";

const finite = z.number();
const positive = finite.positive();
const weight = finite.min(0).max(1000);

const networkSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("unet"),
    features: z
      .array(z.int().min(1).max(2048))
      .min(2)
      .max(7)
      .default([16, 24, 48, 96, 128])
      .describe("channels of each level, from the full resolution down"),
    normalisation: z.enum(["group", "batch", "none"]).default("group"),
    up: z.enum(["bilinear", "transposed"]).default("bilinear"),
  }),
  z.strictObject({
    kind: z.literal("transunet"),
    size: z.enum(["small", "full"]).default("small"),
    initialWeights: z
      .string()
      .optional()
      .describe("npz of the public ViT (R50+ViT-B_16), for the full size; default random"),
  }),
]);

const lossSchema = z.strictObject({
  dice: weight.default(0.5),
  crossEntropy: weight.default(0.5),
  heatMap: z
    .strictObject({ kind: z.enum(["mse", "ncc"]).default("ncc"), weight: weight.default(0.5) })
    .prefault({}),
  absentClasses: z
    .enum(["right", "published"])
    .default("right")
    .describe("Dice of a class that is neither there nor predicted: 1, or as published (docs/training.md)"),
});

const optimiserSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("adamw"),
    learningRate: positive.max(10).default(3e-3),
    weightDecay: finite.min(0).max(1).default(1e-2),
    beta1: finite.min(0).max(0.9999).default(0.9),
    beta2: finite.min(0).max(0.99999).default(0.999),
  }),
  z.strictObject({
    kind: z.literal("adam"),
    learningRate: positive.max(10).default(1e-3),
    weightDecay: finite.min(0).max(1).default(0),
    beta1: finite.min(0).max(0.9999).default(0.9),
    beta2: finite.min(0).max(0.99999).default(0.999),
  }),
  z.strictObject({
    kind: z.literal("sgd-nesterov"),
    learningRate: positive.max(10).default(0.1),
    weightDecay: finite.min(0).max(1).default(1e-4),
    momentum: finite.min(0).max(0.9999).default(0.9),
  }),
]);

/** How the learning rate runs over the training; `src/training/schedule.ts` has the formulas. */
const scheduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant"), warmUpShare: finite.min(0).max(0.5).default(0) }),
  z.strictObject({ kind: z.literal("cosine"), warmUpShare: finite.min(0).max(0.5).default(0.05) }),
  z
    .strictObject({
      kind: z.literal("linear"),
      constantShare: finite.min(0).max(1).default(0.5),
      warmUpShare: finite.min(0).max(0.5).default(0),
    })
    .describe("constant, then straight to zero"),
  z
    .strictObject({
      kind: z.literal("step"),
      gamma: positive.max(1).default(0.5),
      everyEpochs: z.int().min(1).default(10),
      fromEpoch: z.int().min(0).default(20),
      warmUpShare: finite.min(0).max(0.5).default(0),
    })
    .describe("times gamma every so many epochs, counted from an epoch on"),
]);

/** A training as a file: network, losses, optimiser, randomization, budget. docs/training.md explains the fields. */
export const planSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(60)
      .regex(/^[\w.-]+$/, "a name is made of letters, digits, dots, dashes and underscores"),
    description: z.string().optional(),
    profile: z.enum(profileNames).default("default").describe("where fields that are left out come from"),
    seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    startFrom: z
      .string()
      .min(1)
      .optional()
      .describe(
        "folder or checkpoint of an earlier training whose parameters this one begins with; same network and names",
      ),
    recipe: z
      .string()
      .optional()
      .describe("recipe whose data set this plan is for: what --stream takes when it is not given a file"),
    data: z
      .strictObject({
        structures: z
          .array(z.string().min(1))
          .min(1)
          .optional()
          .describe("by name; default: all of the data set, in its order"),
        landmarks: z.array(z.string().min(1)).optional().describe("by name; default: all of the data set"),
        targets: z
          .enum(["classes", "masks"])
          .default("classes")
          .describe("one class a pixel, or a mask for each structure, which may overlap"),
        source: z
          .enum(["auto", "images", "area-densities"])
          .default("auto")
          .describe(
            "pictures as written, or area densities exposed anew in every epoch; auto: the latter if there",
          ),
        exposure: exposureVariationSchema.prefault({}),
        validationShare: finite
          .min(0)
          .max(0.5)
          .default(0.05)
          .describe("share of the patients kept for validation where the data set has no validation split"),
        folds: z
          .strictObject({
            kind: z.enum(["subject", "k-fold"]).default("subject"),
            count: z.int().min(2).max(100).default(5),
            index: z.int().min(0).max(99).default(0),
          })
          .optional()
          .describe("leave one subject out, or k folds of patients; index says which is validation"),
      })
      .prefault({}),
    stream: z
      .strictObject({
        patients: z.int().min(1).max(256).default(8).describe("shown at the same time"),
        showings: z
          .int()
          .min(1)
          .max(1000)
          .default(8)
          .describe("of each rendered picture, every time exposed and randomized anew"),
      })
      .optional()
      .describe("how a training with --stream goes through its recipe"),
    input: z
      .strictObject({
        sizePx: z.int().min(16).max(1024).default(96).describe("side of the square the network sees"),
        channels: z
          .array(z.enum(inputChannelNames))
          .min(1)
          .refine((names) => new Set(names).size === names.length, "a channel stands there twice")
          .default(["standardised", "local-contrast"]),
      })
      .prefault({}),
    network: networkSchema,
    heatMapSigmaMm: positive
      .max(100)
      .default(3.88)
      .describe("standard deviation of a landmark's Gaussian, in mm on the detector"),
    loss: lossSchema.prefault({}),
    optimiser: optimiserSchema,
    schedule: scheduleSchema,
    clipNorm: positive.max(1e6).optional().describe("largest norm of the gradient of all parameters"),
    averageDecay: finite
      .min(0)
      .max(0.99999)
      .optional()
      .describe("exponential moving average of the parameters, which is what is evaluated and exported"),
    batch: z.int().min(1).max(512).default(16),
    epochs: positive.max(100_000).optional(),
    steps: z.int().min(1).max(100_000_000).optional().describe("budget; instead of epochs"),
    augmentation: z
      .strictObject({
        profile: z.enum(AUGMENTATION_PROFILES).default("xray"),
        strength: z
          .strictObject({
            from: finite.min(0).max(1).default(0.2),
            to: finite.min(0).max(1).default(0.7),
          })
          .prefault({})
          .describe("factor of all probabilities, straight from the first step to the last"),
        probabilities: z
          .record(z.string(), finite.min(0).max(1))
          .default({})
          .describe(
            "of single transforms by name, instead of the profile's (`synthex augment --preview` shows names)",
          ),
        quarterTurns: z
          .boolean()
          .default(false)
          .describe("half of the pictures turned by 90, 180 or 270 degrees"),
      })
      .prefault({}),
    validation: z
      .strictObject({
        everySteps: z.int().min(1).optional().describe("default: a twentieth of the budget"),
        atMost: z.int().min(1).default(256).describe("examples used"),
        augmented: z.boolean().default(false).describe("as the published scripts do"),
      })
      .prefault({}),
    looksAtMirrored: z
      .boolean()
      .default(false)
      .describe(
        "the model looks at the mirrored picture, too, and answers by the mean: twice the time, a little better",
      ),
    use: z
      .enum(["last", "best"])
      .default("last")
      .describe("which state becomes the model; best by validation loss"),
    earlyStopping: z
      .strictObject({ patience: z.int().min(1).describe("validations without an improvement") })
      .optional(),
    checkpoints: z
      .strictObject({ keep: z.int().min(1).max(1000).default(2), everySteps: z.int().min(1).optional() })
      .prefault({}),
  })
  .superRefine(({ epochs, steps, network, input }, context) => {
    if ((epochs === undefined) === (steps === undefined))
      context.addIssue({ code: "custom", path: ["steps"], message: "give either steps or epochs" });
    if (network.kind === "transunet" && input.channels.length > 1)
      context.addIssue({
        code: "custom",
        path: ["input", "channels"],
        message: `a transunet sees one channel, these are ${input.channels.join(" and ")}; write channels: [standardised]`,
      });
  });

export type PlanInput = z.input<typeof planSchema>;
export type Plan = z.output<typeof planSchema>;

/**
 * Reads a plan from YAML or JSON. Fields that are left out come from its profile; errors name line and column.
 *
 * @throws InputError `plan-yaml`, `plan-invalid`
 */
export function readPlan(text: string, name: string): Plan {
  const { content, placeOf } = readYaml(text, { name, kind: "plan" });
  return checkPlan(content, placeOf);
}

export function checkPlan(content: unknown, placeOf: PlaceOf = (field) => field.join(".") || "plan"): Plan {
  return checkedBy(planSchema, withProfile(content), {
    kind: "plan",
    remedy: "see docs/training.md",
    placeOf,
  });
}

/** JSON Schema (2020-12) of plans. */
export const planJsonSchema = (): object => z.toJSONSchema(planSchema, { io: "input" });

function withProfile(content: unknown): unknown {
  if (!isMap(content)) return content;
  const { profile = "default" } = content;
  // A profile that there is not is told once, not as all the fields that it would give.
  const base = profileNames.find((known) => known === profile) ?? "default";
  return merged(planProfiles[base], content);
}

/**
 * What a plan says goes before its profile, field by field. A field with a `kind` that differs from the profile's is another thing,
 * and takes none of its numbers.
 */
function merged(base: Readonly<Record<string, unknown>>, own: Readonly<Record<string, unknown>>): unknown {
  const result: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(own)) {
    const below = base[field];
    const sameThing = isMap(below) && isMap(value) && (value.kind === undefined || value.kind === below.kind);
    result[field] = sameThing ? merged(below, value) : value;
  }
  // The budget is one of two fields.
  if ("steps" in own && !("epochs" in own)) delete result.epochs;
  if ("epochs" in own && !("steps" in own)) delete result.steps;
  return result;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
