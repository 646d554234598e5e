import { z } from "zod";

const sentences = z.array(z.string().min(1).max(500)).max(40);

/** What a model card says that no file of the model does: people write it. */
export const cardNotesSchema = z.strictObject({
  licence: z.string().min(1).max(200).default("not stated").describe("of the weights"),
  intendedUse: sentences.optional().describe("default: research, by the model's description"),
  notFor: sentences.default([]),
  limits: sentences.default([]).describe("beside those that the evaluations show"),
  commands: sentences.optional().describe("that make the model again; default by its plan"),
  evaluations: z
    .record(
      z.string(),
      z.strictObject({ licence: z.string().optional(), note: z.string().max(1000).optional() }),
    )
    .default({})
    .describe("by the name of the data"),
});
export type CardNotes = z.output<typeof cardNotesSchema>;
