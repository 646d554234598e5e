import { z } from "zod";
import { InputError } from "../error/input-error.ts";

export const fileRecord = z.strictObject({
  path: z
    .string()
    .min(1)
    // Nothing of a manifest may lead out of its folder.
    .refine((path) => !path.startsWith("/") && !path.split("/").includes("..") && !path.includes("\\"), {
      message: "must be a path inside the data set",
    }),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
/** A file of a data set, by its path inside the data set's folder. */
export type FileRecord = z.output<typeof fileRecord>;

/** One line of `manifest.jsonl`: what was drawn for a sample, and the files that it became. */
const manifestLine = z.looseObject({
  id: z.int().min(0),
  subject: z.string(),
  split: z.enum(["train", "validation", "test"]),
  files: z.array(fileRecord),
  view: z.looseObject({}),
  scene: z.looseObject({}),
  rejections: z.array(z.int().min(0)),
});
export type ManifestLine = z.output<typeof manifestLine>;

/** Samples that were made together, the unit that is complete or absent. */
const blockRecord = z.strictObject({
  block: z.int().min(0),
  recipe: z.string().describe("SHA-256 of the recipe without its count"),
  version: z.string().describe("of SyntheX"),
  samples: z.array(manifestLine),
  parts: z.array(fileRecord).describe("files of the whole block, e.g. its part of the COCO annotations"),
});
export type BlockRecord = z.output<typeof blockRecord>;

/** @throws InputError `block-record` when the text is not the record of this block */
export function parseBlockRecord(text: string, name: string): BlockRecord {
  return parsed(text, name, "block-record", blockRecord);
}

/** @throws InputError `manifest-line` */
export function parseManifestLine(text: string, name: string): ManifestLine {
  return parsed(text, name, "manifest-line", manifestLine);
}

function parsed<Schema extends z.ZodType>(
  text: string,
  name: string,
  code: string,
  schema: Schema,
): z.output<Schema> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new InputError(code, `${name} is not JSON: it was cut off or changed`, {
      remedy: "run synthex verify DIR --repair",
      cause,
    });
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InputError(code, `${name}: ${issue.path.join(".") || "record"}: ${issue.message}`, {
    remedy: "run synthex verify DIR --repair",
  });
}
