import { z } from "zod";
import { scalarDistribution } from "./distribution.ts";

const finite = z.number();
const weight = finite.positive().default(1).describe("how often it is drawn, relative to the others");
const centre = { right: scalarDistribution.default(0), down: scalarDistribution.default(0) };

/** Shapes of the field; lengths and places are fractions of the picture, places from its centre. */
const shape = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("rectangle"),
    weight,
    width: scalarDistribution.default({ uniform: [0.6, 0.95] }),
    height: scalarDistribution.default({ uniform: [0.6, 0.95] }),
    angleDeg: scalarDistribution.default(0),
    ...centre,
  }),
  z.strictObject({
    kind: z.literal("circle"),
    weight,
    diameter: scalarDistribution.default({ uniform: [0.7, 1.05] }),
    ...centre,
  }),
  z
    .strictObject({
      kind: z.literal("blades"),
      weight,
      blades: z.int().min(3).max(12).default(4),
      reach: scalarDistribution
        .default({ uniform: [0.3, 0.48] })
        .describe("of each blade, from the centre; 0.5 is the edge of the picture"),
      tiltDeg: scalarDistribution.default({ uniform: [-8, 8] }).describe("of each blade"),
    })
    .describe("shutters that stand apart and askew"),
]);

/** How often and how the beam is collimated (docs/variety.md). */
export const collimationDistribution = z.strictObject({
  probability: finite.min(0).max(1).default(1),
  shapes: z
    .array(shape)
    .min(1)
    .prefault([{ kind: "rectangle" }]),
  sourceToBladesMm: scalarDistribution.default(250),
  leakage: scalarDistribution.default({ uniform: [0.0005, 0.003] }),
  outside: z
    .array(z.enum(["exposed", "black", "white"]))
    .min(1)
    .default(["exposed"])
    .describe("one of these is drawn"),
});
export type CollimationDistribution = z.output<typeof collimationDistribution>;
