import { z } from "zod";
import { InputError } from "../error/input-error.ts";

const finite = z.number();
const name = z.string().min(1).max(120);

/** Key of a model file's own metadata under which this stands, as JSON. */
export const METADATA_KEY = "synthex";

/** What a model file says of itself: enough to use it without anything else. */
export const modelMetadataSchema = z.object({
  format: z.literal(1),
  name,
  description: z.string().max(2000).optional(),
  /** In the order of classes 1, 2, …, or of masks. */
  structures: z.array(name).max(254),
  targets: z.enum(["classes", "masks"]),
  landmarks: z.array(name).max(1000),
  /** Index of the structure on which each landmark lies; null: anywhere. */
  landmarkStructures: z.array(z.int().min(0).nullable()),
  /** Side of the square that the network takes. */
  sizePx: z.int().min(8).max(4096),
  /** Side of the field of view on the detector that it was trained on; makes pixels of pictures of that kind into mm. */
  fieldMm: finite.positive(),
  /** Standard deviation of a landmark's Gaussian in pixels of the square. */
  heatMapSigmaPx: finite.positive(),
  /** Correlation from which a landmark is believed, as randomized pictures of validation show it; left out: the published 0.9. */
  landmarkThreshold: finite.min(-1).max(1).optional(),
  /** Half-way from the confidence in validation pictures taken apart to that in whole ones; a picture below it likely shows something else. */
  confidenceThreshold: finite.min(0).max(1).optional(),
  /** Values that it expects: larger where more radiation was absorbed. */
  polarity: z.literal("bone-bright"),
  /** Whether the file looks at the picture's negative, too, and goes by the surer of both. */
  findsPolarity: z.boolean(),
  /** Whether the file answers by the mean of what it says of the picture and of its mirror image. */
  looksAtMirrored: z.boolean().default(false),
  training: z.object({
    plan: z.string(),
    planSha256: z.string(),
    dataSha256: z.string().optional(),
    steps: z.int(),
    seed: z.number(),
    examples: z.int(),
    software: z.string(),
  }),
});
export type ModelMetadata = z.output<typeof modelMetadataSchema>;

/** @throws InputError `model-metadata` where the file is not one of ours, or damaged */
export function readModelMetadata(text: string | undefined, file: string): ModelMetadata {
  const remedy = "give a model that `synthex train` exported";
  if (text === undefined)
    throw new InputError("model-metadata", `${file} does not say what it was trained for`, { remedy });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new InputError("model-metadata", `the description in ${file} is not JSON`, { remedy, cause });
  }
  const read = modelMetadataSchema.safeParse(content);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new InputError(
      "model-metadata",
      `the description in ${file} is not right: ${issue.path.join(".")}: ${issue.message}`,
      { remedy },
    );
  }
  return read.data;
}
