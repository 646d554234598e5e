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
  z
    .strictObject({
      kind: z.literal("inside-bone"),
      instruments: names.default("all"),
      labels: z.array(z.string().min(1)).min(1).describe("names of labels; * stands for anything"),
      of: z.enum(["shaft", "tip"]).default("shaft").describe("its whole line from base to tip, or its end"),
      tipMm: finite.positive().max(1000).default(10).describe("length of the end"),
      minimumShare: finite.min(0).max(1).default(0.9).describe("of that line within the labels"),
      marginMm: finite.min(0).max(50).default(0).describe("all around the line that must be within, too"),
    })
    .describe("instruments lie in structures, as a screw does in bone"),
  z
    .strictObject({
      kind: z.literal("tool-visible"),
      instruments: names.default("all"),
      minimumPx: z
        .int()
        .min(1)
        .optional()
        .describe("area of its shadow; default 1 unless keypoints are given"),
      keypoints: z.array(z.string().min(1)).min(1).optional().describe("that fall on the picture"),
      marginPx: finite.min(0).default(0).describe("from the picture's edge to the keypoints"),
    })
    .describe("instruments are in the picture"),
  z
    .strictObject({
      kind: z.literal("no-tool-collision"),
      instruments: names.default("all"),
      marginMm: finite.min(0).max(100).default(0).describe("that they keep from each other"),
    })
    .describe("no two instruments are in the same place"),
]);
export type Constraint = z.output<typeof constraintSchema>;
