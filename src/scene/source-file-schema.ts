import { z } from "zod";

/** A file of a scene: its path, and in a record the hash of its content. */
export const sourceFile = z.union(
  [
    z
      .string()
      .min(1)
      .transform((path): { path: string; sha256?: string | undefined } => ({ path })),
    z.strictObject({
      path: z.string().min(1),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional()
        .describe("refuses a file that has changed since"),
    }),
  ],
  "must be a path, or an object with path and sha256",
);
