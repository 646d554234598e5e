import { z } from "zod";

const finite = z.number();
const angles = z
  .tuple([finite, finite])
  .refine(([low, high]) => low <= high, "the first number must not exceed the second");
const names = z.union([z.literal("all"), z.array(z.string().min(1)).min(1)]);

/** What a sample must satisfy; one that does not is drawn again. */
export const constraintSchema = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("landmarks-in-view"),
      landmarks: names.default("all"),
      minimum: z.int().min(1).optional().describe("how many of them; default all"),
      marginPx: finite.min(0).default(0),
    })
    .describe("landmarks fall on the image"),
  z
    .strictObject({
      kind: z.literal("visible-area"),
      structures: names,
      minimumPx: z.int().min(1),
    })
    .describe("each of these structures covers so many pixels"),
  z
    .strictObject({
      kind: z.literal("joint-limits"),
      laoDeg: angles
        .default([-180, 180])
        .describe("AP is 180, so that limits about it go beyond: [150, 210]"),
      craDeg: angles.default([-90, 90]),
    })
    .describe("the C-arm's angles stay within limits"),
  z
    .strictObject({
      kind: z.literal("no-collision"),
      marginMm: finite.min(0).default(20),
    })
    .describe("source and panel keep away from the patient's skin"),
]);
export type Constraint = z.output<typeof constraintSchema>;
