import { z } from "zod";

const finite = z.number();

/** Two numbers, the lower first. */
const range = (low: number, high: number) =>
  z
    .tuple([finite.min(low).max(high), finite.min(low).max(high)])
    .refine(([from, to]) => from <= to, "the first number must not exceed the second");

const probability = finite.min(0).max(1);

/**
 * What is drawn anew whenever the area densities of a sample become a picture. Ranges are uniform; those of doses and factors are uniform
 * in the logarithm. Each part has random numbers of its own (docs/training-data.md).
 */
export const exposureVariationSchema = z.strictObject({
  kv: z
    .union([z.literal("recorded"), range(40, 150)])
    .default([60, 110])
    .describe("tube voltage in whole kV, or that of the sample"),
  aluminiumMm: z
    .union([z.literal("recorded"), range(1, 20)])
    .default([2.5, 6])
    .describe("filter of the tube in mm of aluminium, or the filters of the sample"),
  copper: z
    .strictObject({ probability: probability.default(0.3), mm: range(0, 2).default([0.05, 0.3]) })
    .prefault({})
    .describe("added copper"),
  detectorKermaMicroGy: z
    .union([z.literal("recorded"), range(1e-4, 1000)])
    .default([0.02, 4])
    .describe("median air kerma behind the patient, which sets the quantum noise"),
  scatter: z
    .strictObject({
      probability: probability.default(0.7),
      toPrimary: range(0, 20).default([0.05, 1]).describe("median ratio of scattered to primary radiation"),
      widthMm: range(1, 1000).default([20, 100]).describe("standard deviation of the veil on the panel"),
    })
    .prefault({}),
  blur: z
    .strictObject({
      probability: probability.default(0.6),
      sigmaPx: range(0, 10).default([0.2, 0.9]).describe("of the picture as the network sees it"),
    })
    .prefault({})
    .describe("of the shadows, before there is noise"),
  noiseBlur: z
    .strictObject({ probability: probability.default(0.4), sigmaPx: range(0, 10).default([0.2, 0.7]) })
    .prefault({})
    .describe("of shadows and noise alike, as processing in the unit does"),
  electronicNoise: z
    .strictObject({
      factor: range(0, 1000).default([0.5, 5]).describe("times that of the panel"),
    })
    .prefault({}),
  saturation: z
    .strictObject({
      probability: probability.default(0.4),
      overMedian: range(1, 10_000)
        .default([3, 40])
        .describe(
          "where the picture is cut off, over the median behind the patient; the panel is full at its own limit",
        ),
    })
    .prefault({}),
  bowelGas: z
    .strictObject({
      probability: probability.default(0.4),
      chains: z.int().min(1).max(20).default(3).describe("at most"),
      semiAxisMm: range(1, 200).default([7, 28]).describe("of a bubble, on the panel"),
      gPerCm2: range(0, 20).default([0.5, 4]).describe("soft tissue that a bubble takes away at its middle"),
    })
    .prefault({}),
  opacities: z
    .strictObject({
      probability: probability.default(0),
      structures: z
        .array(z.string().min(1))
        .default(["lung_left", "lung_right"])
        .describe("by name; each is drawn by itself"),
      gPerCm2: range(0, 50).default([0.5, 6]).describe("soft tissue added at most"),
      widthMm: range(1, 1000).default([15, 120]).describe("over which it comes and goes, on the panel"),
    })
    .prefault({})
    .describe("soft tissue where a structure should hold air: consolidation, effusion; needs labels"),
  softTissue: z
    .strictObject({
      probability: probability.default(0.7),
      overall: range(0.1, 10)
        .default([0.5, 1.1])
        .describe("of the whole picture: thinner and thicker patients"),
      factor: range(0.1, 10).default([0.93, 1.08]).describe("from place to place"),
      widthMm: range(1, 1000).default([60, 200]).describe("over which it changes, on the panel"),
    })
    .prefault({})
    .describe("factors of soft tissue"),
  bone: z
    .strictObject({ probability: probability.default(0.5), factor: range(0.1, 10).default([0.7, 1.8]) })
    .prefault({})
    .describe("bone denser or less dense"),
});

export type ExposureVariation = z.output<typeof exposureVariationSchema>;

/** Every sample as it was recorded, with other noise: nothing drawn but the photons. */
export const asRecorded: ExposureVariation = exposureVariationSchema.parse({
  kv: "recorded",
  aluminiumMm: "recorded",
  copper: { probability: 0 },
  detectorKermaMicroGy: "recorded",
  scatter: { probability: 0 },
  blur: { probability: 0 },
  noiseBlur: { probability: 0 },
  electronicNoise: { factor: [1, 1] },
  saturation: { probability: 0 },
  bowelGas: { probability: 0 },
  opacities: { probability: 0 },
  softTissue: { probability: 0 },
  bone: { probability: 0 },
});
