import { z } from "zod";
import { scalarDistribution } from "./distribution.ts";

const probability = z.number().min(0).max(1).default(1).describe("of any in a sample");
const materials = (...names: string[]) =>
  z.array(z.string().min(1)).min(1).default(names).describe("one is drawn for each");
const text = z.array(z.string().min(1).max(40)).min(1);

/** Things in the beam that are not the patient (docs/variety.md). Each kind lies where it does in a hospital. */
export const distractorDistribution = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("ecg-leads"),
      probability,
      electrodes: scalarDistribution.default({ choice: [3, 4, 5] }),
      coreRadiusMm: scalarDistribution.default({ uniform: [0.2, 0.35] }).describe("of the copper"),
      cableRadiusMm: scalarDistribution.default({ uniform: [0.9, 1.3] }).describe("of the sheath of PVC"),
    })
    .describe("electrodes on the front of the patient, their leads to one side of the picture"),
  z
    .strictObject({
      kind: z.literal("tubes"),
      probability,
      count: scalarDistribution.default({ choice: [1, 2] }),
      outerDiameterMm: scalarDistribution.default({ uniform: [3, 8] }),
      wall: scalarDistribution.default({ uniform: [0.15, 0.25] }).describe("as a part of the outer diameter"),
      materials: materials("pvc", "silicone"),
      stripe: z.number().min(0).max(1).default(0.7).describe("probability of a stripe of barium in the wall"),
    })
    .describe("lines and tubes that lie on the patient, across the picture"),
  z
    .strictObject({
      kind: z.literal("skin-markers"),
      probability,
      count: scalarDistribution.default({ choice: [1, 2, 3, 4, 5, 6] }),
      diameterMm: scalarDistribution.default({ uniform: [1, 3] }),
      materials: materials("316l", "lead"),
    })
    .describe("balls on the skin, in front and behind"),
  z
    .strictObject({
      kind: z.literal("side-marker"),
      probability,
      heightMm: scalarDistribution.default({ uniform: [12, 25] }),
      angleDeg: scalarDistribution.default({ normal: { mean: 0, sd: 5 } }),
      materials: materials("lead"),
    })
    .describe("the R or L of lead on the panel, on its side"),
  z
    .strictObject({
      kind: z.literal("text"),
      probability,
      texts: text.describe("one is drawn"),
      heightMm: scalarDistribution.default({ uniform: [5, 12] }),
      angleDeg: scalarDistribution.default({ normal: { mean: 0, sd: 3 } }),
      materials: materials("lead"),
    })
    .describe("letters of lead on the panel, near a corner of the field"),
]);
export type DistractorDistribution = z.output<typeof distractorDistribution>;
